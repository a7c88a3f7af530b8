//! Line icons on a 16 × 16 grid, drawn as strokes so that they are sharp at every scale.

use egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

/// What an icon shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// A sheet of water under a lens: the program's mark.
    Lake,
    /// A magnifying glass.
    Search,
    /// A cross.
    Close,
    /// A folder.
    Folder,
    /// A tick.
    Check,
    /// A triangle with a mark.
    Warning,
    /// Three lines.
    Menu,
    /// An arrow head down.
    Down,
    /// An arrow head right.
    Right,
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// To the frame before.
    Back,
    /// To the frame after.
    Forward,
    /// To the match before.
    BackMatch,
    /// To the next match.
    ForwardMatch,
    /// To the first frame.
    First,
    /// To the last frame.
    Last,
    /// A box around an object.
    Boxes,
    /// An arrow out of a tray.
    Export,
    /// A bookmark.
    Bookmark,
    /// Two sheets.
    Copy,
    /// A bin.
    Trash,
    /// Four small tiles.
    SmallTiles,
    /// One large tile.
    LargeTile,
    /// Arrow up: ascending.
    Ascending,
    /// Arrow down: descending.
    Descending,
    /// A sun.
    Sun,
    /// A moon.
    Moon,
    /// A screen.
    Screen,
    /// A picture with a mark: it could not be read.
    Broken,
    /// Arrows to the corners.
    Fit,
    /// A key of a keyboard.
    Keyboard,
    /// A funnel.
    Funnel,
    /// A curve on axes.
    Chart,
    /// Lines that grow shorter: what each step leaves.
    Steps,
    /// A minus sign.
    Minus,
    /// A plus sign.
    Plus,
    /// A clock.
    Clock,
    /// Two arrows past each other.
    Swap,
    /// An arrow that runs back to its beginning.
    Repeat,
    /// A way from one place to another.
    Route,
    /// A frame with a point in it.
    FitMatches,
    /// Cross hairs.
    Follow,
    /// A dashed rectangle.
    Rectangle,
    /// A noose.
    Lasso,
    /// Pictures on a stack.
    Stack,
    /// A corner that is cut out.
    Crop,
    /// Two sliders.
    Sliders,
    /// Panels in a window.
    Panels,
    /// Arrows outwards.
    Maximise,
    /// Arrows inwards.
    Restore,
    /// A pen.
    Pen,
    /// Rows and columns.
    Table,
}

enum Part {
    Line(&'static [(f32, f32)]),
    Loop(&'static [(f32, f32)]),
    Fill(&'static [(f32, f32)]),
    Circle(f32, f32, f32),
    Dot(f32, f32, f32),
    Box(f32, f32, f32, f32, f32),
}

use Part::{Box as Rounded, Circle, Dot, Fill, Line, Loop};

#[expect(clippy::too_many_lines, reason = "a table of drawings")]
fn parts(icon: Icon) -> &'static [Part] {
    match icon {
        Icon::Lake => &[
            Circle(8.0, 8.0, 6.5),
            Line(&[(2.4, 9.0), (4.3, 8.1), (6.2, 9.0), (8.1, 9.9), (10.0, 9.0), (11.9, 8.1), (13.6, 9.0)]),
            Line(&[(3.6, 11.9), (5.4, 11.1), (7.2, 11.9), (9.0, 12.7), (10.8, 11.9), (12.4, 11.3)]),
            Dot(8.0, 5.2, 1.4),
        ],
        Icon::Search => &[Circle(7.0, 7.0, 4.2), Line(&[(10.1, 10.1), (13.5, 13.5)])],
        Icon::Close => &[Line(&[(4.0, 4.0), (12.0, 12.0)]), Line(&[(12.0, 4.0), (4.0, 12.0)])],
        Icon::Folder => &[Loop(&[(1.8, 3.5), (6.2, 3.5), (7.8, 5.2), (14.2, 5.2), (14.2, 12.8), (1.8, 12.8)])],
        Icon::Check => &[Line(&[(3.2, 8.4), (6.4, 11.6), (12.8, 4.8)])],
        Icon::Warning => {
            &[Loop(&[(8.0, 2.2), (14.4, 13.4), (1.6, 13.4)]), Line(&[(8.0, 6.4), (8.0, 9.4)]), Dot(8.0, 11.4, 0.8)]
        }
        Icon::Menu => {
            &[Line(&[(2.5, 4.5), (13.5, 4.5)]), Line(&[(2.5, 8.0), (13.5, 8.0)]), Line(&[(2.5, 11.5), (13.5, 11.5)])]
        }
        Icon::Down => &[Line(&[(4.5, 6.5), (8.0, 10.0), (11.5, 6.5)])],
        Icon::Right => &[Line(&[(6.5, 4.5), (10.0, 8.0), (6.5, 11.5)])],
        Icon::Play => &[Fill(&[(4.8, 3.0), (13.0, 8.0), (4.8, 13.0)])],
        Icon::Pause => &[
            Fill(&[(4.4, 3.2), (6.8, 3.2), (6.8, 12.8), (4.4, 12.8)]),
            Fill(&[(9.2, 3.2), (11.6, 3.2), (11.6, 12.8), (9.2, 12.8)]),
        ],
        Icon::Panels => {
            &[Rounded(1.8, 2.8, 14.2, 13.2, 1.5), Line(&[(6.2, 2.8), (6.2, 13.2)]), Line(&[(6.2, 8.4), (14.2, 8.4)])]
        }
        Icon::Maximise => &[
            Line(&[(9.4, 2.6), (13.4, 2.6), (13.4, 6.6)]),
            Line(&[(13.2, 2.8), (9.2, 6.8)]),
            Line(&[(6.6, 13.4), (2.6, 13.4), (2.6, 9.4)]),
            Line(&[(2.8, 13.2), (6.8, 9.2)]),
        ],
        Icon::Restore => &[
            Line(&[(9.2, 2.8), (9.2, 6.8), (13.2, 6.8)]),
            Line(&[(9.4, 6.6), (13.4, 2.6)]),
            Line(&[(6.8, 13.2), (6.8, 9.2), (2.8, 9.2)]),
            Line(&[(6.6, 9.4), (2.6, 13.4)]),
        ],
        Icon::Back => &[Line(&[(10.0, 3.8), (5.8, 8.0), (10.0, 12.2)])],
        Icon::Forward => &[Line(&[(6.0, 3.8), (10.2, 8.0), (6.0, 12.2)])],
        Icon::BackMatch => &[Line(&[(7.6, 3.8), (3.4, 8.0), (7.6, 12.2)]), Dot(11.4, 8.0, 1.7)],
        Icon::ForwardMatch => &[Line(&[(8.4, 3.8), (12.6, 8.0), (8.4, 12.2)]), Dot(4.6, 8.0, 1.7)],
        Icon::First => &[Line(&[(4.0, 3.8), (4.0, 12.2)]), Line(&[(11.6, 3.8), (7.4, 8.0), (11.6, 12.2)])],
        Icon::Last => &[Line(&[(12.0, 3.8), (12.0, 12.2)]), Line(&[(4.4, 3.8), (8.6, 8.0), (4.4, 12.2)])],
        Icon::Boxes => &[
            Line(&[(2.5, 5.5), (2.5, 2.5), (5.5, 2.5)]),
            Line(&[(10.5, 2.5), (13.5, 2.5), (13.5, 5.5)]),
            Line(&[(13.5, 10.5), (13.5, 13.5), (10.5, 13.5)]),
            Line(&[(5.5, 13.5), (2.5, 13.5), (2.5, 10.5)]),
            Dot(8.0, 8.0, 1.8),
        ],
        Icon::Export => &[
            Line(&[(8.0, 10.2), (8.0, 2.4)]),
            Line(&[(4.8, 5.4), (8.0, 2.2), (11.2, 5.4)]),
            Line(&[(2.5, 9.5), (2.5, 13.4), (13.5, 13.4), (13.5, 9.5)]),
        ],
        Icon::Bookmark => &[Loop(&[(4.0, 2.4), (12.0, 2.4), (12.0, 13.6), (8.0, 10.6), (4.0, 13.6)])],
        Icon::Copy => &[
            Rounded(5.6, 5.6, 13.4, 13.4, 1.5),
            Line(&[(3.6, 10.4), (2.6, 10.4), (2.6, 2.6), (10.4, 2.6), (10.4, 3.6)]),
        ],
        Icon::Trash => &[
            Line(&[(2.8, 4.4), (13.2, 4.4)]),
            Line(&[(6.2, 4.2), (6.2, 2.4), (9.8, 2.4), (9.8, 4.2)]),
            Line(&[(4.2, 4.6), (4.8, 13.6), (11.2, 13.6), (11.8, 4.6)]),
        ],
        Icon::SmallTiles => &[
            Rounded(2.5, 2.5, 6.8, 6.8, 1.0),
            Rounded(9.2, 2.5, 13.5, 6.8, 1.0),
            Rounded(2.5, 9.2, 6.8, 13.5, 1.0),
            Rounded(9.2, 9.2, 13.5, 13.5, 1.0),
        ],
        Icon::LargeTile => &[Rounded(2.5, 2.5, 13.5, 13.5, 1.5)],
        Icon::Ascending => &[Line(&[(8.0, 13.0), (8.0, 3.4)]), Line(&[(4.4, 7.0), (8.0, 3.2), (11.6, 7.0)])],
        Icon::Descending => &[Line(&[(8.0, 3.0), (8.0, 12.6)]), Line(&[(4.4, 9.0), (8.0, 12.8), (11.6, 9.0)])],
        Icon::Sun => &[
            Circle(8.0, 8.0, 3.0),
            Line(&[(8.0, 1.6), (8.0, 2.8)]),
            Line(&[(8.0, 13.2), (8.0, 14.4)]),
            Line(&[(1.6, 8.0), (2.8, 8.0)]),
            Line(&[(13.2, 8.0), (14.4, 8.0)]),
            Line(&[(3.5, 3.5), (4.3, 4.3)]),
            Line(&[(11.7, 11.7), (12.5, 12.5)]),
            Line(&[(3.5, 12.5), (4.3, 11.7)]),
            Line(&[(11.7, 4.3), (12.5, 3.5)]),
        ],
        Icon::Moon => &[Loop(&[
            (6.4, 2.6),
            (5.7, 4.6),
            (5.8, 6.8),
            (6.9, 8.8),
            (8.7, 10.0),
            (10.9, 10.4),
            (13.2, 9.8),
            (12.2, 11.8),
            (10.5, 13.1),
            (8.4, 13.5),
            (6.1, 13.1),
            (4.2, 11.8),
            (2.9, 9.9),
            (2.6, 7.6),
            (3.2, 5.4),
            (4.6, 3.6),
        ])],
        Icon::Screen => {
            &[Rounded(1.8, 2.8, 14.2, 10.8, 1.5), Line(&[(8.0, 10.8), (8.0, 13.4)]), Line(&[(5.2, 13.4), (10.8, 13.4)])]
        }
        Icon::Broken => {
            &[Rounded(2.0, 3.0, 14.0, 13.0, 1.5), Line(&[(6.0, 6.0), (10.0, 10.0)]), Line(&[(10.0, 6.0), (6.0, 10.0)])]
        }
        Icon::Fit => &[
            Line(&[(2.5, 6.0), (2.5, 2.5), (6.0, 2.5)]),
            Line(&[(10.0, 2.5), (13.5, 2.5), (13.5, 6.0)]),
            Line(&[(13.5, 10.0), (13.5, 13.5), (10.0, 13.5)]),
            Line(&[(6.0, 13.5), (2.5, 13.5), (2.5, 10.0)]),
        ],
        Icon::Keyboard => &[
            Rounded(1.6, 3.8, 14.4, 12.2, 1.5),
            Dot(4.4, 6.6, 0.8),
            Dot(7.0, 6.6, 0.8),
            Dot(9.4, 6.6, 0.8),
            Dot(11.8, 6.6, 0.8),
            Line(&[(5.0, 9.6), (11.0, 9.6)]),
        ],
        Icon::Funnel => &[Loop(&[(2.2, 3.0), (13.8, 3.0), (9.4, 8.4), (9.4, 12.2), (6.6, 13.6), (6.6, 8.4)])],
        Icon::Chart => {
            &[Line(&[(2.4, 2.4), (2.4, 13.6), (13.8, 13.6)]), Line(&[(4.6, 10.4), (7.2, 6.6), (9.6, 8.8), (13.0, 4.0)])]
        }
        Icon::Swap => &[
            Line(&[(2.4, 5.4), (13.2, 5.4)]),
            Line(&[(10.4, 2.6), (13.4, 5.4), (10.4, 8.2)]),
            Line(&[(13.6, 10.8), (2.8, 10.8)]),
            Line(&[(5.6, 8.0), (2.6, 10.8), (5.6, 13.6)]),
        ],
        Icon::Repeat => &[
            Line(&[(12.6, 4.6), (5.0, 4.6), (3.4, 5.2), (2.8, 6.8), (2.8, 8.2)]),
            Line(&[(10.4, 2.2), (12.8, 4.6), (10.4, 7.0)]),
            Line(&[(3.4, 11.4), (11.0, 11.4), (12.6, 10.8), (13.2, 9.2), (13.2, 7.8)]),
            Line(&[(5.6, 9.0), (3.2, 11.4), (5.6, 13.8)]),
        ],
        Icon::Route => &[
            Circle(4.0, 12.0, 1.8),
            Circle(12.0, 4.0, 1.8),
            Line(&[
                (5.9, 12.0),
                (10.6, 12.0),
                (12.0, 10.8),
                (10.8, 8.6),
                (5.4, 7.4),
                (4.2, 5.4),
                (5.4, 4.0),
                (10.1, 4.0),
            ]),
        ],
        Icon::FitMatches => &[
            Line(&[(2.5, 5.5), (2.5, 2.5), (5.5, 2.5)]),
            Line(&[(10.5, 2.5), (13.5, 2.5), (13.5, 5.5)]),
            Line(&[(13.5, 10.5), (13.5, 13.5), (10.5, 13.5)]),
            Line(&[(5.5, 13.5), (2.5, 13.5), (2.5, 10.5)]),
            Dot(6.2, 9.4, 1.3),
            Dot(9.8, 6.6, 1.3),
        ],
        Icon::Follow => &[
            Circle(8.0, 8.0, 4.4),
            Line(&[(8.0, 1.6), (8.0, 5.0)]),
            Line(&[(8.0, 11.0), (8.0, 14.4)]),
            Line(&[(1.6, 8.0), (5.0, 8.0)]),
            Line(&[(11.0, 8.0), (14.4, 8.0)]),
        ],
        Icon::Rectangle => &[
            Line(&[(2.5, 6.0), (2.5, 3.0), (5.5, 3.0)]),
            Line(&[(7.2, 3.0), (9.2, 3.0)]),
            Line(&[(10.8, 3.0), (13.5, 3.0), (13.5, 6.0)]),
            Line(&[(13.5, 7.4), (13.5, 8.8)]),
            Line(&[(13.5, 10.2), (13.5, 13.0), (10.8, 13.0)]),
            Line(&[(9.2, 13.0), (7.2, 13.0)]),
            Line(&[(5.5, 13.0), (2.5, 13.0), (2.5, 10.2)]),
            Line(&[(2.5, 8.8), (2.5, 7.4)]),
        ],
        Icon::Lasso => &[
            Loop(&[(8.4, 2.4), (12.2, 3.4), (13.6, 6.2), (11.8, 9.0), (8.0, 9.8), (4.2, 9.2), (2.4, 6.6), (4.2, 3.4)]),
            Line(&[(4.8, 9.4), (5.6, 11.2), (4.6, 13.8)]),
            Dot(4.8, 9.6, 1.2),
        ],
        Icon::Stack => {
            &[Rounded(2.2, 6.6, 13.8, 13.8, 1.5), Line(&[(3.8, 4.4), (12.2, 4.4)]), Line(&[(5.4, 2.2), (10.6, 2.2)])]
        }
        Icon::Crop => &[Line(&[(4.4, 1.8), (4.4, 11.6), (14.2, 11.6)]), Line(&[(1.8, 4.4), (11.6, 4.4), (11.6, 14.2)])],
        Icon::Sliders => &[
            Line(&[(2.2, 5.0), (5.0, 5.0)]),
            Line(&[(8.6, 5.0), (13.8, 5.0)]),
            Circle(6.8, 5.0, 1.8),
            Line(&[(2.2, 11.0), (7.4, 11.0)]),
            Line(&[(11.0, 11.0), (13.8, 11.0)]),
            Circle(9.2, 11.0, 1.8),
        ],
        Icon::Steps => {
            &[Line(&[(2.5, 4.0), (13.5, 4.0)]), Line(&[(2.5, 8.0), (9.5, 8.0)]), Line(&[(2.5, 12.0), (6.0, 12.0)])]
        }
        Icon::Pen => &[
            Loop(&[(2.6, 13.4), (3.2, 10.4), (10.8, 2.8), (13.2, 5.2), (5.6, 12.8)]),
            Line(&[(9.0, 4.6), (11.4, 7.0)]),
        ],
        Icon::Table => &[
            Rounded(2.2, 3.0, 13.8, 13.0, 1.5),
            Line(&[(2.2, 6.4), (13.8, 6.4)]),
            Line(&[(2.2, 9.8), (13.8, 9.8)]),
            Line(&[(6.4, 6.4), (6.4, 13.0)]),
        ],
        Icon::Minus => &[Line(&[(4.0, 8.0), (12.0, 8.0)])],
        Icon::Plus => &[Line(&[(4.0, 8.0), (12.0, 8.0)]), Line(&[(8.0, 4.0), (8.0, 12.0)])],
        Icon::Clock => &[Circle(8.0, 8.0, 5.8), Line(&[(8.0, 4.6), (8.0, 8.2), (10.4, 9.6)])],
    }
}

/// Draws `icon` centred in `rect`, as large as the shorter side.
pub fn paint_icon(painter: &Painter, rect: Rect, icon: Icon, color: Color32) {
    let side = rect.width().min(rect.height());
    let scale = side / 16.0;
    let origin = rect.center() - vec2(side, side) / 2.0;
    let at = |(x, y): (f32, f32)| -> Pos2 { pos2(origin.x + x * scale, origin.y + y * scale) };
    let all = |points: &[(f32, f32)]| points.iter().map(|point| at(*point)).collect::<Vec<_>>();
    let stroke = Stroke::new((1.4 * scale).max(1.0), color);
    for part in parts(icon) {
        painter.add(match part {
            Line(points) => Shape::line(all(points), stroke),
            Loop(points) => Shape::closed_line(all(points), stroke),
            Fill(points) => Shape::convex_polygon(all(points), color, Stroke::NONE),
            Circle(x, y, radius) => Shape::circle_stroke(at((*x, *y)), radius * scale, stroke),
            Dot(x, y, radius) => Shape::circle_filled(at((*x, *y)), radius * scale, color),
            Rounded(left, top, right, bottom, radius) => Shape::Rect(egui::epaint::RectShape::stroke(
                Rect::from_min_max(at((*left, *top)), at((*right, *bottom))),
                radius * scale,
                stroke,
                egui::StrokeKind::Middle,
            )),
        });
    }
}
