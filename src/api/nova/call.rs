//! A request to one dialect, with everything that its handlers need.

use super::dialect::Dialect;
use super::media::Media;
use crate::config::{AuthMode, Microversion};
use crate::domain::Caller;
use crate::http::Request;
use crate::http::cache::Caches;
use crate::service::App;
use std::cell::RefCell;

/// One call of the API.
pub struct Call<'a> {
    /// The emulator.
    pub app: &'a App,
    /// What this thread has rendered before.
    pub caches: &'a RefCell<Caches>,
    /// What was asked.
    pub request: &'a Request<'a>,
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
        if let Some(url) = &self.app.config.public_url {
            return url.clone();
        }
        // Seen behind uWSGI: the scheme of a proxy is believed, its host is not.
        let forwarded = self.request.header("x-forwarded-proto");
        let scheme = match forwarded {
            Some("https") if self.dialect.trusts_forwarded_scheme => "https",
            _ => "http",
        };
        format!("{scheme}://{}", self.request.host())
    }

    /// The URL under which Nova is mounted, as the client sees it.
    pub fn base_url(&self) -> String {
        format!("{}{}", self.host_url(), self.request.prefix)
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
        let header = |name| self.request.header(name);
        let token = header("x-auth-token").or_else(|| header("x-storage-token"));
        let known = token.and_then(|token| self.app.identity.authenticate(token));
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
