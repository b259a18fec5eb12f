//! The links of Nova's documents.

use super::call::Call;
use crate::http::json::Escaped;

/// What the hrefs of one answer begin with.
#[derive(Clone, Debug)]
pub struct Links {
    /// `http://HOST/v2/PROJECT`, or without the project.
    pub versioned: String,
    /// `http://HOST/PROJECT`, or without the project.
    pub bookmark: String,
    /// `http://GLANCE/PROJECT`, or without the project.
    pub glance: String,
    /// The same up to the ids, ready for JSON.
    pub json: JsonLinks,
}

/// Beginnings of hrefs, escaped once for all images of an answer.
#[derive(Clone, Debug)]
pub struct JsonLinks {
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
        let versioned = format!("{base}/{}{project}", call.version);
        let bookmark = format!("{base}{project}");
        let glance = format!("{glance}{glance_project}");
        let escaped = |head: &str, tail: &str| Escaped::new(&format!("{head}{tail}"));
        let json = JsonLinks {
            image: escaped(&versioned, "/images/"),
            image_bookmark: escaped(&bookmark, "/images/"),
            image_alternate: escaped(&glance, "/images/"),
            server: escaped(&versioned, "/servers/"),
            server_bookmark: escaped(&bookmark, "/servers/"),
        };
        Self {
            versioned,
            bookmark,
            glance,
            json,
        }
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
