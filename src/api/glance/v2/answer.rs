//! What handlers answer with: JSON, nothing, or what a failed write is called.

use crate::api::glance::fault::Fault;
use crate::http::{Reply, StatusCode};
use crate::service::{Failure, Limited, MOST_LIMITED, WriteError};

/// What a failed write is called; `action` is what the policy calls it.
pub fn of_write(error: WriteError, id: &str, action: &str) -> Fault {
    let why = error.why();
    let fault = match error {
        WriteError::Image(error) => return Fault::of_image(error, id, action),
        WriteError::Unpublishable(_) => Fault::not_authorized("publicize_image"),
        WriteError::OthersImage(_) => Fault::not_authorized("add_image"),
        WriteError::OwnerFixed => Fault::denied_because("Owner can't be updated by non admin."),
        WriteError::FormatFixed(attribute) => Fault::forbidden(format!(
            "Attribute {attribute} can be only replaced for a queued image."
        )),
        WriteError::WrongStatus(status) => Fault::forbidden(format!(
            "Not allowed to {action} image in status '{}'",
            status.as_str()
        )),
        WriteError::Exists(id) => Fault::conflict(format!("Image ID {id} already exists!")),
        WriteError::TooMany { what, attempted } => Fault::too_large(too_many(what, attempted)),
        WriteError::Unstorable(key) => Fault::bad_request(format!(
            "{} can't contain 4 byte unicode characters.",
            titled(&key)
        )),
        WriteError::NotShared
        | WriteError::MemberExists(_)
        | WriteError::NoSuchMember(_)
        | WriteError::NoMemberStatus
        | WriteError::NoSuchTag(_) => Fault::unrouted(),
        WriteError::UnstorableKey => Fault::bad_request(error.to_string()),
    };
    fault.because(why)
}

/// Glance's words for a quota that is exceeded.
pub fn too_many(what: Limited, attempted: usize) -> String {
    format!(
        "The limit has been exceeded on the number of allowed image {what}. Attempted: \
         {attempted}, Maximum: {MOST_LIMITED}"
    )
}

/// Python's `str.title()`.
fn titled(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut within = false;
    for letter in text.chars() {
        match within {
            true => out.extend(letter.to_lowercase()),
            false => out.extend(letter.to_uppercase()),
        }
        within = letter.is_alphabetic();
    }
    out
}

/// A JSON answer.
pub fn json_reply(
    status: StatusCode,
    body: Result<Vec<u8>, serde_json::Error>,
) -> Result<Reply, Fault> {
    let body = body.map_err(|error| Fault::internal(&Failure::of(&error)))?;
    Ok(Reply::new(status, "application/json", body))
}

/// An answer that says nothing.
pub fn no_content() -> Reply {
    Reply::new(StatusCode::NO_CONTENT, "text/html; charset=UTF-8", "")
}
