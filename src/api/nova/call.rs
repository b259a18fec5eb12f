//! A request to one dialect, with everything that its handlers need.

use super::dialect::{Dialect, Media};
use crate::config::{AuthMode, Microversion};
use crate::domain::Caller;
use crate::http::cache::Caches;
use crate::http::{Body, Head};
use crate::service::App;
use std::cell::RefCell;

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
    /// The form of the answer.
    pub media: Media,
    /// Who asks; nobody until signed in.
    pub caller: Caller,
    /// What was negotiated, where the dialect has microversions.
    pub microversion: Option<Microversion>,
}

impl Call<'_> {
    /// The scheme and host that the client sees, without a path.
    pub fn host_url(&self) -> String {
        self.head.origin().base(self.dialect.trust)
    }

    /// The URL under which Nova is mounted, as the client sees it.
    pub fn base_url(&self) -> String {
        [&self.host_url(), self.head.prefix()].concat()
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

    /// Finds out who asks; nothing when the request needs a token and has no good one.
    pub fn authenticate(&self, project_in_url: Option<&str>) -> Option<Caller> {
        let known = token_of(self.head).and_then(|token| self.app.identity.authenticate(token));
        let known = known.filter(|caller| caller.project_id.is_some());
        match self.app.config.auth {
            AuthMode::Strict => known,
            AuthMode::Open => known.or_else(|| {
                let project =
                    project_in_url.unwrap_or_else(|| self.app.identity.default_project_id());
                Some(Caller::member_of(project))
            }),
        }
    }
}

/// The project of the token that a request shows, when it is known.
pub fn token_project(app: &App, head: &Head) -> Option<String> {
    let caller = app.identity.authenticate(token_of(head)?)?;
    caller.project_id
}

fn token_of(head: &Head) -> Option<&str> {
    let token = head.header("x-auth-token");
    token.or_else(|| head.header("x-storage-token"))
}
