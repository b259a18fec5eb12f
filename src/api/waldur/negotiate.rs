//! Which form an answer takes (`rest_framework.negotiation`).
//!
//! Not RFC 9110: q counts for nothing; the most specific media ranges are looked at first, and
//! among them JSON before HTML.

use super::text;
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

    const fn media_type(self) -> (&'static str, &'static str) {
        match self {
            Self::Json { .. } => ("application", "json"),
            Self::Html => ("text", "html"),
        }
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
    let ranges: Vec<_> = accept
        .unwrap_or("*/*")
        .split(',')
        .map(|range| MediaRange::parse(text::strip(range)))
        .collect();
    for precedence in (0..=3).rev() {
        for renderer in &renderers {
            let mut ranges = ranges.iter().filter(|range| range.precedence == precedence);
            if let Some(range) = ranges.find(|range| range.matches(*renderer)) {
                return Ok(match renderer {
                    Renderer::Json { .. } => Renderer::Json {
                        indent: range.indent(),
                    },
                    Renderer::Html => Renderer::Html,
                });
            }
        }
    }
    Err(Refused::NotAcceptable)
}

/// One entry of `Accept`.
#[derive(Debug)]
struct MediaRange {
    main: String,
    sub: String,
    parameters: Vec<(String, String)>,
    /// 3 with parameters other than q, 2 without, 1 for `x/*`, 0 for `*/x`.
    precedence: u8,
}

impl MediaRange {
    fn parse(text: &str) -> Self {
        let mut parts = split_parameters(text).into_iter();
        let full = parts.next().unwrap_or_default().to_lowercase();
        let (main, sub) = full.split_once('/').unwrap_or((&full, ""));
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let name = text::strip(name).to_lowercase();
            let value = unquote(text::strip(value));
            match parameters.iter_mut().find(|(known, _)| *known == name) {
                Some((_, kept)) => *kept = value,
                None => parameters.push((name, value)),
            }
        }
        let only_q = matches!(parameters.as_slice(), [] | [_]) && !has_other_than_q(&parameters);
        let precedence = match (main, sub) {
            ("*", _) => 0,
            (_, "*") => 1,
            _ if only_q => 2,
            _ => 3,
        };
        Self {
            main: main.to_owned(),
            sub: sub.to_owned(),
            parameters,
            precedence,
        }
    }

    fn matches(&self, renderer: Renderer) -> bool {
        let (main, sub) = renderer.media_type();
        (self.sub == "*" || self.sub == sub) && (self.main == "*" || self.main == main)
    }

    fn indent(&self) -> usize {
        let named = self.parameters.iter().find(|(name, _)| name == "indent");
        let blanks = named.and_then(|(_, value)| number::int(value));
        usize::try_from(blanks.unwrap_or(0)).map_or(0, |blanks| blanks.min(text::MOST_INDENT))
    }
}

fn has_other_than_q(parameters: &[(String, String)]) -> bool {
    parameters.iter().any(|(name, _)| name != "q")
}

/// The parts between semicolons that stand outside quotes.
fn split_parameters(text: &str) -> Vec<&str> {
    let (mut quoted, mut escaped) = (false, false);
    let parts = text.split(move |letter| {
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\';
        letter == ';' && !quoted
    });
    parts.map(text::strip).collect()
}

fn unquote(value: &str) -> String {
    match value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inside) => inside.replace("\\\\", "\\").replace("\\\"", "\""),
        None => value.to_owned(),
    }
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
