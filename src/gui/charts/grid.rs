//! Several charts in one place: as large as the room allows, all alike.

use egui::{Rect, ScrollArea, Ui, UiBuilder, pos2, vec2};

/// Least size of one of several charts, points.
const LEAST: [f32; 2] = [300.0, 170.0];
/// Space between charts, points.
const GAP: f32 = 10.0;

/// Where so many charts lie in an area, as many beside each other as keeps them near the shape of a page. They may reach
/// below it.
#[expect(clippy::cast_precision_loss, reason = "a few charts")]
fn places(area: Rect, count: usize) -> Vec<Rect> {
    if count < 2 {
        return vec![area; count];
    }
    let size = |across: usize| {
        let down = count.div_ceil(across);
        let side = |whole: f32, parts: usize| (whole - GAP * (parts - 1) as f32) / parts as f32;
        vec2(side(area.width(), across), side(area.height(), down).max(LEAST[1]))
    };
    // A chart is read best when it is about half as high as wide.
    let off = |across: &usize| {
        let size = size(*across);
        ((size.x / size.y.max(1.0)) / 1.9).ln().abs()
    };
    let fits = (1..=count.min(4)).filter(|across| *across == 1 || size(*across).x >= LEAST[0]);
    let across = fits.min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(1);
    let size = size(across);
    let place = |at: usize| {
        let from = vec2((at % across) as f32 * (size.x + GAP), (at / across) as f32 * (size.y + GAP));
        Rect::from_min_size(area.min + from, size)
    };
    (0..count).map(place).collect()
}

/// Draws so many charts over the whole rectangle of `ui`; those that find no room are scrolled to.
pub fn charts_ui(ui: &mut Ui, count: usize, mut draw: impl FnMut(&mut Ui, usize)) {
    let area = ui.available_rect_before_wrap();
    if count < 2 {
        (0..count).for_each(|at| draw(ui, at));
        return;
    }
    let all = places(area, count);
    let bottom = all.last().map_or(area.bottom(), Rect::bottom);
    let mut grid = |ui: &mut Ui, all: &[Rect]| {
        for (at, place) in all.iter().enumerate() {
            ui.scope_builder(UiBuilder::new().max_rect(*place).id_salt(("chart", at)), |ui| {
                ui.set_clip_rect(ui.clip_rect().intersect(place.expand(2.0)));
                draw(ui, at);
            });
        }
    };
    if bottom <= area.bottom() + 1.0 {
        grid(ui, &all);
        return;
    }
    ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // The bar beside them takes some room.
        let origin = ui.min_rect().min;
        let inside = Rect::from_min_max(origin, pos2(area.right() - 12.0, origin.y + area.height()));
        let all = places(inside, count);
        let height = all.last().map_or(0.0, |last| last.bottom() - origin.y);
        ui.allocate_space(vec2(inside.width(), height));
        grid(ui, &all);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charts_share_the_room_and_none_is_too_small() {
        let area = |width, height| Rect::from_min_size(pos2(10.0, 20.0), vec2(width, height));
        for (width, height, count, across) in [
            (900.0, 500.0, 1, 1),
            (900.0, 500.0, 2, 1),
            (1200.0, 300.0, 2, 2),
            (500.0, 600.0, 2, 1),
            (900.0, 500.0, 4, 2),
            (1400.0, 500.0, 6, 3),
            (280.0, 160.0, 3, 1),
        ] {
            let area = area(width, height);
            let found = places(area, count);
            assert_eq!(found.len(), count);
            let beside = found.iter().filter(|one| (one.top() - area.top()).abs() < 0.5).count();
            assert_eq!(beside, across, "{count} in {width} x {height}: {found:?}");
            for (at, one) in found.iter().enumerate() {
                assert!(one.left() >= area.left() - 0.5 && one.right() <= area.right() + 0.5, "{one:?}");
                assert!(found[..at].iter().all(|other| !other.shrink(1.0).intersects(one.shrink(1.0))));
            }
        }
        assert!(places(area(100.0, 100.0), 0).is_empty());
    }
}
