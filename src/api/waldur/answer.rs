//! One request to one of the views, in the order in which the REST framework goes about it: form,
//! sign-in, method, work.

use super::address::Links;
use super::auth;
use super::fault::Fault;
use super::handlers::{Exchange, Outcome};
use super::html;
use super::language::Language;
use super::negotiate::{Refused, Renderer, negotiate};
use super::params::Params;
use super::routes::Routed;
use super::text;
use crate::http::{Head, Reply, StatusCode};
use crate::service::App;

const ALLOW: &str = "GET, HEAD, OPTIONS";

/// A request that has found its view.
#[derive(Debug)]
pub struct View<'a> {
    app: &'a App,
    head: &'a Head,
    base: &'a str,
    path: &'a str,
    routed: &'a Routed,
    params: Params,
    language: Language,
}

/// Who answered as whom, and in which form.
struct Form {
    renderer: Renderer,
    impersonator: Option<String>,
}

impl<'a> View<'a> {
    /// The view of a routed path; `base` is what links begin with.
    pub fn new(
        app: &'a App,
        head: &'a Head,
        base: &'a str,
        path: &'a str,
        routed: &'a Routed,
        language: Language,
    ) -> Self {
        Self {
            app,
            head,
            base,
            path,
            routed,
            params: Params::parse(head.raw_query()),
            language,
        }
    }

    /// The answer to a method.
    pub fn answer(&self, method: &str) -> Reply {
        let mut form = Form {
            renderer: Renderer::DEFAULT,
            impersonator: None,
        };
        let outcome = self.carry_out(method, &mut form);
        self.render(outcome, form)
    }

    /// An error in the form that the request asks for.
    pub fn refuse(&self, fault: Fault) -> Reply {
        let renderer = self.negotiate().unwrap_or(Renderer::DEFAULT);
        let form = Form {
            renderer,
            impersonator: None,
        };
        self.render(Err(fault), form)
    }

    fn carry_out(&self, method: &str, form: &mut Form) -> Result<Outcome, Fault> {
        form.renderer = self.negotiate()?;
        let signed_in = auth::sign_in(self.app, self.head)?;
        form.impersonator = signed_in.impersonator;
        let links = Links {
            base: self.base,
            suffix: self.routed.suffix.as_deref(),
            format: self.params.last("format"),
        };
        let exchange = Exchange {
            app: self.app,
            params: &self.params,
            raw_query: self.head.raw_query(),
            links: &links,
            prefix: &self.head.origin().path(),
            path: self.path,
            viewer: signed_in.viewer,
            indent: indent_of(form.renderer),
        };
        match method {
            "GET" | "HEAD" => exchange.get(&self.routed.route),
            "OPTIONS" => Ok(exchange.options(&self.routed.route)),
            other => Err(Fault::WrongMethod(other.to_owned())),
        }
    }

    /// The suffix outranks the parameter.
    fn negotiate(&self) -> Result<Renderer, Fault> {
        let suffix = self.routed.suffix.as_deref();
        let format = suffix.or(self.params.last("format"));
        negotiate(self.accept().as_deref(), format).map_err(|refused| match refused {
            Refused::UnknownFormat => Fault::UnknownFormat,
            Refused::NotAcceptable => Fault::NotAcceptable,
        })
    }

    /// Headers reach Django as Latin-1.
    fn accept(&self) -> Option<String> {
        let bytes = self.head.header_bytes("accept")?;
        Some(bytes.iter().copied().map(char::from).collect())
    }

    fn render(&self, outcome: Result<Outcome, Fault>, form: Form) -> Reply {
        let mut why = None;
        let (status, body, list) = match outcome {
            Ok(outcome) => (StatusCode::OK, outcome.body, outcome.list),
            // What the REST framework does not know it leaves to Django.
            Err(fault @ Fault::Crash) => {
                return html::server_error(self.language).because(fault.why());
            }
            Err(fault) => {
                let body = text::json(&fault.body(self.language), indent_of(form.renderer));
                why = Some(fault.why());
                (fault.status(), body, None)
            }
        };
        let mut reply = match form.renderer {
            Renderer::Json { .. } => Reply::new(status, "application/json", body)
                .with("vary", "Accept, Accept-Language, Cookie"),
            Renderer::Html => Reply::new(
                status,
                html::MEDIA_TYPE,
                html::browse(self.path, status, self.language, &body),
            )
            .with("vary", "Accept, Cookie, Accept-Language"),
        }
        .with("allow", ALLOW)
        .with("x-frame-options", "DENY")
        .with("content-language", self.language.tag());
        if status == StatusCode::UNAUTHORIZED {
            reply = reply.with("www-authenticate", "Token");
        }
        if let Some((count, link)) = list {
            reply = reply
                .with("x-result-count", count.to_string())
                .with("link", link);
        }
        if let Some(impersonator) = form.impersonator {
            reply = reply.with("x-impersonator-uuid", impersonator);
        }
        match why {
            Some(why) => reply.because(why),
            None => reply,
        }
    }
}

fn indent_of(renderer: Renderer) -> usize {
    match renderer {
        Renderer::Json { indent } => indent,
        // The page shows JSON as it indents it for people.
        Renderer::Html => 4,
    }
}
