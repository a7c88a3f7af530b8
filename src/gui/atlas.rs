//! Many small pictures in few textures: each page holds cells of one size, so that a grid of thousands of tiles is a
//! handful of draw calls. Cells not shown lately make room; what is shown is never taken away.

use egui::{ColorImage, Context, Rect, TextureHandle, TextureId, TextureOptions, pos2};

/// Pages are squares of this side, px.
const PAGE_PX: usize = 1024;
/// Texture memory of a page.
const PAGE_BYTES: usize = PAGE_PX * PAGE_PX * 4;
/// Pages that any budget allows: one for each size of tile.
const FEWEST: usize = 5;

/// Names a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    page: usize,
    index: usize,
    /// Size of the picture inside the cell, px.
    size: [usize; 2],
}

/// Size of the cells and what the picture in one is of.
pub type Owner<K> = (usize, K);

struct Page<K> {
    texture: TextureHandle,
    bucket: usize,
    used: Vec<Option<Slot<K>>>,
    /// Cells without a picture, the next one to fill last.
    free: Vec<usize>,
    /// When a picture of it was shown last.
    seen: u64,
    columns: usize,
    cell: [usize; 2],
}

struct Slot<K> {
    owner: Owner<K>,
    seen: u64,
}

/// All pages.
pub struct Atlas<K> {
    pages: Vec<Page<K>>,
    frame: u64,
    most: usize,
}

impl<K> Default for Atlas<K> {
    fn default() -> Self {
        Self { pages: Vec::new(), frame: 0, most: 16 }
    }
}

impl<K> Page<K> {
    fn new(texture: TextureHandle) -> Self {
        Self { texture, bucket: 0, used: Vec::new(), free: Vec::new(), seen: 0, columns: 1, cell: [PAGE_PX; 2] }
    }

    /// Empties the page and cuts it into cells of another size; what was in it is told.
    fn cut(&mut self, bucket: usize, cell: [usize; 2], evicted: &mut Vec<Owner<K>>) {
        evicted.extend(self.used.drain(..).flatten().map(|slot| slot.owner));
        self.bucket = bucket;
        self.cell = cell;
        self.columns = (PAGE_PX / cell[0].max(1)).max(1);
        let cells = self.columns * (PAGE_PX / cell[1].max(1)).max(1);
        self.used.resize_with(cells, || None);
        self.free = (0..cells).rev().collect();
    }
}

impl<K: Copy> Atlas<K> {
    /// Begins a new frame of the window; no more than `budget` bytes are kept, except for what is on screen.
    pub fn begin_frame(&mut self, budget: usize) {
        self.frame += 1;
        self.most = (budget / PAGE_BYTES).max(FEWEST);
    }

    /// Takes in the picture of `owner`, whose cells are `cell` px large, and tells what was thrown out to make room.
    pub fn insert(
        &mut self,
        ctx: &Context,
        owner: Owner<K>,
        cell: [usize; 2],
        image: ColorImage,
        evicted: &mut Vec<Owner<K>>,
    ) -> Cell {
        let page = self.page_with_room(ctx, owner.0, cell, evicted);
        let target = &mut self.pages[page];
        let index = target.free.pop().unwrap_or(0);
        target.used[index] = Some(Slot { owner, seen: self.frame });
        target.seen = self.frame;
        let origin = [index % target.columns * target.cell[0], index / target.columns * target.cell[1]];
        let size = image.size;
        target.texture.set_partial(origin, image, TextureOptions::LINEAR);
        Cell { page, index, size }
    }

    /// Texture and part of it to draw; marks the cell as shown.
    pub fn get(&mut self, cell: Cell) -> (TextureId, Rect) {
        let page = &mut self.pages[cell.page];
        page.seen = self.frame;
        if let Some(slot) = &mut page.used[cell.index] {
            slot.seen = self.frame;
        }
        #[expect(clippy::cast_precision_loss, reason = "pixels of a page are small numbers")]
        let part = |pixel: usize, inset: f32| (pixel as f32 + inset) / PAGE_PX as f32;
        let (x, y) = (cell.index % page.columns * page.cell[0], cell.index / page.columns * page.cell[1]);
        // Between the middles of the outermost pixels: where a picture is enlarged, its neighbours on the page stay out.
        let uv = Rect::from_min_max(
            pos2(part(x, 0.5), part(y, 0.5)),
            pos2(part(x + cell.size[0], -0.5), part(y + cell.size[1], -0.5)),
        );
        (page.texture.id(), uv)
    }

    /// Forgets a picture, so that its cell is filled first.
    pub fn remove(&mut self, cell: Cell) {
        let page = &mut self.pages[cell.page];
        if page.used[cell.index].take().is_some() {
            page.free.push(cell.index);
        }
    }

    /// Bytes of texture memory.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        self.pages.len() * PAGE_BYTES
    }

    fn page_with_room(&mut self, ctx: &Context, bucket: usize, cell: [usize; 2], evicted: &mut Vec<Owner<K>>) -> usize {
        let has_room = |page: &Page<K>| page.bucket == bucket && !page.free.is_empty();
        if let Some(number) = self.pages.iter().position(has_room) {
            return number;
        }
        if self.pages.len() >= self.most
            && let Some(found) = self.reuse(bucket, cell, evicted)
        {
            return found;
        }
        let blank = ColorImage::filled([PAGE_PX, PAGE_PX], egui::Color32::TRANSPARENT);
        let texture = ctx.load_texture(format!("thumbnails-{}", self.pages.len()), blank, TextureOptions::LINEAR);
        let mut page = Page::new(texture);
        page.cut(bucket, cell, evicted);
        self.pages.push(page);
        self.pages.len() - 1
    }

    /// The page that was not shown for longest becomes a page of this bucket, or pages of this bucket give up what is not
    /// on screen. What the frame before showed is on screen: this one may not have come to it yet.
    fn reuse(&mut self, bucket: usize, cell: [usize; 2], evicted: &mut Vec<Owner<K>>) -> Option<usize> {
        let frame = self.frame;
        let (number, page) = self.pages.iter_mut().enumerate().min_by_key(|(_, page)| page.seen)?;
        if page.seen + 1 < frame {
            page.cut(bucket, cell, evicted);
            return Some(number);
        }
        for (number, page) in self.pages.iter_mut().enumerate().filter(|(_, page)| page.bucket == bucket) {
            for (index, slot) in page.used.iter_mut().enumerate() {
                if slot.as_ref().is_some_and(|slot| slot.seen + 1 < frame) {
                    evicted.extend(slot.take().map(|slot| slot.owner));
                    page.free.push(index);
                }
            }
            if !page.free.is_empty() {
                return Some(number);
            }
        }
        None
    }

    /// Gives up pages beyond the budget that were not shown lately, the last ones first: their numbers are free again.
    pub fn shrink(&mut self, evicted: &mut Vec<Owner<K>>) {
        while self.pages.len() > self.most && self.pages.last().is_some_and(|page| page.seen + 1 < self.frame) {
            if let Some(mut page) = self.pages.pop() {
                evicted.extend(page.used.drain(..).flatten().map(|slot| slot.owner));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use egui::Color32;

    use super::*;
    use crate::gui::frame_key::FrameKey;

    fn owner(frame: usize) -> Owner<FrameKey> {
        (3, FrameKey { footage: 1, frame })
    }

    #[test]
    fn memory_is_bounded_and_what_is_shown_stays() {
        let ctx = Context::default();
        let mut atlas = Atlas::default();
        let budget = 8 * PAGE_BYTES;
        let mut gone = Vec::new();
        let picture = || ColorImage::filled([500, 300], Color32::RED);
        atlas.begin_frame(budget);
        let kept = atlas.insert(&ctx, owner(0), [512, 384], picture(), &mut gone);
        for frame in 1..1000 {
            atlas.begin_frame(budget);
            atlas.get(kept);
            atlas.insert(&ctx, owner(frame), [512, 384], picture(), &mut gone);
        }
        assert!(!gone.contains(&owner(0)));
        assert_eq!(atlas.bytes(), budget);
        assert!(gone.len() > 900);
        let (_, uv) = atlas.get(kept);
        assert!((uv.width() - 499.0 / 1024.0).abs() < 1e-6);
        // A screen full of large tiles goes past the budget rather than blink, and comes back to it.
        for _ in 0..2 {
            atlas.begin_frame(budget);
            for frame in 2000..2100 {
                atlas.insert(&ctx, owner(frame), [512, 384], picture(), &mut gone);
            }
        }
        assert!(atlas.bytes() > budget);
        for _ in 0..3 {
            atlas.begin_frame(budget);
            atlas.shrink(&mut gone);
        }
        assert_eq!(atlas.bytes(), budget);
    }

    #[test]
    fn a_cell_that_was_given_up_is_filled_again() {
        let ctx = Context::default();
        let mut atlas = Atlas::default();
        atlas.begin_frame(0);
        let mut gone = Vec::new();
        let picture = || ColorImage::filled([10, 10], Color32::RED);
        let first = atlas.insert(&ctx, owner(1), [512, 384], picture(), &mut gone);
        atlas.remove(first);
        let second = atlas.insert(&ctx, owner(2), [512, 384], picture(), &mut gone);
        assert_eq!((first, gone.len()), (second, 0));
    }
}
