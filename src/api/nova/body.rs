//! Bodies, as far as all operations treat them alike.

use super::call::Call;
use super::dialect::Media;
use super::fault::Fault;
use crate::http::StatusCode;

/// Whether the content type is one that a body may have. Nova 34 itself looks at it whether there is
/// a body or not.
pub fn check_content_type(call: &Call<'_>) -> Result<(), Fault> {
    let exact = call.dialect.exact;
    if call.body.bytes().is_empty() && !exact {
        return Ok(());
    }
    let is_known = |name| {
        let json = matches!(Media::named(name), Some(Media::Json | Media::VendorJson));
        json || name == "text/plain"
    };
    let media_type = match exact {
        true => call.head.webob_media_type(),
        false => call.head.media_type(),
    };
    if media_type.is_none_or(is_known) {
        return Ok(());
    }
    Err(Fault::api(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "Unsupported Content-Type",
    ))
}
