//! The versions, which every path that names none leads to.

use super::call::Call;
use crate::http::{Reply, StatusCode, json};

/// The list of all versions.
pub fn list(call: &Call<'_>, status: StatusCode) -> Reply {
    let body = json::object(2048, |root| {
        root.list("versions", |list| {
            for version in call.offer.versions.iter().copied().flatten() {
                list.object(|item| {
                    item.word("id", version.id)
                        .word("status", version.status)
                        .list("links", |links| {
                            links.object(|link| {
                                let href = format!("{}/{}/", call.base, version.path);
                                link.word("rel", "self").text("href", &href);
                            });
                        });
                });
            }
        });
    });
    Reply::new(status, "application/json", body)
}

/// `GET /v2`: sent on to where there is a slash.
pub fn redirect(call: &Call<'_>, version: &str) -> Reply {
    let location = format!("{}/{version}/", call.base);
    Reply::new(StatusCode::FOUND, "text/plain; charset=utf8", "").with("location", location)
}
