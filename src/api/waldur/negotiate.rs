//! Which form an answer takes (`rest_framework.negotiation`).
//!
//! Not RFC 9110: q counts for nothing; the most specific media ranges are looked at first, and
//! among them JSON before HTML.

use super::text;
use crate::http::accept::MediaRange;
use crate::python::number;

/// The chosen form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renderer {
    /// JSON, indented by so many blanks; compact at 0.
    Json {
        /// At most [`text::MOST_INDENT`].
        indent: usize,
    },
    /// The page for people.
    Html,
}

impl Renderer {
    /// What errors are written with when nothing was chosen.
    pub const DEFAULT: Self = Self::Json { indent: 0 };

    /// In the order of the server's own list.
    const ALL: [Self; 2] = [Self::DEFAULT, Self::Html];

    /// What `?format=` and suffixes call it.
    const fn format(self) -> &'static str {
        match self {
            Self::Json { .. } => "json",
            Self::Html => "api",
        }
    }

    fn fits(self, range: &MediaRange<'_>) -> bool {
        let (kind, subtype) = match self {
            Self::Json { .. } => ("application", "json"),
            Self::Html => ("text", "html"),
        };
        let fits = |asked: &str, own| asked == "*" || asked.eq_ignore_ascii_case(own);
        let names = range.name.split_once('/');
        names.is_some_and(|(main, sub)| fits(main, kind) && fits(sub, subtype))
    }
}

/// Why no form was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The format is unknown.
    UnknownFormat,
    /// `Accept` has no form that there is.
    NotAcceptable,
}

/// Chooses by `Accept` among the forms of the format, or among all.
///
/// # Errors
/// When there is none.
pub fn negotiate(accept: Option<&str>, format: Option<&str>) -> Result<Renderer, Refused> {
    let format = format.filter(|format| !format.is_empty());
    let renderers: Vec<_> = Renderer::ALL
        .into_iter()
        .filter(|renderer| format.is_none_or(|format| renderer.format() == format))
        .collect();
    if renderers.is_empty() {
        return Err(Refused::UnknownFormat);
    }
    // Commas separate within quotes, too.
    let accept = accept.unwrap_or("*/*").split(',');
    let ranges: Vec<_> = accept.map(MediaRange::parse).collect();
    for wanted in (0..=3).rev() {
        for renderer in &renderers {
            let mut ranges = ranges.iter().filter(|range| precedence(range) == wanted);
            if let Some(range) = ranges.find(|range| renderer.fits(range)) {
                return Ok(match renderer {
                    Renderer::Json { .. } => Renderer::Json {
                        indent: indent(range),
                    },
                    Renderer::Html => Renderer::Html,
                });
            }
        }
    }
    Err(Refused::NotAcceptable)
}

/// 3 with parameters other than q, 2 without, 1 for `x/*`, 0 for `*/x`.
fn precedence(range: &MediaRange<'_>) -> u8 {
    let mut values = range.parameters.iter().filter(|(_, value)| value.is_some());
    match range.name.split_once('/') {
        Some(("*", _)) => 0,
        Some((_, "*")) => 1,
        _ if values.all(|(name, _)| name.trim().eq_ignore_ascii_case("q")) => 2,
        _ => 3,
    }
}

fn indent(range: &MediaRange<'_>) -> usize {
    let named = range.parameter(|name| name.eq_ignore_ascii_case("indent"));
    let blanks = named.and_then(number::int).unwrap_or_default();
    usize::try_from(blanks).map_or(0, |blanks| blanks.min(text::MOST_INDENT))
}

#[cfg(test)]
mod tests {
    use super::{Refused, Renderer, negotiate};

    #[test]
    fn accepts() {
        let json = |indent| Ok(Renderer::Json { indent });
        let html = Ok(Renderer::Html);
        let none = Err(Refused::NotAcceptable);
        for (accept, chosen) in [
            ("*/*", json(0)),
            ("text/html,application/json;q=0.5", json(0)),
            ("application/json;q=0", json(0)),
            ("application/json; indent=2", json(2)),
            ("application/json; indent=99", json(8)),
            ("application/json; indent=-1", json(0)),
            ("application/json; indent=x", json(0)),
            ("*/*; indent=4", json(4)),
            ("APPLICATION/JSON", json(0)),
            ("application/*", json(0)),
            ("*/json", json(0)),
            ("application/xml,*/*", json(0)),
            ("text/*", html),
            ("text/html;level=1,application/json", html),
            ("text/html,*/*", html),
            ("text/html;level=1;q=0.5, application/json;q=0.9", html),
            ("TEXT/HTML ; Level = 1, application/json;Q=0.1", html),
            ("text/html;level, application/json", json(0)),
            ("application/json;q=0, */*", json(0)),
            ("application/json;q=abc", json(0)),
            ("application/json; indent=2; indent=\"4\"", json(4)),
            ("application/json; a=\"x;indent=5\"; INDENT=3", json(3)),
            ("a/b;x=\",text/html\"", none),
            ("a/b;x=\",text/html;y=\"", html),
            ("", none),
            (",", none),
            ("*", none),
            ("garbage", none),
            ("a/b/c", none),
            ("text/plain", none),
        ] {
            assert_eq!(negotiate(Some(accept), None), chosen, "{accept:?}");
        }
    }

    #[test]
    fn formats() {
        let json = Ok(Renderer::DEFAULT);
        assert_eq!(negotiate(None, Some("")), json);
        assert_eq!(negotiate(None, Some("json")), json);
        assert_eq!(negotiate(None, Some("api")), Ok(Renderer::Html));
        assert_eq!(
            negotiate(Some("text/html"), Some("json")),
            Err(Refused::NotAcceptable)
        );
        for unknown in ["xml", "JSON"] {
            assert_eq!(negotiate(None, Some(unknown)), Err(Refused::UnknownFormat));
        }
    }
}
