//! `Accept` as Nova 2014.2 reads it (nova/api/openstack/urlmap.py).
//!
//! Not RFC 7231: q is any number, types are compared with their case, q=0 is
//! a match like any other, and among equals the type with fewer stars wins,
//! then the order of the server's own list.

/// One entry of the header.
#[derive(Clone, Debug, PartialEq)]
struct MediaRange<'a> {
    mask: &'a str,
    /// A value may be missing.
    parameters: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> MediaRange<'a> {
    /// `parse_options_header`: of each piece the name up to a blank, and what stands behind `=`;
    /// whatever else is there is passed over. Nothing when there is no name at all.
    fn parse(text: &'a str) -> Option<Self> {
        let mut pieces = text.split(';').filter_map(piece);
        let (mask, _) = pieces.next()?;
        let parameters = pieces.collect();
        Some(Self { mask, parameters })
    }

    /// Nothing when `q` is no number: then the entry does not count.
    fn quality(&self) -> Option<f64> {
        match self.parameter("q") {
            Some(text) => text
                .trim()
                .parse()
                .ok()
                .filter(|quality: &f64| !quality.is_nan()),
            None => Some(1.0),
        }
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters
            .iter()
            .rev()
            .find(|(known, _)| *known == name)
            .and_then(|(_, value)| *value)
    }

    /// Whether Python fails on a parameter without a value: it cannot be a number, nor a version.
    fn breaks(&self) -> bool {
        let mut parameters = self.parameters.iter();
        parameters.any(|(name, value)| matches!(*name, "q" | "version") && value.is_none())
    }

    fn matches(&self, media_type: &str) -> bool {
        if !self.mask.contains('*') {
            return media_type == self.mask;
        }
        if self.mask == "*/*" {
            return true;
        }
        let major = self
            .mask
            .get(..self.mask.len().saturating_sub(2))
            .unwrap_or_default();
        media_type.split('/').next() == Some(major)
    }

    fn stars(&self) -> usize {
        self.mask.matches('*').count()
    }
}

/// The best of `supported`, and the `version` parameter of the entry that chose it.
#[must_use]
pub fn best_match<'s, 'a>(
    header: &'a str,
    supported: &[&'s str],
) -> Option<(&'s str, Option<&'a str>)> {
    let ranges: Vec<_> = ranges(header).flatten().collect();
    let mut best: Option<(&'s str, Option<&'a str>)> = None;
    let (mut best_quality, mut best_stars) = (-1.0, 2);
    for media_type in supported {
        for range in &ranges {
            let Some(quality) = range.quality() else {
                continue;
            };
            let tie = (quality - best_quality).abs() < f64::EPSILON;
            if (!tie && quality < best_quality) || (tie && best_stars <= range.stars()) {
                continue;
            }
            if range.matches(media_type) {
                best = Some((media_type, range.parameter("version")));
                (best_quality, best_stars) = (quality, range.stars());
            }
        }
    }
    best
}

/// The parameter of a header such as `Content-Type`.
#[must_use]
pub fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    MediaRange::parse(header)?.parameter(name)
}

/// Whether Nova 2014.2 fails on the header, and says nothing.
#[must_use]
pub fn breaks(header: &str) -> bool {
    ranges(header).any(|range| range.is_none_or(|range| range.breaks()))
}

fn ranges(header: &str) -> impl Iterator<Item = Option<MediaRange<'_>>> {
    split_outside_quotes(header, ',')
        .into_iter()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(MediaRange::parse)
}

fn piece(text: &str) -> Option<(&str, Option<&str>)> {
    let text = text.trim_start();
    let ends = |letter: char| letter.is_whitespace() || letter == '=';
    let (name, rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
    let value = rest.trim_start().strip_prefix('=').map(str::trim);
    let value = value.filter(|value| !value.is_empty());
    let bare = value.map(|value| value.trim_matches('"'));
    (!name.is_empty()).then_some((name, bare))
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(move |character| {
        quoted ^= character == '"';
        character == separator && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::{best_match, breaks};

    const SUPPORTED: [&str; 4] = [
        "application/json",
        "application/vnd.openstack.compute+json",
        "application/xml",
        "application/vnd.openstack.compute+xml",
    ];

    fn chosen(header: &str) -> Option<&'static str> {
        best_match(header, &SUPPORTED).map(|(media_type, _)| media_type)
    }

    #[test]
    fn recorded_choices() {
        let (json, xml) = (Some("application/json"), Some("application/xml"));
        for (header, expected) in [
            ("", None),
            ("garbage", None),
            ("*/*", json),
            ("application/*", json),
            ("application/xml, application/json", json),
            ("application/json;q=0.5, application/xml;q=0.9", xml),
            ("application/xml;q=0", xml),
            ("application/json;q=0, */*", json),
            ("*/*;q=0.1, application/xml", xml),
            ("application/xml;q=abc, application/json;q=0.1", json),
            ("application/xml;q=2, application/json", xml),
            ("APPLICATION/XML", None),
            ("application/*, application/xml", xml),
            ("text/html, application/xml;q=0.1", xml),
            ("application/xml;q=0, application/json;q=0", json),
            ("application/xml;q=0, */*;q=0.1", json),
            (
                "application/vnd.openstack.compute+xml, application/xml",
                xml,
            ),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                xml,
            ),
        ] {
            assert_eq!(chosen(header), expected, "{header}");
        }
    }

    #[test]
    fn difference_39_blanks_end_a_name_and_parameters_have_values() {
        let xml = Some("application/xml");
        for (header, expected) in [
            ("application/xml application/json", xml),
            (" application/xml */*;q=0", xml),
            ("application/xml*/*", None),
        ] {
            assert_eq!(chosen(header), expected, "{header}");
        }
        for header in [
            "garbage;q=",
            "application/xml;q",
            "application/xml;version=",
            "=",
            ";",
        ] {
            assert!(breaks(header), "{header}");
        }
        for header in ["", "application/xml;a=", "application/xml;q=x", ","] {
            assert!(!breaks(header), "{header}");
        }
    }

    #[test]
    fn the_version_comes_from_the_chosen_entry() {
        let found = best_match(
            "application/xml;version=1.1, application/json;q=0.1",
            &SUPPORTED,
        );
        assert_eq!(found, Some(("application/xml", Some("1.1"))));
    }
}
