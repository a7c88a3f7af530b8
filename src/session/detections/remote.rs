//! Questions that a cluster answers.

use super::{TopItems, TopRequest};
use crate::{jobs::Progress, session::SessionError};

/// The answer of the cluster at `address`.
pub(super) fn top(address: &str, _: &TopRequest, _: &Progress) -> Result<TopItems, SessionError> {
    Err(SessionError::Failed(format!(
        "the cluster {address} cannot be asked by this version; leave --engine out, and this machine answers"
    )))
}
