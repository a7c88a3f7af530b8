//! `lakescope frame`

use super::{Failure, args::FrameArgs, table::open_indexed};
use crate::model::FrameId;

pub(super) fn run(args: &FrameArgs) -> Result<(), Failure> {
    let id: FrameId =
        args.frame.parse().map_err(|error: crate::model::FrameIdError| Failure::Usage(error.to_string()))?;
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    session.write_image(&table, &id, &args.out, args.labels)?;
    Ok(())
}
