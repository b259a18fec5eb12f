//! Who asks: `Authorization: Token`, and staff that acts as somebody else
//! (waldur-mastermind, `waldur_core/core/authentication.py`).

use super::fault::Fault;
use crate::config::AuthMode;
use crate::domain::sibling::WaldurUser;
use crate::http::Head;
use crate::python::number;
use crate::service::App;
use crate::service::waldur::{Refusal, Viewer};

const KEYWORD: &[u8] = b"token";

/// Who asks, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// What is shown.
    pub viewer: Viewer,
    /// The uuid of the member of staff that acts as another user.
    pub impersonator: Option<String>,
}

/// Signs a request in. An open server needs no token, and then shows everything; one that it
/// knows is honoured all the same.
///
/// # Errors
/// When there is no token, or a bad one.
pub fn sign_in(app: &App, head: &Head) -> Result<SignedIn, Fault> {
    match user(app, head) {
        Ok(user) => Ok(acting(app, head, &user)),
        Err(_) if app.config.auth == AuthMode::Open => Ok(SignedIn {
            viewer: Viewer::Everything,
            impersonator: None,
        }),
        Err(fault) => Err(fault),
    }
}

fn user(app: &App, head: &Head) -> Result<WaldurUser, Fault> {
    let header = head.header_bytes("authorization").unwrap_or_default();
    // Python splits bytes at ASCII white space, the vertical tab included.
    let words: Vec<&[u8]> = header
        .split(|byte| byte.is_ascii_whitespace() || *byte == b'\x0b')
        .filter(|word| !word.is_empty())
        .collect();
    let token = match words.as_slice() {
        [keyword, rest @ ..] if keyword.eq_ignore_ascii_case(KEYWORD) => rest,
        _ => return Err(Fault::NotAuthenticated),
    };
    let token = match token {
        [] => return Err(Fault::NoCredentials),
        [token] => std::str::from_utf8(token).map_err(|_| Fault::TokenWithBadCharacters)?,
        _ => return Err(Fault::TokenWithSpaces),
    };
    app.waldur.sign_in(token).map_err(|refusal| match refusal {
        Refusal::Unknown => Fault::UnknownToken,
        Refusal::Inactive => Fault::InactiveUser,
        Refusal::Expired => Fault::ExpiredToken,
    })
}

/// Only staff acts as others; from anybody else, or with the uuid of nobody, the header says
/// nothing.
fn acting(app: &App, head: &Head, user: &WaldurUser) -> SignedIn {
    let other = head
        .header("x-impersonated-user-uuid")
        .filter(|_| user.staff)
        .and_then(number::uuid)
        .and_then(|uuid| app.waldur.active_user(&uuid));
    SignedIn {
        viewer: app.waldur.viewer(other.as_ref().unwrap_or(user)),
        impersonator: other.map(|_| user.uuid.clone()),
    }
}
