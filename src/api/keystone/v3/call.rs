//! A request to v3 with all that its answer depends on.

use super::super::catalog::Catalog;
use super::super::site::Site;
use super::fault::Fault;
use crate::http::{Body, Head, Reply, StatusCode};
use crate::python;
use crate::service::identity::LiveToken;
use crate::service::{App, Failure};
use serde::Serialize;
use std::sync::Arc;

/// A request with all that its answer depends on.
#[derive(Debug)]
pub struct Call<'a> {
    /// The emulator.
    pub app: &'a App,
    /// What was asked.
    pub head: &'a Head,
    /// Its body.
    pub body: &'a Body,
    /// Where links begin.
    pub site: Site,
    /// Whether the root lists v2.0 too.
    pub lists_v2: bool,
}

impl<'a> Call<'a> {
    /// Joins them.
    pub fn new(app: &'a App, head: &'a Head, body: &'a Body, site: Site, lists_v2: bool) -> Self {
        Self {
            app,
            head,
            body,
            site,
            lists_v2,
        }
    }

    /// The body, without the byte order mark that Python takes off.
    pub fn json_body(&self) -> &[u8] {
        let body = self.body.bytes();
        body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
    }

    /// The catalogue.
    pub fn catalog(&self) -> Catalog {
        self.site.catalog(&self.app.config)
    }

    /// The token of `X-Auth-Token`.
    pub fn asker(&self) -> Result<Arc<LiveToken>, Fault> {
        let token = self.head.header("x-auth-token").unwrap_or_default();
        let looked_up = self.app.identity.look_up(token, 0);
        looked_up.map_err(|error| Fault::Unauthorized(error.to_string()))
    }

    /// A link to something of v3.
    pub fn link(&self, path: &str) -> String {
        format!("{}/v3/{path}", self.site.base)
    }
}

/// A view as JSON.
pub fn json(status: StatusCode, view: &impl Serialize) -> Result<Reply, Fault> {
    json_as("application/json", status, view)
}

/// A view as a JSON of another name.
pub fn json_as(
    media_type: &'static str,
    status: StatusCode,
    view: &impl Serialize,
) -> Result<Reply, Fault> {
    match python::to_vec(view) {
        Ok(body) => Ok(Reply::new(status, media_type, body)),
        Err(error) => Err(Fault::Internal(Failure::of(&error))),
    }
}
