//! Bodies, as far as all operations treat them alike.

use super::call::Call;
use super::fault::Fault;
use crate::http::StatusCode;

/// Whether the content type is one that a body may have; without a body it does not matter.
pub fn check_content_type(call: &Call<'_>) -> Result<(), Fault> {
    if call.body.bytes().is_empty() {
        return Ok(());
    }
    match call.head.media_type() {
        None
        | Some("text/plain" | "application/json" | "application/vnd.openstack.compute+json") => {
            Ok(())
        }
        Some(_) => Err(Fault::api(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Unsupported Content-Type",
        )),
    }
}
