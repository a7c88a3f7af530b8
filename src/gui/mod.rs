//! gui
/// x
pub fn run(_: Option<std::path::PathBuf>, _: crate::session::OpenOptions) -> anyhow::Result<()> {
    Ok(())
}
