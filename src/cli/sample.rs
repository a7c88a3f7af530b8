//! `lakescope sample`
use super::{Failure, args::SampleArgs};
pub(super) fn run(_args: &SampleArgs) -> Result<(), Failure> {
    Ok(())
}
