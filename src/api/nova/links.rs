//! The links of Nova's documents.

use super::call::Call;
use super::dialect::ProjectInLinks;
use crate::http::escape::quote;
use crate::http::gaps::Escaped;
use crate::http::json;
use crate::http::xml::writer;
use std::borrow::Cow;

/// Where the links of an image begin, up to the id: escaped once for all images of an answer.
#[derive(Clone, Debug)]
pub struct Heads {
    /// `self` of an image.
    pub image: Escaped,
    /// `bookmark` of an image.
    pub image_bookmark: Escaped,
    /// `alternate` of an image.
    pub image_alternate: Escaped,
    /// `self` of a server.
    pub server: Escaped,
    /// `bookmark` of a server.
    pub server_bookmark: Escaped,
    /// Whether ids are escaped behind them.
    pub escapes_ids: bool,
}

impl Heads {
    /// Gaps in their place, which [`Heads::fillings`] fill.
    pub fn gaps() -> Self {
        Self {
            image: Escaped::gap(0),
            image_bookmark: Escaped::gap(1),
            image_alternate: Escaped::gap(2),
            server: Escaped::gap(3),
            server_bookmark: Escaped::gap(4),
            escapes_ids: false,
        }
    }

    /// An id as it stands in a link.
    pub fn id<'i>(&self, id: &'i str) -> Cow<'i, str> {
        match self.escapes_ids && !is_plain(id) {
            true => Cow::Owned(quote(id)),
            false => Cow::Borrowed(id),
        }
    }

    /// What fills the gaps, by number.
    pub fn fillings(&self) -> [&Escaped; 5] {
        [
            &self.image,
            &self.image_bookmark,
            &self.image_alternate,
            &self.server,
            &self.server_bookmark,
        ]
    }
}

/// The links of one answer.
#[derive(Clone, Debug)]
pub struct Links {
    /// `http://HOST/v2/PROJECT`, or without the project.
    pub versioned: String,
    /// Where those of its images begin.
    pub heads: Heads,
}

impl Links {
    /// For the answer to a call; `query` is what its release makes of the query string.
    pub fn new(call: &Call<'_>, query: &str) -> Self {
        let base = call.base_url();
        let project = match call.caller.project_id.as_deref() {
            Some(project) if has_project(call, query, project) => {
                match call.dialect.escapes_links {
                    true => format!("/{}", quote(project)),
                    false => format!("/{project}"),
                }
            }
            _ => String::new(),
        };
        let glance = match call
            .app
            .config
            .glance_url
            .as_ref()
            .or(call.image_url.as_ref())
        {
            Some(url) => url.clone(),
            None => format!("{}/image", call.host_url()),
        };
        let glance_project = if call.dialect.project_in_alternate {
            &project
        } else {
            ""
        };
        let versioned = [&base, "/", call.version, &project].concat();
        // Joined as paths are: behind the slashes of an empty host comes no further one.
        let bookmark = match base.strip_suffix('/') {
            Some(bare) => [bare, &project].concat(),
            None => [base.as_str(), &project].concat(),
        };
        let glance = [glance.as_str(), glance_project].concat();
        let escaped = match call.media.is_xml() {
            true => writer::escaped,
            false => json::escaped,
        };
        let heads = Heads {
            image: escaped(&[&versioned, "/images/"].concat()),
            image_bookmark: escaped(&[&bookmark, "/images/"].concat()),
            image_alternate: escaped(&[&glance, "/images/"].concat()),
            server: escaped(&[&versioned, "/servers/"].concat()),
            server_bookmark: escaped(&[&bookmark, "/servers/"].concat()),
            escapes_ids: call.dialect.escapes_links,
        };
        Self { versioned, heads }
    }
}

/// Whether the project's id belongs into links; `query` is what its release makes of the query string.
fn has_project(call: &Call<'_>, query: &str, project: &str) -> bool {
    match call.dialect.project_in_links {
        ProjectInLinks::Always => true,
        ProjectInLinks::WhenInUrl => {
            call.path.to_text().contains(project)
                || query.contains(project)
                || call.head.origin().host().contains(project)
        }
    }
}

/// Whether an id stands in a link as it is.
pub fn is_plain(id: &str) -> bool {
    id.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_.-~".contains(&byte))
}
