//! The links of Nova's documents.

use super::call::Call;
use crate::http::gaps::Escaped;
use crate::http::json;
use crate::http::xml::writer;

/// Where the links of an image begin, up to the id.
#[derive(Clone, Copy, Debug)]
pub enum Head {
    /// `self` of an image.
    Image,
    /// `bookmark` of an image.
    ImageBookmark,
    /// `alternate` of an image.
    ImageAlternate,
    /// `self` of a server.
    Server,
    /// `bookmark` of a server.
    ServerBookmark,
}

/// All of them, escaped once for all images of an answer.
#[derive(Clone, Debug)]
pub struct Heads([Escaped; 5]);

impl Heads {
    /// Gaps in their place: what is filled in later.
    pub fn gaps() -> Self {
        Self([0, 1, 2, 3, 4].map(Escaped::gap))
    }

    /// One of them.
    pub fn get(&self, head: Head) -> &Escaped {
        let Self(
            [
                image,
                image_bookmark,
                image_alternate,
                server,
                server_bookmark,
            ],
        ) = self;
        match head {
            Head::Image => image,
            Head::ImageBookmark => image_bookmark,
            Head::ImageAlternate => image_alternate,
            Head::Server => server,
            Head::ServerBookmark => server_bookmark,
        }
    }

    /// What fills the gaps.
    pub fn fillings(&self) -> &[Escaped] {
        &self.0
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
            Some(project) if (call.dialect.project_in_links)(call, query, project) => {
                format!("/{project}")
            }
            _ => String::new(),
        };
        let glance = match &call.app.config.glance_url {
            Some(url) => url.clone(),
            None => format!("{}/image", call.host_url()),
        };
        let glance_project = if call.dialect.project_in_alternate {
            &project
        } else {
            ""
        };
        let versioned = [&base, "/", call.version, &project].concat();
        let bookmark = [base.as_str(), &project].concat();
        let glance = [glance.as_str(), glance_project].concat();
        let escaped = match call.media.is_xml() {
            true => writer::escaped,
            false => json::escaped,
        };
        let heads = Heads([
            escaped(&[&versioned, "/images/"].concat()),
            escaped(&[&bookmark, "/images/"].concat()),
            escaped(&[&glance, "/images/"].concat()),
            escaped(&[&versioned, "/servers/"].concat()),
            escaped(&[&bookmark, "/servers/"].concat()),
        ]);
        Self { versioned, heads }
    }
}

/// Nova 2014.2 puts the project into every link.
pub fn always(_: &Call<'_>, _: &str, _: &str) -> bool {
    true
}

/// Nova 34 puts it in when the id stands anywhere in the request's URL: path, query or host.
pub fn when_in_url(call: &Call<'_>, query: &str, project: &str) -> bool {
    call.request.raw_path().contains(project)
        || query.contains(project)
        || call.request.host().contains(project)
}
