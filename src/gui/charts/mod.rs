//! Charts as plain data, drawn by `egui_plot`: bars, lines, dots, boxes and coloured cells over numbers, logarithms, time or
//! names, with titles and units, a legend, the value under the pointer, and a brush. What is shown can be written to PNG, SVG
//! and CSV.

mod boxes;
mod cells;
mod draw;
mod grid;
mod near;
mod picture;
mod raster;
mod scale;
mod svg;
mod table;

pub use cells::Heat;
pub use draw::{Brush, Brushing, Look, chart_ui};
pub use grid::charts_ui;
pub use near::Point;
pub use picture::{ChartFile, write_picture, write_whole};
pub use table::{csv, csv_of};

/// A chart, with everything that is told in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chart {
    /// What it shows: its accessible name, and the title of a file.
    pub name: String,
    /// The axis below.
    pub x: Axis,
    /// The axis on the left.
    pub y: Axis,
    /// What is drawn, the first at the back.
    pub series: Vec<Series>,
    /// Length of a unit of y beside one of x, for maps; free when `None`.
    pub aspect: Option<f64>,
    /// What the colours of cells mean.
    pub heat: Option<Heat>,
}

/// What an axis tells.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Axis {
    /// Its title.
    pub title: String,
    /// The unit, where there is one.
    pub unit: Option<String>,
    /// How values lie on it.
    pub scale: Scale,
    /// The axis begins at 0, or at 1 on a scale of logarithms.
    pub from_zero: bool,
    /// Values that are in sight although none may lie there.
    pub range: Option<(f64, f64)>,
    /// What stands at 0, 1, 2 …, for an axis of things rather than numbers.
    pub labels: Vec<String>,
}

/// How values lie on an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// In proportion.
    #[default]
    Linear,
    /// By their logarithms; what is not above 0 has no place.
    Log,
    /// As time: seconds since 1970, UTC.
    Time,
}

/// Values that are drawn alike.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Its name in the legend and in files.
    pub name: String,
    /// Place among the colours of plots.
    pub color: usize,
    /// How it is drawn.
    pub marks: Marks,
    /// The values, by x in rising order unless they are dots.
    pub points: Vec<[f64; 2]>,
    /// What a point stands for, one per point or none.
    pub names: Vec<String>,
    /// Points of a line that lie farther apart along x are not joined.
    pub gap: Option<f64>,
}

/// How values are drawn.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Marks {
    /// Upright bars about x, this wide, in units of x.
    Bars(f64),
    /// Upright bars that begin at x, this wide: counts of windows. On a scale of logarithms the width is in powers of ten.
    Spans(f64),
    /// A line.
    #[default]
    Line,
    /// Dots, with a radius and a part of the colour's strength each, points and 0 to 1.
    Dots(Vec<(f32, f32)>),
    /// Boxes about x, this wide, in units of x: smallest value, end of the lower whisker, quartiles and median, end of the
    /// upper whisker, largest value. A point's y is its median.
    Boxes(f64, Vec<[f64; 7]>),
    /// Cells about the points, this wide and high, with a value each that colours them.
    Cells([f64; 2], Vec<f64>),
}

impl Marks {
    /// Width of bars, and where they begin beside x.
    fn bar(&self) -> Option<(f64, f64)> {
        match self {
            Self::Bars(width) | Self::Boxes(width, _) => Some((*width, -width / 2.0)),
            Self::Spans(width) => Some((*width, 0.0)),
            Self::Line | Self::Dots(_) | Self::Cells(..) => None,
        }
    }
}

impl Series {
    /// The values on an axis, 0 or 1, that must be in sight.
    fn ends(&self, axis: usize, scale: Scale) -> Vec<f64> {
        let about = |by: f64, from: f64| {
            self.points.iter().flat_map(move |point| [point[axis] + from, point[axis] + from + by]).collect()
        };
        match (&self.marks, axis) {
            (Marks::Boxes(_, boxes), 1) => boxes.iter().flatten().copied().collect(),
            (Marks::Cells(size, _), _) => about(size[axis], -size[axis] / 2.0),
            (Marks::Spans(width), 0) if scale == Scale::Log => {
                let factor = 10_f64.powf(*width);
                self.points.iter().flat_map(|point| [point[0], point[0] * factor]).collect()
            }
            (marks, 0) => {
                let (width, from) = marks.bar().unwrap_or_default();
                about(width, from)
            }
            _ => self.points.iter().map(|point| point[axis]).collect(),
        }
    }
}

impl Chart {
    /// The least and the largest value along x.
    #[must_use]
    pub fn x_ends(&self) -> Option<(f64, f64)> {
        let ends = self.series.iter().flat_map(|series| series.ends(0, self.x.scale));
        ends.map(|at| (at, at)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
    }
}

impl Axis {
    /// An axis of things, from the first to the last.
    #[must_use]
    pub fn names(title: &str, labels: Vec<String>) -> Self {
        Self { title: title.to_owned(), labels, ..Self::default() }
    }

    /// An axis in proportion that begins at 0.
    #[must_use]
    pub fn counts(title: &str) -> Self {
        Self { title: title.to_owned(), from_zero: true, ..Self::default() }
    }

    /// Title and unit as they are written.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{}, {unit}", self.title),
            None => self.title.clone(),
        }
    }
}
