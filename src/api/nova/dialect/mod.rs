//! Dialects: how one tree of Nova's API answers. They are plain data; code asks them what they do,
//! never which one they are. Where a dialect names a behaviour, the room that has it matches on it.

pub mod documents;
mod juno;
pub mod media;
mod otc;
mod profile;
mod v21;

pub use documents::VersionDocument;
pub use media::{Formats, Media};
pub use profile::Mounts;

use crate::config::Microversion;
use crate::http::{Trust, webob};
use crate::service::ImageRules;

/// Whose routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routes {
    /// Nova 2014.2's: the project is part of every path, and the last segment may have a suffix.
    Juno,
    /// Nova 34's: the project may be left out.
    V21(ProjectIds),
}

/// What may be a project in a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectIds {
    /// Hex digits and dashes (Nova 34: `[api] project_id_regex`).
    Hex,
    /// Any text.
    Any,
}

/// How the query of a list is read: as the release does that handed it to this API of Glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListQuery {
    /// Nova 2014.2.
    GlanceV1,
    /// Nova 34.
    GlanceV2,
}

/// How the query of a `next` link is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextQuery {
    /// In the request's order, nothing escaped, the marker last: Nova 2014.2.
    Raw,
    /// The same, escaped: for users, whose next page must be reachable.
    Escaped,
    /// Sorted, escaped, a marker in the place of the one before: Nova 34. Of repeated parameters it has
    /// the largest, whichever the list was made with.
    Sorted,
    /// The same with the values that the list was made with: for users.
    SortedAsUsed,
}

/// Which extensions are advertised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extensions {
    /// Nova 2014.2's.
    Juno,
    /// Nova 34's, for the sake of old clients.
    V21,
}

/// How bodies of metadata are read, checked, applied and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bodies {
    /// As Nova 2014.2 does, in JSON and XML; POST answers what was sent.
    Juno,
    /// As Nova 34 does, by JSON schemas; POST answers what is stored.
    V21 {
        /// Whether other members beside the one that counts are allowed.
        others_allowed: bool,
    },
}

/// When the project's id is part of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectInLinks {
    /// Always: Nova 2014.2.
    Always,
    /// When the id stands anywhere in the request's URL, path, query or host: Nova 34.
    WhenInUrl,
}

/// The form of a 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unauthorized {
    /// Plain text: keystonemiddleware of 2014.
    Juno,
    /// JSON: keystonemiddleware of today.
    V21,
}

/// The words of a 500.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Internal {
    /// A sentence.
    Juno,
    /// A sentence, and the class of Python's exception.
    V21,
}

/// Everything in which one tree differs from another.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, not a state"
)]
pub struct Dialect {
    /// Its version document.
    pub document: &'static VersionDocument,
    /// Which forms it writes.
    pub formats: Formats,
    /// Its routes.
    pub routes: Routes,
    /// Whether `X-OpenStack-Nova-API-Version` and its successor count.
    pub microversions: bool,
    /// The newest one, unless the configuration says another.
    pub max_microversion: Microversion,
    /// The image service behind it.
    pub rules: ImageRules,
    /// How it reads the query of a list.
    pub list_query: ListQuery,
    /// How it writes the query of a `next` link.
    pub next_query: NextQuery,
    /// Whether the `next` link of `detail` leads to `detail`, too.
    pub next_keeps_detail: bool,
    /// The most that a page size counts when a full page is told from the last one.
    pub caps_page_size: bool,
    /// The list of extensions that it advertises.
    pub extensions: Extensions,
    /// How it reads and answers bodies of metadata.
    pub bodies: Bodies,
    /// Whether a project belongs into links.
    pub project_in_links: ProjectInLinks,
    /// Whether it belongs into `alternate` links, too.
    pub project_in_alternate: bool,
    /// Whether null properties of Glance are shown as "".
    pub null_is_empty: bool,
    /// Whether a metadata key beyond ASCII cannot be named in a path.
    pub ascii_keys_only: bool,
    /// The type of the empty answer to a deletion; the negotiated one when missing.
    pub deleted_type: Option<&'static str>,
    /// What links believe of a proxy.
    pub trust: Trust,
    /// How pages without a form of Nova's own look.
    pub webob: webob::Choice,
    /// The sentence of a 413.
    pub body_too_large: &'static str,
    /// The form of the 401.
    pub unauthorized: Unauthorized,
    /// The words of a 500.
    pub internal: Internal,
    /// Whether OPTIONS is answered in front of everything.
    pub answers_options: bool,
    /// Whether both request id headers are sent, or Juno's only.
    pub two_request_ids: bool,
    /// Whether the bare version (`/v2`) redirects to `/v2/`.
    pub redirects_version: bool,
    /// Whether the version document takes a token.
    pub document_needs_token: bool,
    /// Whether `.` and `..` in a path are resolved where they came without escapes.
    pub resolves_dots: bool,
    /// Whether what is data in a link is escaped, so that it can be followed.
    pub escapes_links: bool,
    /// Whether a path that ends in the caller's project is the version document.
    pub project_is_document: bool,
    /// Whether a token without a project is let in.
    pub admits_unscoped: bool,
    /// Whether `X-Service-Token` must be a good one where it comes.
    pub checks_service_token: bool,
    /// Whether accidents of the real server are reproduced.
    pub exact: bool,
    /// Whether a page larger than the configured limit is refused.
    pub refuses_large_limit: bool,
}
