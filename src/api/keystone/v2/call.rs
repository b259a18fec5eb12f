//! A request to v2.0 with all that its answer depends on, and the two encodings of answers.

use super::super::offer::Manner;
use super::super::site::Site;
use super::fault::Fault;
use super::xml::{self, ToXml};
use crate::http::{Head, Reply, StatusCode, accept, query};
use crate::python;
use crate::service::App;
use crate::service::identity::LiveToken;
use serde::Serialize;
use std::sync::Arc;

/// The encoding of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// XML.
    Xml,
}

/// A request with all that its answer depends on, but for its body.
#[derive(Debug)]
pub struct Call<'a> {
    /// The emulator.
    pub app: &'a App,
    /// What was asked.
    pub head: &'a Head,
    /// Where links begin.
    pub site: Site,
    /// Which server it is.
    pub manner: Manner,
}

impl<'a> Call<'a> {
    /// Joins them.
    pub fn new(app: &'a App, head: &'a Head, site: Site, manner: Manner) -> Self {
        Self {
            app,
            head,
            site,
            manner,
        }
    }

    /// `Accept` alone decides, whatever the request's own encoding.
    pub fn format(&self) -> Format {
        const TYPES: [&str; 2] = ["application/json", "application/xml"];
        let header = self.head.accept().unwrap_or_default();
        match accept::URLMAP.best_match(header, &TYPES) {
            Some(("application/xml", _)) => Format::Xml,
            _ => Format::Json,
        }
    }

    /// The token of `X-Auth-Token`.
    pub fn asker(&self) -> Result<Arc<LiveToken>, Fault> {
        let token = self.head.header("x-auth-token").unwrap_or_default();
        let looked_up = self.app.identity.look_up(token.trim(), 0);
        looked_up.map_err(|error| Fault::Unauthorized(error.to_string()))
    }

    /// The asker, if it has the role `admin`; `rule` is what it is told it may not do.
    pub fn administrator(&self, rule: &'static str) -> Result<Arc<LiveToken>, Fault> {
        let asker = self.asker()?;
        if asker.token.is_admin() {
            Ok(asker)
        } else {
            let asker = asker.token.to_string();
            Err(Fault::Forbidden { rule, asker })
        }
    }

    /// The last value of a parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let parameters = query::parse_lossy(self.head.raw_query());
        query::last(&parameters, name).map(str::to_owned)
    }
}

/// Writes a view.
pub fn render(format: Format, status: StatusCode, view: &(impl Serialize + ToXml)) -> Reply {
    match format {
        Format::Json => {
            let body = python::to_vec(view).unwrap_or_default();
            Reply::new(status, "application/json", body)
        }
        Format::Xml => Reply::new(status, "application/xml", xml::document(view)),
    }
}
