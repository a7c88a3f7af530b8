//! The small text files of a lake: `lake.toml` and `recording.toml`.

use std::{fmt::Write as _, path::Path};

use super::{
    SampleError, drive::Drive, events::FIRST_CAMERA, mood::Weather, scene::View, spec::SampleSpec,
    table_file::write_text,
};
use crate::model::format_ns;

/// Writes `lake.toml`.
pub(super) fn write_lake_toml(dir: &Path, spec: &SampleSpec) -> Result<(), SampleError> {
    let mut cameras = String::new();
    for (oid, (_, name)) in (FIRST_CAMERA..).zip(&View::ALL).take(spec.cameras as usize) {
        // Writing to a string cannot fail.
        let _ = writeln!(cameras, "[footages.\"*/{name}\"]\nvideo_camera_oid = {oid}\n");
    }
    let cameras = cameras.trim_end();
    let text = format!(
        r#"# What Lakescope knows about this folder beyond the files themselves. Every line may be left out.

# Shown in the window's title.
name = "Sample lake"

# Zone of times that are written without one. The times of this lake all tell theirs: they are UTC.
time_zone = "Europe/Berlin"

# One table per metric. `unit` counts where a file does not tell it: the Parquet file of the first drive has plain
# column names, while the other files write units into their headers, as in `speed [m/s]`.
[metrics.speed]
unit = "m/s"

[metrics.acceleration]
unit = "m/s²"

[metrics.steering_angle]
unit = "deg"

[metrics.yaw_rate]
unit = "deg/s"

# Directions: between 359 and 1 degree lies 0, not 180. Other values: linear, previous, nearest.
[metrics.heading]
unit = "deg"
interpolate = "circular"

[metrics.latitude]
unit = "deg"

[metrics.longitude]
unit = "deg"

[metrics.ambient_temperature]
unit = "°C"

[metrics.rain_intensity]
unit = "mm/h"

[metrics.light]
unit = "lx"

# What the drives' cameras are called in detection events, so that an event leads to its frame.
{cameras}

# Drawn, not filmed: made by `lakescope sample`, seed {}.
"#,
        spec.seed
    );
    write_text(&dir.join("lake.toml"), &text)
}

/// Writes a drive's `recording.toml`.
pub(super) fn write_recording_toml(path: &Path, drive: &Drive) -> Result<(), SampleError> {
    let (weather, light, road) = match drive.world.weather {
        Weather::Day => ("clear", "day", "city street"),
        Weather::Night => ("clear", "night", "city avenue"),
        Weather::Rain => ("rain", "day", "suburban road"),
        Weather::Dusk => ("clear", "dusk", "motorway"),
    };
    let started = format_ns(drive.started_at_ns);
    let text = format!(
        r#"vehicle = "{}"
started_at = "{}Z"
region = "{}"
weather = "{weather}"
time_of_day = "{light}"
road = "{road}"
driver = "{}"
"#,
        drive.vehicle,
        started.get(..19).unwrap_or(&started),
        drive.region.name,
        drive.driver,
    );
    write_text(path, &text)
}
