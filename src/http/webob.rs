//! The pages that WebOb makes of its own exceptions, when no service gives an error a form.

use super::reply::Reply;
use super::{Method, StatusCode, json};
use crate::python::quote;

/// How a release of WebOb picks the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// WebOb 1.2 (2014): HTML when `Accept` has `html` or `*/*` anywhere, else plain text.
    Substring,
    /// WebOb 1.8: HTML or JSON, as `Accept` likes, HTML first; plain text when it likes neither.
    Offers,
}

impl Choice {
    /// What `Request.path` leaves unescaped, beside letters, digits and `_.-`.
    const fn path_safe(self) -> &'static str {
        match self {
            Self::Substring => "/:@&+$,",
            Self::Offers => "/~!$&'()*+,;=:@",
        }
    }

    /// A path, escaped as `Request.path` has it.
    #[must_use]
    pub fn quoted(self, path: &str) -> String {
        let quoted = quote(path, self.path_safe());
        match self {
            // Python 2 does not count it among the letters.
            Self::Substring => quoted.replace('~', "%7E"),
            Self::Offers => quoted,
        }
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
        Choice::Offers => {
            let html = quality(accept, "text", "html");
            let json = quality(accept, "application", "json");
            match (html, json) {
                (0, 0) => Form::Plain,
                (html, json) if json > html => Form::Json,
                _ => Form::Html,
            }
        }
    }
}

/// How much an `Accept` header likes a type, in thousandths; the most specific range decides.
fn quality(accept: &str, kind: &str, subtype: &str) -> u32 {
    let mut best = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let specificity = match parts.next().and_then(|name| name.split_once('/')) {
            Some(("*", "*")) => 1,
            Some((major, "*")) if major.eq_ignore_ascii_case(kind) => 2,
            Some((major, minor))
                if major.eq_ignore_ascii_case(kind) && minor.eq_ignore_ascii_case(subtype) =>
            {
                3
            }
            _ => continue,
        };
        let parameters: Vec<_> = parts.collect();
        let (q, others): (Vec<&str>, Vec<&str>) = parameters
            .into_iter()
            .partition(|one| one.starts_with("q=") || one.starts_with("Q="));
        // A range with other parameters is another type.
        if !others.is_empty() {
            continue;
        }
        let weight = q
            .first()
            .and_then(|one| one.get(2..))
            .map_or(Some(1.0), |q| q.parse().ok());
        let weight: f64 = weight.unwrap_or(0.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped"
        )]
        let thousandths = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
        if specificity > best.0 {
            best = (specificity, thousandths);
        }
    }
    best.1
}
