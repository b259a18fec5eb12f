//! The pages that WebOb makes of its own exceptions, when no service gives an error a form.

use super::accept::WEBOB;
use super::escape::{WEBOB_1_2_PATH, WEBOB_1_8_PATH};
use super::reply::Reply;
use super::{Method, StatusCode, json};
use percent_encoding::{AsciiSet, utf8_percent_encode};

/// How a release of WebOb picks the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// WebOb 1.2 (2014): HTML when `Accept` has `html` or `*/*` anywhere, else plain text.
    Substring,
    /// WebOb 1.8: HTML or JSON, as `Accept` likes, HTML first; plain text when it likes neither.
    Offers,
}

impl Choice {
    /// What `Request.path` escapes.
    const fn path(self) -> &'static AsciiSet {
        match self {
            Self::Substring => WEBOB_1_2_PATH,
            Self::Offers => WEBOB_1_8_PATH,
        }
    }

    /// A path, escaped as `Request.path` has it.
    #[must_use]
    pub fn quoted(self, path: &str) -> String {
        utf8_percent_encode(path, self.path()).to_string()
    }
}

enum Form {
    Plain,
    Html,
    Json,
}

/// The page of a status: its title, and one sentence.
#[must_use]
pub fn page(
    choice: Choice,
    method: &Method,
    accept: Option<&str>,
    status: StatusCode,
    sentence: &str,
) -> Reply {
    let title = format!(
        "{} {}",
        status.as_str(),
        status.canonical_reason().unwrap_or_default()
    );
    // The body of an answer to HEAD is empty, and what is empty is labelled HTML.
    if method == Method::HEAD {
        return Reply::new(status, "text/html; charset=UTF-8", "");
    }
    match form(choice, accept.unwrap_or_default()) {
        Form::Plain => {
            let body = format!("{title}\n\n{sentence}\n\n   ");
            Reply::new(status, "text/plain; charset=UTF-8", body)
        }
        Form::Html => {
            let body = format!(
                "<html>\n <head>\n  <title>{title}</title>\n </head>\n <body>\n  <h1>{title}</h1>\n  \
                 {sentence}<br /><br />\n\n\n\n </body>\n</html>"
            );
            Reply::new(status, "text/html; charset=UTF-8", body)
        }
        Form::Json => {
            let body = json::object(160, |page| {
                page.text("message", &format!("{sentence}<br /><br />\n\n\n"))
                    .text("code", &title)
                    .text("title", status.canonical_reason().unwrap_or_default());
            });
            Reply::new(status, "application/json", body)
        }
    }
}

fn form(choice: Choice, accept: &str) -> Form {
    match choice {
        Choice::Substring if accept.contains("html") || accept.contains("*/*") => Form::Html,
        Choice::Substring => Form::Plain,
        Choice::Offers => match WEBOB.best_match(accept, &["text/html", "application/json"]) {
            Some(("text/html", _)) => Form::Html,
            Some(_) => Form::Json,
            None => Form::Plain,
        },
    }
}
