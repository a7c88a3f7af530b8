//! `lakescope frame`

use super::{
    Failure,
    args::{ChannelOrder, FrameArgs},
    table::open_indexed,
};
use crate::{
    model::{FrameId, ValueRange},
    session::{DrawnLabels, LookOverride},
};

pub(super) fn run(args: &FrameArgs) -> Result<(), Failure> {
    let id: FrameId =
        args.frame.parse().map_err(|error: crate::model::FrameIdError| Failure::Usage(error.to_string()))?;
    let session = open_indexed(&args.lake)?;
    let table = session.table()?;
    let range = args.range.as_deref().map(ValueRange::parse).transpose();
    let ways = LookOverride {
        swap_red_blue: args.channels.map(|order| order == ChannelOrder::Bgr),
        range: range.map_err(|error| Failure::Usage(format!("--range: {error}")))?,
    };
    let labels = match &args.filter {
        Some(filter) => DrawnLabels::Of(filter),
        None if args.labels => DrawnLabels::All,
        None => DrawnLabels::None,
    };
    session.write_image(&table, &id, &args.out, labels, ways)?;
    Ok(())
}
