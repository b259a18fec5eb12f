//! A request to one dialect, with everything that its handlers need.

use super::dialect::{Dialect, Media};
use super::headers::{X_AUTH_TOKEN, X_SERVICE_TOKEN, X_STORAGE_TOKEN};
use crate::config::{AuthMode, Microversion};
use crate::domain::Caller;
use crate::http::cache::Caches;
use crate::http::query::{self, NotUtf8};
use crate::http::{Body, Head, PathView};
use crate::service::App;
use std::cell::{OnceCell, RefCell};

/// One call of the API.
pub struct Call<'a> {
    /// The emulator.
    pub app: &'a App,
    /// What this thread has rendered before.
    pub caches: &'a RefCell<Caches>,
    /// What was asked.
    pub head: &'a Head,
    /// The body of it.
    pub body: &'a Body,
    /// In which dialect.
    pub dialect: &'static Dialect,
    /// The first segment of the links: `v2`, `v1.1`, `v2.1`.
    pub version: &'static str,
    /// The path, as this server takes it.
    pub path: PathView<'a>,
    /// The form of the answer.
    pub media: Media,
    /// Who asks; nobody until signed in.
    pub caller: Caller,
    /// Where images are for everybody, as the caller's catalogue says: a real cloud's.
    pub image_url: Option<String>,
    /// The id of the request, once somebody has asked for it.
    pub request_id: OnceCell<String>,
    /// What was negotiated, where the dialect has microversions.
    pub microversion: Option<Microversion>,
    /// What was asked for in place of one, and cannot be had.
    pub refused_microversion: Option<String>,
}

impl Call<'_> {
    /// The scheme and host that the client sees, without a path.
    pub fn host_url(&self) -> String {
        self.head.origin().base(self.dialect.trust)
    }

    /// The URL under which Nova is mounted, as the client sees it.
    pub fn base_url(&self) -> String {
        let mut url = self.host_url();
        url.push_str(self.head.prefix());
        url
    }

    /// The pairs of the query, as the release's front end decodes them.
    pub fn query(&self) -> Result<Vec<(String, String)>, NotUtf8> {
        let raw = self.head.raw_query();
        match self.dialect.exact && !self.dialect.formats.xml() {
            true => query::parse_short(raw),
            false => query::parse(raw),
        }
    }

    /// The id of the request, before its answer shows it.
    pub fn request_id(&self) -> &str {
        self.request_id.get_or_init(|| self.app.ids.request_id())
    }

    /// Where a client is sent to sign in.
    pub fn keystone_url(&self) -> String {
        format!("{}/identity", self.host_url())
    }

    /// The newest microversion that is accepted.
    pub fn max_microversion(&self) -> Microversion {
        self.max_microversion_of(self.dialect)
    }

    /// The newest microversion that a tree accepts.
    pub fn max_microversion_of(&self, dialect: &Dialect) -> Microversion {
        let configured = self.app.config.max_microversion;
        configured.unwrap_or(dialect.max_microversion)
    }

    /// keystonemiddleware: a service token that comes must be one, and its user's role `service`.
    fn has_good_service_token(&self) -> bool {
        let Some(token) = self.head.header(&X_SERVICE_TOKEN) else {
            return true;
        };
        let caller = self.app.identity.authenticate(token);
        !self.dialect.checks_service_token
            || caller.is_some_and(|caller| caller.has_any(&["service"]))
    }

    /// Why nobody is found who asks, for whoever wonders.
    pub fn why_nobody(&self) -> String {
        if self.app.upstream.is_some() {
            return match token_of(self.head) {
                Some(_) => "the real Keystone takes the token for none".to_owned(),
                None => "no token in the request".to_owned(),
            };
        }
        match self.has_good_service_token() {
            true => self.app.identity.why_not(token_of(self.head)),
            false => "X-Service-Token is no token of a user with the role service".to_owned(),
        }
    }

    /// Whether a client shows what it has to where this server stands in for it: its secret, or a token of
    /// a sign-in with it. Where there is no secret, everybody does.
    pub fn shows_client_secret(&self) -> bool {
        let stand_in = self.app.config.stand_in.as_ref();
        let Some(secret) = stand_in.and_then(|it| it.client_secret.as_ref()) else {
            return true;
        };
        let token = token_of(self.head);
        token.is_some_and(|token| {
            secret.is(token) || self.app.identity.authenticate(token).is_some()
        })
    }

    /// Finds out who asks; nothing when the request needs a token and has no good one.
    pub fn authenticate(&self, project_in_url: Option<&str>) -> Option<Caller> {
        let known = token_of(self.head).and_then(|token| self.app.identity.authenticate(token));
        let scoped = |known: Option<Caller>| known.filter(|caller| caller.project_id.is_some());
        match self.app.config.auth {
            AuthMode::Strict if !self.has_good_service_token() => None,
            AuthMode::Strict if self.dialect.admits_unscoped => known,
            AuthMode::Strict => scoped(known),
            AuthMode::Open => scoped(known).or_else(|| {
                Some(match project_in_url {
                    Some(project) => Caller::member_of(project),
                    None => Caller::member_of(self.app.identity.directory().default_project_id()),
                })
            }),
        }
    }
}

/// Whether a text is the id of a project, to whoever asks.
pub fn is_known_project(app: &App, head: &Head, text: &str) -> bool {
    let directory = app.identity.directory();
    directory.project(text).is_some()
        || directory.default_project_id() == text
        || token_project(app, head).as_deref() == Some(text)
}

/// Whether a text is the id of the caller's project: of the token, or in open mode, where none is
/// needed, of a project that is known.
pub fn is_own_project(app: &App, head: &Head, text: &str) -> bool {
    if let Some(cloud) = &app.upstream {
        if is_usual_project(text) {
            return true;
        }
        if !cloud.stands_in() {
            // Whose token it is has to be asked; until then this is for whoever it names.
            return false;
        }
    }
    match (token_project(app, head), app.config.auth) {
        (Some(own), _) => own == text,
        (None, AuthMode::Open) => is_known_project(app, head, text),
        (None, AuthMode::Strict) => false,
    }
}

/// Whether a text looks as Keystone's ids do: 32 hex digits.
fn is_usual_project(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The project of the token that a request shows, when it is known.
pub fn token_project(app: &App, head: &Head) -> Option<String> {
    let caller = app.identity.authenticate(token_of(head)?)?;
    caller.project_id
}

/// The token that a request shows.
pub fn token_of(head: &Head) -> Option<&str> {
    let token = head.header(&X_AUTH_TOKEN);
    token.or_else(|| head.header(&X_STORAGE_TOKEN))
}
