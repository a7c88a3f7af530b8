//! Analyses that were saved: text files in the folder `analyses` of the lake, one for each.

use std::{fs, io::Read, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{Over, Shape, StatsRequest, Weight};
use crate::{
    analytics::stats::{Aggregate, BadQuery, nearest},
    export,
    lake::{natural_cmp, resolve_inside},
    session::{ExportScope, Session, SessionError},
};

/// The folder inside the lake.
const FOLDER: &str = "analyses";
/// Longest file taken in.
const MAX_BYTES: u64 = 1 << 20;

/// How a table is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartKind {
    /// Bars.
    #[default]
    Bar,
    /// A line.
    Line,
    /// A histogram.
    Histogram,
    /// Boxes.
    Box,
    /// Points.
    Scatter,
    /// A heat map.
    Heat,
    /// Correlations of each metric with each other.
    Correlation,
}

/// What a chart shows of an analysis.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChartLook {
    /// The metric along x, the first one when `None`; of histograms and boxes the only one, all of them when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    /// The metric along y; the second one when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
    /// The columns that bars, lines and colours show; the first that suits when empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// The number of bars of a histogram, or of each side of a heat map; as many as suit when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bars: Option<u32>,
    /// Logarithms along x.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub log_x: bool,
    /// Logarithms along y, and of colours.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub log_y: bool,
}

/// An analysis as it stands in its file. Everything is text that the command line takes too.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Analysis {
    /// A note.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The metrics.
    pub metrics: Vec<String>,
    /// What groups are made of.
    pub by: Vec<String>,
    /// What is told of each metric.
    pub aggregates: Vec<String>,
    /// What is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
    /// `samples` or `frames`.
    pub over: String,
    /// `none` or `time`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub weight: String,
    /// `histogram`, `box`, `scatter` or `density`; empty for a table.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub shape: String,
    /// The number of bars, where someone chose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bars: Option<u32>,
    /// The filter; empty for everything.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// A saved view in place of the filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<String>,
    /// A saved selection in place of the filter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<String>,
    /// How it is drawn.
    pub chart: ChartKind,
    /// What the chart shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub look: Option<ChartLook>,
    /// What a later version added. It is kept as it is.
    #[serde(flatten)]
    pub more: toml::Table,
}

/// A saved analysis and its name, or why its file cannot be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SavedAnalysis {
    /// Name.
    pub name: String,
    /// What it asks; `None` where the file cannot be read.
    #[serde(flatten)]
    pub analysis: Option<Analysis>,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Analysis {
    /// A request as text.
    #[must_use]
    pub fn of(request: &StatsRequest, chart: ChartKind, note: &str) -> Self {
        let mut analysis = Self {
            note: note.to_owned(),
            metrics: request.metrics.clone(),
            by: request.by.iter().map(ToString::to_string).collect(),
            aggregates: request.aggregates.iter().map(ToString::to_string).collect(),
            keep: request.keep.as_ref().map(ToString::to_string),
            over: if request.over == Over::Frames { "frames" } else { "samples" }.to_owned(),
            weight: if request.weight == Weight::Time { "time".to_owned() } else { String::new() },
            shape: if request.shape == Shape::Table { String::new() } else { request.shape.name().to_owned() },
            bars: request.shape.bars(),
            chart,
            ..Self::default()
        };
        match &request.scope {
            ExportScope::Filter(filter) => analysis.filter.clone_from(filter),
            ExportScope::View(name) => analysis.view = Some(name.clone()),
            ExportScope::Selection(name) => analysis.selection = Some(name.clone()),
            ExportScope::Frames(_) => {}
        }
        analysis
    }

    /// The request that it says.
    ///
    /// # Errors
    /// [`SessionError::Usage`] names the word that makes no sense.
    pub fn request(&self) -> Result<StatsRequest, SessionError> {
        fn read<T: std::str::FromStr<Err = BadQuery>>(words: &[String]) -> Result<Vec<T>, SessionError> {
            let read = |word: &String| word.parse().map_err(|error: BadQuery| SessionError::Usage(error.to_string()));
            words.iter().map(read).collect()
        }
        let scope = match (&self.view, &self.selection) {
            (None, None) => ExportScope::Filter(self.filter.clone()),
            (Some(view), None) if self.filter.is_empty() => ExportScope::View(view.clone()),
            (None, Some(selection)) if self.filter.is_empty() => ExportScope::Selection(selection.clone()),
            _ => {
                return Err(SessionError::Usage(
                    "it names more than one of filter, view and selection; keep one".to_owned(),
                ));
            }
        };
        let word = |what: &str, word: &str, known: [&str; 2]| match word {
            "" => Ok(false),
            word if word == known[0] => Ok(false),
            word if word == known[1] => Ok(true),
            _ => Err(SessionError::Usage(format!("{what} = `{word}`; write {} or {}", known[0], known[1]))),
        };
        let shape = match self.shape.as_str() {
            "" => Shape::Table,
            name => Shape::named(name, self.bars).ok_or_else(|| {
                SessionError::Usage(format!("shape = `{name}`; known are {}", Shape::NAMES.join(", ")))
            })?,
        };
        Ok(StatsRequest {
            shape,
            metrics: self.metrics.clone(),
            by: read(&self.by)?,
            aggregates: read(&self.aggregates)?,
            keep: read(self.keep.as_slice())?.pop(),
            over: if word("over", &self.over, ["samples", "frames"])? { Over::Frames } else { Over::Samples },
            weight: if word("weight", &self.weight, ["none", "time"])? { Weight::Time } else { Weight::None },
            scope,
        })
    }
}

impl Analysis {
    /// The request whose answer the chart shows; `None` for bars, lines and heat maps of groups, which show the numbers
    /// themselves.
    ///
    /// # Errors
    /// [`SessionError::Usage`] names what is missing, or the word that makes no sense.
    pub fn chart_request(&self) -> Result<Option<StatsRequest>, SessionError> {
        let asked = self.request()?;
        let look = self.look.clone().unwrap_or_default();
        let metric = |chosen: &Option<String>, at: usize| {
            chosen.clone().or_else(|| asked.metrics.get(at).cloned()).ok_or_else(|| {
                SessionError::Usage(format!(
                    "the chart needs {}; choose {}",
                    ["a metric", "two metrics"][at.min(1)],
                    ["one", "another one"][at.min(1)]
                ))
            })
        };
        let plain = StatsRequest {
            aggregates: Vec::new(),
            keep: None,
            weight: Weight::None,
            by: asked.by.iter().take(1).cloned().collect(),
            ..asked.clone()
        };
        let all = || {
            let first = metric(&look.x, 0)?;
            Ok::<_, SessionError>(if look.x.is_some() { vec![first] } else { asked.metrics.clone() })
        };
        let both = || Ok::<_, SessionError>(vec![metric(&look.x, 0)?, metric(&look.y, 1)?]);
        Ok(Some(match self.chart {
            ChartKind::Bar | ChartKind::Line => return Ok(None),
            ChartKind::Heat if asked.by.len() > 1 => return Ok(None),
            ChartKind::Histogram => {
                let shape = if look.log_x { Shape::LogHistogram(look.bars) } else { Shape::Histogram(look.bars) };
                StatsRequest { metrics: all()?, shape, ..plain }
            }
            ChartKind::Box => StatsRequest { metrics: all()?, by: asked.by, shape: Shape::Box, ..plain },
            ChartKind::Scatter => StatsRequest { metrics: both()?, shape: Shape::Scatter, ..plain },
            ChartKind::Heat => {
                StatsRequest { metrics: both()?, by: Vec::new(), shape: Shape::Density(look.bars), ..plain }
            }
            ChartKind::Correlation => {
                let aggregates = asked.metrics.iter().cloned().map(Aggregate::Correlation).collect();
                StatsRequest { aggregates, by: Vec::new(), shape: Shape::Table, ..plain }
            }
        }))
    }
}

/// A name that is a file's in every system.
fn checked(name: &str) -> Result<&str, SessionError> {
    let name = name.trim();
    let fits = |c: char| !c.is_control() && !matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    if name.is_empty() || name.len() > 120 || name.starts_with('.') || !name.chars().all(fits) {
        return Err(SessionError::Usage(format!(
            "`{name}` cannot name an analysis: it becomes the name of a file, so leave out / \\ : * ? \" < > | and a dot at its start"
        )));
    }
    Ok(name)
}

impl Session {
    /// Where analyses are written: in the lake, or beside its databases where it cannot be written.
    fn analyses_folder(&self) -> PathBuf {
        let places = &self.inner.places;
        let own = places.kept.parent().filter(|_| !places.in_lake);
        own.unwrap_or(&places.root).join(FOLDER)
    }

    /// The files of analyses by name; a person's own come before those of a lake that cannot be written.
    fn analysis_files(&self) -> Vec<(String, PathBuf)> {
        let mut found: Vec<(String, PathBuf)> = Vec::new();
        let in_lake = resolve_inside(&self.inner.places.root, FOLDER).ok();
        for folder in std::iter::once(self.analyses_folder()).chain(in_lake) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let name = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
                // Links could lead out of the lake.
                let plain = entry.file_type().is_ok_and(|kind| kind.is_file());
                if let Some(name) = name.filter(|_| plain && path.extension().is_some_and(|ending| ending == "toml"))
                    && !found.iter().any(|(known, _)| *known == name)
                {
                    found.push((name, path));
                }
            }
        }
        found.sort_by(|a, b| natural_cmp(&a.0, &b.0));
        found
    }

    /// The saved analyses, by name.
    #[must_use]
    pub fn analyses(&self) -> Vec<SavedAnalysis> {
        let read = |(name, path): (String, PathBuf)| match read_file(&path) {
            Ok(analysis) => SavedAnalysis { name, analysis: Some(analysis), error: None },
            Err(error) => SavedAnalysis { name, analysis: None, error: Some(error) },
        };
        self.analysis_files().into_iter().map(read).collect()
    }

    /// One saved analysis.
    ///
    /// # Errors
    /// There is none of that name, or its file cannot be read.
    pub fn analysis(&self, name: &str) -> Result<Analysis, SessionError> {
        let files = self.analysis_files();
        let Some((_, path)) = files.iter().find(|(known, _)| known == name) else {
            let near = nearest(name, files.iter().map(|(known, _)| known.as_str()));
            let hint = near
                .map_or_else(|| "`lakescope analyses` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(SessionError::Usage(format!("there is no analysis `{name}`; {hint}")));
        };
        read_file(path).map_err(SessionError::Failed)
    }

    /// Saves an analysis under `name`, in place of an older one of that name; tells the file.
    ///
    /// # Errors
    /// The name cannot be a file's, the analysis makes no sense, or the file cannot be written.
    pub fn save_analysis(&self, name: &str, analysis: &Analysis) -> Result<PathBuf, SessionError> {
        let name = checked(name)?;
        analysis.request()?;
        let text = toml::to_string_pretty(analysis).map_err(|error| SessionError::Failed(error.to_string()))?;
        let folder = self.analyses_folder();
        let failed =
            |error| SessionError::Failed(format!("cannot make {}: {error}; check permissions", folder.display()));
        fs::create_dir_all(&folder).map_err(failed)?;
        if self.inner.places.in_lake {
            // A link in its place could lead out of the lake.
            resolve_inside(&self.inner.places.root, FOLDER)?;
        }
        let path = folder.join(format!("{name}.toml"));
        export::replace_file(&path, |file| Ok(std::io::Write::write_all(file, text.as_bytes())?))?;
        Ok(path)
    }

    /// Gives a saved analysis another name; its file stays as it is otherwise.
    ///
    /// # Errors
    /// There is none of that name, there is one of the new name, or the file cannot be moved.
    pub fn rename_analysis(&self, name: &str, new: &str) -> Result<(), SessionError> {
        let new = checked(new)?;
        self.analysis(name)?;
        if self.analysis_files().iter().any(|(known, _)| known == new) {
            return Err(SessionError::Usage(format!(
                "there is an analysis `{new}` already; delete it, or take another name"
            )));
        }
        let path = |name: &str| self.analyses_folder().join(format!("{name}.toml"));
        let (from, to) = (path(checked(name)?), path(new));
        let failed = |error| SessionError::Failed(format!("cannot rename {}: {error}", from.display()));
        fs::rename(&from, &to).map_err(failed)
    }

    /// Deletes a saved analysis and gives what it was, to be saved again.
    ///
    /// # Errors
    /// There is none of that name, or its file cannot be removed.
    pub fn delete_analysis(&self, name: &str) -> Result<Analysis, SessionError> {
        let analysis = self.analysis(name)?;
        let path = self.analyses_folder().join(format!("{}.toml", checked(name)?));
        let failed = |error| SessionError::Failed(format!("cannot remove {}: {error}", path.display()));
        fs::remove_file(&path).map_err(failed)?;
        Ok(analysis)
    }
}

fn read_file(path: &std::path::Path) -> Result<Analysis, String> {
    let failed =
        |error: String| format!("{} cannot be used: {error}; correct it or save the analysis again", path.display());
    let mut text = String::new();
    let file = fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    file.take(MAX_BYTES).read_to_string(&mut text).map_err(|error| failed(error.to_string()))?;
    toml::from_str(&text).map_err(|error| failed(error.message().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_analysis_says_its_request() {
        let request = StatsRequest {
            metrics: vec!["speed".into()],
            by: vec!["recording".parse().unwrap(), "speed:10".parse().unwrap()],
            aggregates: vec!["p95".parse().unwrap(), "corr:brake".parse().unwrap()],
            keep: Some("top3:speed".parse().unwrap()),
            over: Over::Frames,
            weight: Weight::Time,
            shape: Shape::Density(Some(40)),
            scope: ExportScope::View("night".into()),
        };
        let analysis = Analysis::of(&request, ChartKind::Heat, "why");
        let text = toml::to_string_pretty(&analysis).unwrap();
        let again: Analysis = toml::from_str(&text).unwrap();
        assert_eq!(again, analysis);
        assert_eq!(again.request().unwrap(), request);
        let more: Analysis = toml::from_str("metrics = [\"a\"]\ncolour = \"red\"").unwrap();
        assert!(toml::to_string_pretty(&more).unwrap().contains("colour"));
        assert_eq!(more.request().unwrap().scope, ExportScope::Filter(String::new()));
    }

    #[test]
    fn the_chart_of_an_analysis_asks_for_what_it_shows() {
        let analysis = |text: &str| toml::from_str::<Analysis>(text).unwrap();
        let metrics = "metrics = [\"speed\", \"brake\"]\nby = [\"camera\", \"day\"]\naggregates = [\"p95\"]\n";
        for (chart, shape, asked, by) in [
            ("histogram", Shape::Histogram(None), &["speed", "brake"][..], 1),
            ("box", Shape::Box, &["speed", "brake"], 2),
            ("scatter", Shape::Scatter, &["speed", "brake"], 1),
            ("correlation", Shape::Table, &["speed", "brake"], 0),
        ] {
            let request = analysis(&format!("{metrics}chart = \"{chart}\"")).chart_request().unwrap().unwrap();
            let asked: Vec<String> = asked.iter().map(ToString::to_string).collect();
            assert_eq!((request.shape, request.metrics, request.by.len()), (shape, asked, by), "{chart}");
        }
        for chart in ["bar", "line", "heat"] {
            assert_eq!(analysis(&format!("{metrics}chart = \"{chart}\"")).chart_request().unwrap(), None, "{chart}");
        }
        let one = analysis(&format!("{metrics}chart = \"histogram\"\n[look]\nx = \"brake\"\nlog_x = true\nbars = 9\n"));
        let request = one.chart_request().unwrap().unwrap();
        assert_eq!((request.shape, request.metrics), (Shape::LogHistogram(Some(9)), vec!["brake".to_owned()]));
        let text = "metrics = [\"speed\"]\nchart = \"heat\"\n[look]\nx = \"gear\"\nbars = 20\n";
        assert!(analysis(text).chart_request().is_err(), "there is nothing along y");
        let look = ChartLook { y: Some("brake".into()), ..analysis(text).look.unwrap() };
        let whole = Analysis { look: Some(look), ..analysis(text) };
        let request = whole.chart_request().unwrap().unwrap();
        assert_eq!((request.shape, request.metrics), (Shape::Density(Some(20)), vec!["gear".into(), "brake".into()]));
        assert_eq!(analysis(&toml::to_string_pretty(&whole).unwrap()), whole);
    }

    #[test]
    fn what_cannot_be_is_told() {
        for text in [
            "by = [\"speed:wide\"]",
            "shape = \"round\"",
            "over = \"rows\"",
            "filter = \"a\"\nview = \"b\"",
            "aggregates = [\"men\"]",
        ] {
            let analysis: Analysis = toml::from_str(text).unwrap();
            assert!(analysis.request().is_err(), "{text}");
        }
        for name in ["", "../x", "a/b", ".hidden", "a\nb"] {
            assert!(checked(name).is_err(), "{name}");
        }
        assert_eq!(checked(" speed by day ").unwrap(), "speed by day");
    }
}
