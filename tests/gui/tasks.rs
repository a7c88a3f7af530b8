//! Tasks in the Runs workspace: how one comes to be, running it, and its answer.

use egui_kittest::kittest::Queryable as _;

use crate::harness::{Window, lakescope};

#[test]
fn a_saved_analysis_is_run_and_its_answer_shown() {
    let mut window = Window::open();
    window.click("Runs");
    window.until("it is told how a task comes to be", |window| {
        window.tells("Save an analysis or an SQL query in Statistics") && window.shows("Open Statistics")
    });
    let lake = window.lake.to_str().unwrap().to_owned();
    lakescope(&["stats", &lake, "--metric", "speed", "--by", "recording", "--agg", "count", "--save", "by drive"]);
    let told = lakescope(&["run", &lake, "analysis/by drive", "--format", "csv"]);
    let row: Vec<String> = told.lines().nth(1).unwrap().split(',').map(str::to_owned).collect();
    window.until("the task is listed with its run", |window| window.shows("Task analysis/by drive, Done"));
    window.click("Run analysis/by drive");
    window.until("it has answered", |window| window.tells("analysis/by drive answered with 2 rows."));
    window.until("there are two runs of it", |window| {
        window.harness.query_all_by_label_contains("analysis/by drive, Done").count() == 3
    });
    window.until("the answer is shown", |window| window.shows("Answer") && row.iter().all(|cell| window.shows(cell)));
    assert!(window.shows("speed_count"));

    std::fs::write(window.lake.join("analyses/gone.toml"), "metrics = [\"nothing\"]\n").unwrap();
    window.click("Run analysis/gone");
    window.until("its failure is told", |window| window.tells("analysis/gone failed: there is no metric `nothing`"));
    window.until("and kept", |window| window.shows("Task analysis/gone, Failed") && window.shows("Error"));
}
