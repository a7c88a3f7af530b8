//! Many small pictures in few textures: each page holds cells of one size, so that a grid of thousands of tiles is a
//! handful of draw calls. Cells not shown lately make room; what is shown is never taken away.

use egui::{ColorImage, Context, Rect, TextureHandle, TextureId, TextureOptions, pos2};

/// Pages are squares of this side, px (4 MB each).
const PAGE_PX: usize = 1024;
/// Pages kept: 64 MB. More only while more is on screen.
const PAGES: usize = 16;

/// Names a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    page: usize,
    index: usize,
    /// Size of the picture inside the cell, px.
    size: [usize; 2],
}

struct Page {
    texture: TextureHandle,
    bucket: usize,
    used: Vec<Option<Slot>>,
    columns: usize,
    cell: [usize; 2],
}

struct Slot {
    owner: (usize, usize),
    seen: u64,
}

/// All pages.
#[derive(Default)]
pub struct Atlas {
    pages: Vec<Page>,
    frame: u64,
}

/// What was thrown out to make room: bucket and row of each picture.
pub type Evicted = Vec<(usize, usize)>;

impl Atlas {
    /// Begins a new frame of the window.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
    }

    /// Takes in the picture of `row` for `bucket`, whose cells are `cell` px large.
    pub fn insert(
        &mut self,
        ctx: &Context,
        bucket: usize,
        cell: [usize; 2],
        row: usize,
        image: ColorImage,
    ) -> (Cell, Evicted) {
        let mut evicted = Evicted::new();
        let (page, index) = self.free_cell(ctx, bucket, cell, &mut evicted);
        let target = &mut self.pages[page];
        target.used[index] = Some(Slot { owner: (bucket, row), seen: self.frame });
        let origin = [index % target.columns * target.cell[0], index / target.columns * target.cell[1]];
        let size = image.size;
        target.texture.set_partial(origin, image, TextureOptions::LINEAR);
        (Cell { page, index, size }, evicted)
    }

    /// Texture and part of it to draw; marks the cell as shown.
    pub fn get(&mut self, cell: Cell) -> (TextureId, Rect) {
        let page = &mut self.pages[cell.page];
        if let Some(slot) = &mut page.used[cell.index] {
            slot.seen = self.frame;
        }
        #[expect(clippy::cast_precision_loss, reason = "pixels of a page are small numbers")]
        let part = |pixel: usize| pixel as f32 / PAGE_PX as f32;
        let (x, y) = (cell.index % page.columns * page.cell[0], cell.index / page.columns * page.cell[1]);
        let uv = Rect::from_min_max(pos2(part(x), part(y)), pos2(part(x + cell.size[0]), part(y + cell.size[1])));
        (page.texture.id(), uv)
    }

    /// Bytes of texture memory.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.pages.len() * PAGE_PX * PAGE_PX * 4
    }

    fn free_cell(&mut self, ctx: &Context, bucket: usize, cell: [usize; 2], evicted: &mut Evicted) -> (usize, usize) {
        for (number, page) in self.pages.iter().enumerate().filter(|(_, page)| page.bucket == bucket) {
            if let Some(index) = page.used.iter().position(Option::is_none) {
                return (number, index);
            }
        }
        if self.pages.len() >= PAGES
            && let Some(found) = self.reuse(bucket, cell, evicted)
        {
            return found;
        }
        let columns = (PAGE_PX / cell[0].max(1)).max(1);
        let rows = (PAGE_PX / cell[1].max(1)).max(1);
        let blank = ColorImage::filled([PAGE_PX, PAGE_PX], egui::Color32::TRANSPARENT);
        let texture = ctx.load_texture(format!("thumbnails-{}", self.pages.len()), blank, TextureOptions::LINEAR);
        let used = (0..columns * rows).map(|_| None).collect();
        self.pages.push(Page { texture, bucket, used, columns, cell });
        (self.pages.len() - 1, 0)
    }

    /// The page that was not shown for longest becomes a page of this bucket, or gives up its oldest cells.
    fn reuse(&mut self, bucket: usize, cell: [usize; 2], evicted: &mut Evicted) -> Option<(usize, usize)> {
        let newest = |page: &Page| page.used.iter().flatten().map(|slot| slot.seen).max().unwrap_or(0);
        let frame = self.frame;
        let (number, page) = self.pages.iter_mut().enumerate().min_by_key(|(_, page)| newest(page))?;
        if newest(page) < frame {
            evicted.extend(page.used.iter_mut().filter_map(|slot| slot.take().map(|slot| slot.owner)));
            page.bucket = bucket;
            page.cell = cell;
            page.columns = (PAGE_PX / cell[0].max(1)).max(1);
            let rows = (PAGE_PX / cell[1].max(1)).max(1);
            page.used = (0..page.columns * rows).map(|_| None).collect();
            return Some((number, 0));
        }
        // Every page has something on screen: give up what is not on screen in the pages of this bucket.
        for (number, page) in self.pages.iter_mut().enumerate().filter(|(_, page)| page.bucket == bucket) {
            let mut first = None;
            for (index, slot) in page.used.iter_mut().enumerate() {
                if slot.as_ref().is_some_and(|slot| slot.seen + 1 < frame) {
                    evicted.extend(slot.take().map(|slot| slot.owner));
                    first = first.or(Some(index));
                }
            }
            if let Some(index) = first {
                return Some((number, index));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use egui::Color32;

    use super::*;

    #[test]
    fn memory_is_bounded_and_what_is_shown_stays() {
        let ctx = Context::default();
        let mut atlas = Atlas::default();
        let mut gone = 0;
        atlas.begin_frame();
        let picture = || ColorImage::filled([500, 300], Color32::RED);
        let (kept, _) = atlas.insert(&ctx, 3, [512, 384], 0, picture());
        for row in 1..1000 {
            atlas.begin_frame();
            atlas.get(kept);
            let (_, evicted) = atlas.insert(&ctx, 3, [512, 384], row, picture());
            assert!(!evicted.contains(&(3, 0)));
            gone += evicted.len();
        }
        assert_eq!(atlas.bytes(), PAGES * PAGE_PX * PAGE_PX * 4);
        assert!(gone > 900);
        let (_, uv) = atlas.get(kept);
        assert!((uv.width() - 500.0 / 1024.0).abs() < 1e-6);
        // A screen full of large tiles goes past the budget rather than blink.
        atlas.begin_frame();
        for row in 2000..2100 {
            atlas.insert(&ctx, 3, [512, 384], row, picture());
        }
        assert!(atlas.bytes() > PAGES * PAGE_PX * PAGE_PX * 4);
    }
}
