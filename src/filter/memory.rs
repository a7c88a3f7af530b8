//! Columns held in memory: what tests, benches and small tables are filtered through.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::{FootageRows, FrameColumns, FrameSet, LabelRows, Mark, MetricName, TagRows};
use crate::model::{Circle, Column, Label};

/// A frame table in memory. Columns whose length is not the number of rows are an error when a filter reads them.
#[derive(Debug, Clone, Default)]
pub struct MemoryColumns {
    footages: Vec<FootageRows>,
    metrics: Vec<MetricName>,
    values: BTreeMap<String, Arc<Column>>,
    classes: Vec<String>,
    counts: BTreeMap<String, Arc<Vec<u32>>>,
    labels: Arc<Vec<u32>>,
    label_rows: BTreeMap<usize, Arc<LabelRows>>,
    timestamps: Arc<Vec<i64>>,
    tags: Arc<TagRows>,
    stores: BTreeMap<usize, String>,
    damaged: Vec<Range<usize>>,
    problem: Vec<Range<usize>>,
}

impl MemoryColumns {
    /// An empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a footage whose frames are taken at `timestamps`, ns UTC.
    pub fn add_footage(
        &mut self,
        recording: &str,
        camera: &str,
        started_at_ns: i64,
        attributes: &Arc<BTreeMap<String, String>>,
        timestamps: impl IntoIterator<Item = i64>,
    ) -> &mut Self {
        let times = Arc::make_mut(&mut self.timestamps);
        let first_row = times.len();
        times.extend(timestamps);
        let rows = times.len() - first_row;
        Arc::make_mut(&mut self.labels).resize(first_row + rows, 0);
        self.footages.push(FootageRows {
            recording: recording.to_owned(),
            camera: camera.to_owned(),
            first_row,
            rows,
            started_at_ns,
            attributes: attributes.clone(),
        });
        self
    }

    /// Tells the path of a footage's store, by the footage's index.
    pub fn set_store(&mut self, footage: usize, path: &str) -> &mut Self {
        self.stores.insert(footage, path.to_owned());
        self
    }

    /// Tells the rows that carry a mark, ascending and apart from each other.
    pub fn set_marked(&mut self, mark: Mark, rows: Vec<Range<usize>>) -> &mut Self {
        match mark {
            Mark::Damaged => self.damaged = rows,
            Mark::Problem => self.problem = rows,
        }
        self
    }

    /// Adds a metric, or replaces it.
    pub fn add_metric(&mut self, name: &str, unit: Option<&str>, values: Column) -> &mut Self {
        self.metrics.retain(|metric| metric.name != name);
        let metric =
            MetricName { name: name.to_owned(), kind: values.kind(), unit: unit.map(str::to_owned), circle: None };
        let at = self.metrics.partition_point(|other| other.name < metric.name);
        self.metrics.insert(at, metric);
        self.values.insert(name.to_owned(), Arc::new(values));
        self
    }

    /// Tells that the values of a metric go round.
    pub fn set_circle(&mut self, name: &str, circle: Circle) -> &mut Self {
        self.metrics.iter_mut().filter(|metric| metric.name == name).for_each(|metric| metric.circle = Some(circle));
        self
    }

    /// Adds a label class with its number of labels on each frame; the count of all labels grows by them.
    pub fn add_class(&mut self, name: &str, counts: Vec<u32>) -> &mut Self {
        for (labels, count) in Arc::make_mut(&mut self.labels).iter_mut().zip(&counts) {
            *labels = labels.saturating_add(*count);
        }
        let at = self.classes.partition_point(|other| other.as_str() < name);
        self.classes.insert(at, name.to_owned());
        self.counts.insert(name.to_owned(), Arc::new(counts));
        self
    }

    /// Gives a tag to these rows.
    pub fn add_tag(&mut self, tag: &str, rows: impl IntoIterator<Item = usize>) -> &mut Self {
        let set = FrameSet::from_rows(self.timestamps.len(), rows);
        let tags = Arc::make_mut(&mut self.tags);
        tags.version += 1;
        tags.tags.insert(tag.to_owned(), set);
        self
    }

    /// Adds the labels of the footages, by index, all at once: they make the classes and their counts. Labels of frames
    /// that are not there are left out.
    pub fn add_labels(&mut self, mut labels: BTreeMap<usize, Vec<Label>>) -> &mut Self {
        let mut counts = BTreeMap::<String, Vec<u32>>::new();
        for (footage, labels) in &mut labels {
            let Some(rows) = self.footages.get(*footage) else { continue };
            labels.sort_by_key(|label| label.frame_idx);
            for label in &*labels {
                if let Some(frame) = usize::try_from(label.frame_idx).ok().filter(|frame| *frame < rows.rows) {
                    let of_class = counts.entry(label.class.clone()).or_insert_with(|| vec![0; self.timestamps.len()]);
                    of_class[rows.first_row + frame] += 1;
                }
            }
            self.label_rows.insert(*footage, Arc::new(LabelRows::of(rows.rows, labels)));
        }
        for (class, counts) in counts {
            self.add_class(&class, counts);
        }
        self
    }
}

impl FrameColumns for MemoryColumns {
    fn rows(&self) -> usize {
        self.timestamps.len()
    }

    fn footages(&self) -> &[FootageRows] {
        &self.footages
    }

    fn metrics(&self) -> &[MetricName] {
        &self.metrics
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn metric(&self, name: &str) -> Result<Arc<Column>, String> {
        self.values.get(name).cloned().ok_or_else(|| format!("there is no metric {name}"))
    }

    fn class_count(&self, class: &str) -> Result<Arc<Vec<u32>>, String> {
        self.counts.get(class).cloned().ok_or_else(|| format!("there is no class {class}"))
    }

    fn label_count(&self) -> Result<Arc<Vec<u32>>, String> {
        Ok(self.labels.clone())
    }

    fn timestamps(&self) -> Result<Arc<Vec<i64>>, String> {
        Ok(self.timestamps.clone())
    }

    fn tags(&self) -> Result<Arc<TagRows>, String> {
        Ok(self.tags.clone())
    }

    fn known_tags(&self) -> Vec<String> {
        self.tags.tags.keys().cloned().collect()
    }

    fn known_label_attributes(&self) -> Option<Arc<Vec<MetricName>>> {
        self.label_attributes().ok()
    }

    fn store(&self, footage: usize) -> Option<&str> {
        self.stores.get(&footage).map(String::as_str)
    }

    fn marked(&self, mark: Mark) -> Vec<Range<usize>> {
        match mark {
            Mark::Damaged => self.damaged.clone(),
            Mark::Problem => self.problem.clone(),
        }
    }

    fn labels_of(&self, footage: usize) -> Result<Arc<LabelRows>, String> {
        let rows = self.footages.get(footage).ok_or_else(|| format!("there is no footage {footage}"))?.rows;
        Ok(self.label_rows.get(&footage).cloned().unwrap_or_else(|| Arc::new(LabelRows::of(rows, &[]))))
    }
}
