//! Dialects: how one tree of Nova's API answers. They are values; code asks them what they do,
//! never which one they are.

use super::body::{self, MetadataBodies};
use super::call::Call;
use super::extensions::list::{self as extensions, Extension};
use super::fault::Fault;
use super::links;
use super::list::{self, ListRequest};
use super::media::{Formats, Media};
use super::route::{self, Route};
use super::versions::{VersionDocument, documents};
use crate::config::{Microversion, Profile};
use crate::http::{Reply, webob};
use crate::service::{App, ImageRules};
use actix_web::http::{Method, StatusCode};

/// How a route is found: method, the segments after the version, and whether a slash ends them.
pub type Router = fn(&Method, &[&str], bool) -> Option<Route>;

/// How the query of a `next` link is written: from the last image's id and the request's pairs.
pub type NextQuery = fn(&str, &[(String, String)]) -> Result<String, Fault>;

/// Everything in which one tree differs from another.
#[derive(Clone, Copy)]
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
    pub route: Router,
    /// Whether `X-OpenStack-Nova-API-Version` and its successor count.
    pub microversions: bool,
    /// The newest one, unless the configuration says another.
    pub max_microversion: Microversion,
    /// The image service behind it.
    pub rules: ImageRules,
    /// How it reads the query of a list.
    pub read_list: fn(&Call<'_>) -> Result<ListRequest, Fault>,
    /// How it writes the query of a `next` link.
    pub next_query: NextQuery,
    /// Whether the `next` link of `detail` leads to `detail`, too.
    pub next_keeps_detail: bool,
    /// The most that a page size counts when a full page is told from the last one.
    pub caps_page_size: bool,
    /// The list of extensions that it advertises.
    pub extensions: fn() -> &'static [Extension],
    /// How it reads and answers bodies of metadata.
    pub metadata: MetadataBodies,
    /// Whether a project belongs into links, given the query and the project.
    pub project_in_links: fn(&Call<'_>, &str, &str) -> bool,
    /// Whether it belongs into `alternate` links, too.
    pub project_in_alternate: bool,
    /// Whether null properties of Glance are shown as "".
    pub null_is_empty: bool,
    /// Whether a metadata key beyond ASCII cannot be named in a path.
    pub ascii_keys_only: bool,
    /// The type of the empty answer to a deletion; the negotiated one when missing.
    pub deleted_type: Option<&'static str>,
    /// Whether `X-Forwarded-Proto` is believed.
    pub trusts_forwarded_scheme: bool,
    /// How pages without a form of Nova's own look.
    pub webob: webob::Choice,
    /// The sentence of a 413.
    pub body_too_large: &'static str,
    /// The 401, given Keystone's URL.
    pub unauthorized: fn(&str) -> Reply,
    /// The message of a 500, given the class of Python's exception.
    pub internal_message: fn(&str) -> String,
    /// Whether OPTIONS is answered in front of everything.
    pub answers_options: bool,
    /// Whether both request id headers are sent, or Juno's only.
    pub two_request_ids: bool,
    /// Whether the bare version (`/v2`) redirects to `/v2/`.
    pub redirects_version: bool,
    /// Whether the version document takes a token.
    pub document_needs_token: bool,
    /// Whether accidents of the real server are reproduced.
    pub exact: bool,
    /// Whether a page larger than the configured limit is refused.
    pub refuses_large_limit: bool,
}

/// Nova 2014.2, with its XML.
pub const JUNO: Dialect = Dialect {
    document: &documents::JUNO,
    formats: Formats::JsonAndXml,
    route: route::juno,
    microversions: false,
    max_microversion: Microversion::OLDEST,
    rules: ImageRules::GLANCE_V1,
    read_list: list::read_juno,
    next_query: list::next_juno,
    next_keeps_detail: false,
    caps_page_size: false,
    extensions: extensions::juno,
    metadata: body::JUNO,
    project_in_links: links::always,
    project_in_alternate: true,
    null_is_empty: false,
    ascii_keys_only: false,
    // WebOb's default, since the controller answers nothing.
    deleted_type: Some("text/html; charset=UTF-8"),
    trusts_forwarded_scheme: false,
    webob: webob::Choice::Substring,
    body_too_large: "Request is too large.",
    unauthorized: unauthorized_juno,
    internal_message: internal_juno,
    answers_options: false,
    two_request_ids: false,
    redirects_version: true,
    document_needs_token: true,
    exact: true,
    refuses_large_limit: false,
};

/// Nova 2014.2 over its own fake image service.
pub const JUNO_OVER_FAKE: Dialect = Dialect {
    rules: ImageRules::NOVA_FAKE,
    ..JUNO
};

/// Nova 2014.2 for users: without the accidents.
pub const JUNO_FOR_USERS: Dialect = Dialect {
    document: &documents::JUNO_BESIDE_V21,
    rules: ImageRules {
        hides_null_properties: false,
        ..ImageRules::GLANCE_V1
    },
    next_query: list::next_juno_escaped,
    trusts_forwarded_scheme: true,
    redirects_version: false,
    document_needs_token: false,
    exact: false,
    ..JUNO
};

/// Nova 34's API v2.1.
pub const V21: Dialect = Dialect {
    document: &documents::V21,
    formats: Formats::JsonOnly,
    route: route::v21_hex_project,
    microversions: true,
    max_microversion: Microversion::v2(104),
    rules: ImageRules::GLANCE_V2,
    read_list: list::read_v21,
    next_query: list::next_v21,
    next_keeps_detail: true,
    caps_page_size: true,
    extensions: extensions::v21,
    metadata: body::V21,
    project_in_links: links::when_in_url,
    project_in_alternate: false,
    null_is_empty: true,
    ascii_keys_only: true,
    deleted_type: None,
    trusts_forwarded_scheme: true,
    webob: webob::Choice::Offers,
    body_too_large: "Request is too large. Larger than %s",
    unauthorized: unauthorized_v21,
    internal_message: internal_v21,
    answers_options: true,
    two_request_ids: true,
    redirects_version: false,
    document_needs_token: false,
    exact: true,
    refuses_large_limit: false,
};

/// Nova 34's API v2, which is v2.1 without microversions and with looser bodies.
pub const COMPAT: Dialect = Dialect {
    document: &documents::COMPAT,
    microversions: false,
    metadata: body::COMPAT,
    ..V21
};

/// Nova 34's API v2.1 for users: XML on request, any project id, no accidents.
pub const V21_FOR_USERS: Dialect = Dialect {
    formats: Formats::XmlOnRequest,
    route: route::v21_any_project,
    max_microversion: Microversion::v2(35),
    ascii_keys_only: false,
    exact: false,
    ..V21
};

/// The Open Telekom Cloud's v2.1.
pub const OTC_V21: Dialect = Dialect {
    max_microversion: Microversion::v2(60),
    route: route::v21_any_project,
    project_in_links: links::always,
    refuses_large_limit: true,
    exact: false,
    ..V21
};

/// The Open Telekom Cloud's v2.
pub const OTC_V2: Dialect = Dialect {
    document: &documents::OTC_V2,
    microversions: false,
    metadata: body::COMPAT,
    ..OTC_V21
};

/// A tree and where it stands.
pub struct Mount {
    /// The first segment of the path.
    pub version: &'static str,
    /// How the tree answers; nothing: it is switched off.
    pub dialect: Option<&'static Dialect>,
}

/// What a server mounts, and what its root says.
pub struct Mounts {
    /// The trees.
    pub trees: &'static [Mount],
    /// How the root, the choices and anything in front of the trees answer.
    pub root: &'static Dialect,
}

/// A tree under the name that its document gives it.
const fn mount(dialect: &'static Dialect) -> Mount {
    mount_as(dialect.document.path, dialect)
}

const fn mount_as(version: &'static str, dialect: &'static Dialect) -> Mount {
    Mount {
        version,
        dialect: Some(dialect),
    }
}

const fn disabled(version: &'static str) -> Mount {
    Mount {
        version,
        dialect: None,
    }
}

static FOR_USERS: Mounts = Mounts {
    trees: &[
        mount(&JUNO_FOR_USERS),
        mount_as("v1.1", &JUNO_FOR_USERS),
        mount(&V21_FOR_USERS),
    ],
    root: &JUNO_FOR_USERS,
};

static JUNO_SERVER: Mounts = Mounts {
    trees: &[
        mount(&JUNO),
        mount_as("v1.1", &JUNO),
        disabled(documents::V21.path),
        disabled("v3"),
    ],
    root: &JUNO,
};

static JUNO_SERVER_OVER_FAKE: Mounts = Mounts {
    trees: &[
        mount(&JUNO_OVER_FAKE),
        mount_as("v1.1", &JUNO_OVER_FAKE),
        disabled(documents::V21.path),
        disabled("v3"),
    ],
    root: &JUNO_OVER_FAKE,
};

static NOVA_34: Mounts = Mounts {
    trees: &[mount(&COMPAT), mount(&V21)],
    root: &V21,
};

static OTC: Mounts = Mounts {
    trees: &[mount(&OTC_V2), mount(&OTC_V21)],
    root: &OTC_V21,
};

impl Mounts {
    /// What an emulator mounts.
    pub fn of(app: &App) -> &'static Self {
        match app.config.profile {
            Profile::Default => &FOR_USERS,
            Profile::Juno if app.over_nova_fake => &JUNO_SERVER_OVER_FAKE,
            Profile::Juno => &JUNO_SERVER,
            Profile::Nova34 => &NOVA_34,
            Profile::Otc => &OTC,
        }
    }
}

fn unauthorized_juno(keystone: &str) -> Reply {
    Reply::new(
        StatusCode::UNAUTHORIZED,
        "text/plain",
        "Authentication required",
    )
    .with("www-authenticate", format!("Keystone uri='{keystone}'"))
}

fn unauthorized_v21(keystone: &str) -> Reply {
    let body = "{\"error\": {\"code\": 401, \"title\": \"Unauthorized\", \"message\": \
                \"The request you have made requires authentication.\"}}";
    Reply::new(StatusCode::UNAUTHORIZED, Media::Json.as_str(), body)
        .with("www-authenticate", format!("Keystone uri=\"{keystone}\""))
}

fn internal_juno(_: &str) -> String {
    "The server has either erred or is incapable of performing the requested operation.".to_owned()
}

fn internal_v21(class: &str) -> String {
    format!(
        "Unexpected API Error. Please report this at http://bugs.launchpad.net/nova/ and attach \
         the Nova API log if possible.\n<class '{class}'>"
    )
}
