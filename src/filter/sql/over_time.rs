//! What looks at many frames, as window functions.

use super::{NoSql, Writer, literal::double, number::is_finite};
use crate::filter::{
    ast::{Side, WindowFunction},
    typed::{Number, Predicate},
};
use crate::model::Circle;

/// The rhythm of each footage: the median distance of its frames, the stretches between gaps, and the laps between steps
/// back of its clock.
pub(super) const CLOCK: &str = "distances AS (
  SELECT frame_id, recording, camera, frame_idx,
    timestamp_ns - lag(timestamp_ns) OVER (PARTITION BY recording, camera ORDER BY frame_idx) AS step_ns
  FROM frames
), ranked AS (
  SELECT recording, camera, step_ns,
    row_number() OVER (PARTITION BY recording, camera ORDER BY step_ns) AS place,
    count(*) OVER (PARTITION BY recording, camera) AS n
  FROM distances WHERE step_ns > 0
), periods AS (
  SELECT recording, camera, step_ns AS period FROM ranked WHERE 2 * place - 2 <= n AND n < 2 * place
), clock AS (
  SELECT d.frame_id, coalesce(p.period, 0) AS period,
    sum(CASE WHEN d.step_ns < 0 OR (d.step_ns > 50000000 AND 2 * d.step_ns > 5 * coalesce(p.period, 0)) THEN 1 ELSE 0 END)
      OVER (PARTITION BY d.recording, d.camera ORDER BY d.frame_idx) AS stretch,
    sum(CASE WHEN d.step_ns < 0 THEN 1 ELSE 0 END)
      OVER (PARTITION BY d.recording, d.camera ORDER BY d.frame_idx) AS lap
  FROM distances AS d LEFT JOIN periods AS p ON p.recording = d.recording AND p.camera = d.camera
), ";

const MEANS: &str =
    "a mean may differ in its last digit, and beside infinite values, because engines add in different ways";

impl Writer<'_> {
    /// `condition for …`.
    pub(super) fn held(&mut self, condition: &Predicate, at_least_ns: i64, name: &str) -> Result<String, NoSql> {
        let what = format!("held {name}");
        if let Some(column) = self.known.get(&what) {
            return Ok(format!("{column} = 1"));
        }
        let condition = self.condition(condition)?.text;
        let (stretch, period) = (self.clock("stretch"), self.clock("period"));
        let (truth, run, held) = (self.fresh(), self.fresh(), self.fresh());
        self.step(vec![format!("CASE WHEN {condition} THEN 1 WHEN NOT ({condition}) THEN 0 END AS {truth}")], None);
        self.step(
            vec![format!(
                "sum(CASE WHEN {truth} = 1 THEN 0 ELSE 1 END) \
                 OVER (PARTITION BY recording, camera, {stretch} ORDER BY frame_idx) AS {run}"
            )],
            None,
        );
        let time = format!("CASE WHEN {truth} = 1 THEN timestamp_ns END");
        self.step(
            vec![format!(
                "CASE WHEN {truth} = 1 AND max({time}) OVER run - min({time}) OVER run + {period} >= {at_least_ns} THEN 1 \
                 WHEN {truth} IS NOT NULL THEN 0 END AS {held}"
            )],
            Some(format!("run AS (PARTITION BY recording, camera, {stretch}, {run})")),
        );
        self.known.insert(what, held.clone());
        Ok(format!("{held} = 1"))
    }

    /// The second half of `… within … of other`.
    pub(super) fn near(&mut self, other: &Predicate, length_ns: i64, side: Side, name: &str) -> Result<String, NoSql> {
        let what = format!("near {name}");
        if let Some(column) = self.known.get(&what) {
            return Ok(format!("{column} = 1"));
        }
        let other = self.condition(other)?.text;
        let (truth, near) = (self.fresh(), self.fresh());
        self.step(vec![format!("CASE WHEN {other} THEN 1 ELSE 0 END AS {truth}")], None);
        let (earlier, later) = match side {
            Side::Around => (length_ns, length_ns),
            Side::Before => (0, length_ns),
            Side::After => (length_ns, 0),
        };
        self.step(
            vec![format!(
                "max({truth}) OVER (PARTITION BY recording ORDER BY timestamp_ns \
                 RANGE BETWEEN {earlier} PRECEDING AND {later} FOLLOWING) AS {near}"
            )],
            None,
        );
        self.known.insert(what, near.clone());
        Ok(format!("{near} = 1"))
    }

    /// A number over which something is worked out, as a column of doubles.
    fn operand(&mut self, value: &Number) -> Result<String, NoSql> {
        let text = self.calculated(value)?;
        let name = self.fresh();
        self.step(vec![format!("{text} AS {name}")], None);
        Ok(name)
    }

    /// `rate(value)`.
    pub(super) fn rate(&mut self, value: &Number, circle: Option<Circle>, name: &str) -> Result<String, NoSql> {
        let what = format!("rate {name}");
        if let Some(column) = self.known.get(&what) {
            return Ok(column.clone());
        }
        let value = self.operand(value)?;
        let stretch = self.clock("stretch");
        let rate = self.fresh();
        let change = format!("(lead({value}) OVER near - lag({value}) OVER near)");
        let change = match circle {
            None => change,
            // The short way round.
            Some(circle) => {
                let period = double(circle.period())?;
                let half = double(circle.period() / 2.0)?;
                format!(
                    "(CASE WHEN abs({change}) <= {half} THEN {change} ELSE {change} - {period} * round({change} / {period}) END)"
                )
            }
        };
        let elapsed = "lead(timestamp_ns) OVER near - lag(timestamp_ns) OVER near";
        self.step(
            vec![format!(
                "CASE WHEN {elapsed} > 0 THEN {change} / (CAST({elapsed} AS DOUBLE PRECISION) / 1e9) END AS {rate}"
            )],
            Some(format!("near AS (PARTITION BY recording, camera, {stretch} ORDER BY frame_idx)")),
        );
        self.known.insert(what, rate.clone());
        Ok(rate)
    }

    /// `mean(value, …)` of a heading: the direction of the sum of its frames as vectors.
    pub(super) fn mean_direction(
        &mut self,
        value: &Number,
        length_ns: i64,
        circle: Circle,
        name: &str,
    ) -> Result<String, NoSql> {
        let what = format!("window {name}");
        if let Some(column) = self.known.get(&what) {
            return Ok(column.clone());
        }
        if !self.notes.contains(&MEANS) {
            self.notes.push(MEANS);
        }
        let value = self.operand(value)?;
        let lap = self.clock("lap");
        let footage = format!("PARTITION BY recording, camera, {lap}");
        let own = format!("OVER ({footage}, timestamp_ns ORDER BY frame_idx)");
        let before = (length_ns > 0).then(|| {
            format!("OVER ({footage} ORDER BY timestamp_ns RANGE BETWEEN {length_ns} PRECEDING AND 1 PRECEDING)")
        });
        // What is infinite is no direction.
        let limit = double(f64::MAX)?;
        let turn = double(std::f64::consts::TAU / circle.period())?;
        let (x, y) = (self.fresh(), self.fresh());
        let part = |function: &str, name: &str| {
            format!("CASE WHEN abs({value}) <= {limit} THEN {function}({value} * {turn}) END AS {name}")
        };
        self.step(vec![part("cos", &x), part("sin", &y)], None);
        let mut columns = Vec::new();
        let mut sums = [Vec::new(), Vec::new(), Vec::new()];
        for over in [Some(own), before].into_iter().flatten() {
            let names = [self.fresh(), self.fresh(), self.fresh()];
            columns.push(format!(
                "sum({x}) {over} AS {}, sum({y}) {over} AS {}, count({x}) {over} AS {}",
                names[0], names[1], names[2]
            ));
            for (sum, name) in sums.iter_mut().zip(names) {
                sum.push(format!("coalesce({name}, 0)"));
            }
        }
        self.step(columns, None);
        let all = [self.fresh(), self.fresh(), self.fresh()];
        let joined = sums.iter().zip(&all).map(|(sum, name)| format!("{} AS {name}", sum.join(" + ")));
        self.step(joined.collect(), None);
        let [x, y, count] = &all;
        let angle = self.fresh();
        // Vectors that cancel each other out have no direction.
        self.step(
            vec![format!(
                "CASE WHEN {x} * {x} + {y} * {y} > 1e-18 * {count} * {count} THEN atan2({y}, {x}) / {turn} END AS {angle}"
            )],
            None,
        );
        let outcome = self.fresh();
        let (low, period) = (double(circle.low())?, double(circle.period())?);
        let high = double(circle.low() + circle.period())?;
        self.step(
            vec![format!(
                "CASE WHEN {angle} < {low} THEN {angle} + {period} WHEN {angle} >= {high} THEN {angle} - {period} \
                 ELSE {angle} END AS {outcome}"
            )],
            None,
        );
        self.known.insert(what, outcome.clone());
        Ok(outcome)
    }

    /// `mean(value, …)` and its like. A window of times would take in the later frames of the very same time, so frames of
    /// earlier times and those of the frame's own time are two windows.
    pub(super) fn window(
        &mut self,
        function: WindowFunction,
        value: &Number,
        length_ns: i64,
        name: &str,
    ) -> Result<String, NoSql> {
        let what = format!("window {name}");
        if let Some(column) = self.known.get(&what) {
            return Ok(column.clone());
        }
        let finite = is_finite(value);
        let value = self.operand(value)?;
        let lap = self.clock("lap");
        let footage = format!("PARTITION BY recording, camera, {lap}");
        let own = format!("OVER ({footage}, timestamp_ns ORDER BY frame_idx)");
        let before = (length_ns > 0).then(|| {
            format!("OVER ({footage} ORDER BY timestamp_ns RANGE BETWEEN {length_ns} PRECEDING AND 1 PRECEDING)")
        });
        let outcome = self.fresh();
        if function == WindowFunction::Mean {
            if !self.notes.contains(&MEANS) {
                self.notes.push(MEANS);
            }
            let mut parts = Vec::new();
            let mut columns = Vec::new();
            for over in [Some(own), before].into_iter().flatten() {
                let (sum, number) = (self.fresh(), self.fresh());
                columns.push(format!("sum({value}) {over} AS {sum}, count({value}) {over} AS {number}"));
                parts.push((sum, number));
            }
            self.step(columns, None);
            let join = |each: &dyn Fn(&(String, String)) -> String, word: &str| {
                parts.iter().map(each).collect::<Vec<_>>().join(word)
            };
            let sum = join(&|(sum, _)| format!("coalesce({sum}, 0.0)"), " + ");
            let number = join(&|(_, number)| number.clone(), " + ");
            let whole = join(&|(sum, number)| format!("({number} = 0 OR {sum} IS NOT NULL)"), " AND ");
            self.step(vec![format!("CASE WHEN {whole} THEN ({sum}) / nullif({number}, 0) END AS {outcome}")], None);
        } else {
            let function = function.as_str();
            let now = self.fresh();
            let mut columns = vec![format!("{function}({value}) {own} AS {now}")];
            let Some(before) = before else {
                self.step(columns, None);
                self.known.insert(what, now.clone());
                return Ok(now);
            };
            let earlier = self.fresh();
            columns.push(format!("{function}({value}) {before} AS {earlier}"));
            self.step(columns, None);
            let sign = if function == "min" { "<=" } else { ">=" };
            self.step(
                vec![format!(
                    "CASE WHEN {earlier} {sign} {now} THEN {earlier} WHEN {now} IS NOT NULL THEN {now} ELSE {earlier} END \
                     AS {outcome}"
                )],
                None,
            );
        }
        let outcome = if finite || function != WindowFunction::Mean { outcome } else { self.without_nan(outcome)? };
        self.known.insert(what, outcome.clone());
        Ok(outcome)
    }
}
