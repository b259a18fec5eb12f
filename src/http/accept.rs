//! `Accept`, taken apart in one way and weighed by the rules of the library that a server has.
//!
//! None of them follows RFC 9110 throughout, and no two agree: a [`Policy`] is what one of them
//! makes of the header.

use std::ops::RangeInclusive;

/// One entry of the header.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaRange<'a> {
    /// What it asks for, as written: `text/html`, `text/*`, `*/*`.
    pub name: &'a str,
    /// Its parameters in order, blanks and quotes included; one may have no value.
    pub parameters: Vec<(&'a str, Option<&'a str>)>,
}

impl<'a> MediaRange<'a> {
    /// Takes one entry apart, or a header that is one, such as `Content-Type`.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let mut parts = split_outside_quotes(text, ';').map(str::trim);
        Self {
            name: parts.next().unwrap_or_default(),
            parameters: parts
                .map(|part| match part.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None => (part, None),
                })
                .collect(),
        }
    }

    /// Takes one apart as urlmap's `parse_options_header` does; nothing when there is no name at all.
    fn of_options(text: &'a str) -> Option<Self> {
        let mut pieces = text.split(';').filter_map(piece);
        let (name, _) = pieces.next()?;
        Some(Self {
            name,
            parameters: pieces.collect(),
        })
    }

    /// The value of the last parameter of a name, without its quotes.
    pub fn parameter(&self, is_named: impl Fn(&str) -> bool) -> Option<&'a str> {
        self.parameters
            .iter()
            .rev()
            .filter(|(name, _)| is_named(name.trim()))
            .find_map(|(_, value)| *value)
            .map(|value| value.trim().trim_matches('"'))
    }

    /// Whether it has parameters of the type: all those before `q`.
    fn has_parameters(&self) -> bool {
        let first = self.parameters.first();
        first.is_some_and(|(name, value)| value.is_some() && !name.eq_ignore_ascii_case("q"))
    }

    /// RFC 7231, section 5.3.2.
    fn is_well_formed(&self) -> bool {
        let names = self.name.split_once('/');
        let mut before_q = true;
        names.is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
            && self.parameters.iter().all(|(name, value)| match value {
                Some(value) if before_q && name.eq_ignore_ascii_case("q") => {
                    before_q = false;
                    qvalue(value).is_some()
                }
                Some(value) => is_token(name) && (is_token(value) || is_quoted(value)),
                None => is_token(name) && !before_q,
            })
    }
}

/// Which of the ranges that fit a type speaks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaker {
    /// The one with the highest `q`; of equals the one that names the type more exactly.
    BestLiked,
    /// The one that names the type most exactly, however it likes it.
    MostExact,
}

/// How the types are ordered that are liked alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tie {
    /// First what is named more exactly, then as the server likes them.
    Exactness,
    /// As the server likes them.
    Order,
}

/// What one library makes of the header.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, not a state"
)]
pub struct Policy {
    /// Whether a header that breaks the grammar likes all types alike.
    strict: bool,
    /// Whether entries are read as `parse_options_header` reads them.
    options: bool,
    /// Whether names may be written in either case.
    any_case: bool,
    /// Whether parameters make another type of one that is named in full.
    parameters_count: bool,
    /// What `q` may be: a range with another one is passed over.
    quality: RangeInclusive<f64>,
    /// Whether `q=0` refuses a type.
    zero_refuses: bool,
    speaker: Speaker,
    tie: Tie,
}

/// Nova 2014.2 (nova/api/openstack/urlmap.py).
pub const URLMAP: Policy = Policy {
    strict: false,
    options: true,
    any_case: false,
    parameters_count: false,
    quality: -1.0..=f64::INFINITY,
    zero_refuses: false,
    speaker: Speaker::BestLiked,
    tie: Tie::Exactness,
};

/// WebOb 1.8, which the errors of Nova 34 and Glance 33 go through.
pub const WEBOB: Policy = Policy {
    strict: true,
    options: false,
    any_case: true,
    parameters_count: true,
    quality: 0.0..=1.0,
    zero_refuses: true,
    speaker: Speaker::MostExact,
    tie: Tie::Order,
};

/// Werkzeug, on which today's Keystone stands.
pub const WERKZEUG: Policy = Policy {
    strict: false,
    tie: Tie::Exactness,
    ..WEBOB
};

/// How a range fits a type, and how much it likes it.
#[derive(Clone, Copy)]
struct Fit<'r, 'a> {
    range: &'r MediaRange<'a>,
    quality: f64,
    /// 3 when it names the type in full, 2 when half of it, 1 when it takes any.
    exactness: u8,
}

impl Policy {
    /// The best of the types on offer, which stand in the order of the server's liking, and the
    /// `version` parameter of the range that chose it.
    #[must_use]
    pub fn best_match<'s, 'a>(
        &self,
        header: &'a str,
        offers: &[&'s str],
    ) -> Option<(&'s str, Option<&'a str>)> {
        let ranges: Vec<_> = match self.options {
            true => entries(header).filter_map(MediaRange::of_options).collect(),
            false => entries(header).map(MediaRange::parse).collect(),
        };
        if self.strict && !ranges.iter().all(MediaRange::is_well_formed) {
            return offers.first().map(|offer| (*offer, None));
        }
        let liked = offers.iter().filter_map(|offer| {
            let fit = self.speaker(&ranges, offer)?;
            (fit.quality > 0.0 || !self.zero_refuses).then_some((*offer, fit))
        });
        let rank = |(_, fit): &(&str, Fit<'_, '_>)| match self.tie {
            Tie::Exactness => (fit.quality, fit.exactness),
            Tie::Order => (fit.quality, 0),
        };
        let (offer, fit) = first_greatest(liked, rank)?;
        Some((offer, fit.range.parameter(|name| name == "version")))
    }

    /// The range that speaks for a type.
    fn speaker<'r, 'a>(&self, ranges: &'r [MediaRange<'a>], offer: &str) -> Option<Fit<'r, 'a>> {
        let fits = ranges.iter().filter_map(|range| self.fit(range, offer));
        first_greatest(fits, |fit| match self.speaker {
            Speaker::BestLiked => (fit.quality, fit.exactness),
            Speaker::MostExact => (fit.exactness.into(), 0),
        })
    }

    fn fit<'r, 'a>(&self, range: &'r MediaRange<'a>, offer: &str) -> Option<Fit<'r, 'a>> {
        let kind = offer.split('/').next().unwrap_or_default();
        let exactness = match range.name.strip_suffix("/*") {
            Some("*") => 1,
            Some(half) if self.same(half, kind) => 2,
            None if self.same(range.name, offer)
                && !(self.parameters_count && range.has_parameters()) =>
            {
                3
            }
            _ => return None,
        };
        let quality = match range.parameter(|name| self.same(name, "q")) {
            Some(text) => text.trim().parse().ok()?,
            None => 1.0,
        };
        self.quality.contains(&quality).then_some(Fit {
            range,
            quality,
            exactness,
        })
    }

    fn same(&self, one: &str, other: &str) -> bool {
        match self.any_case {
            true => one.eq_ignore_ascii_case(other),
            false => one == other,
        }
    }
}

/// The entries of a header, empty ones left out.
fn entries(header: &str) -> impl Iterator<Item = &str> {
    let entries = split_outside_quotes(header, ',').map(str::trim);
    entries.filter(|text| !text.is_empty())
}

/// The name up to a blank, and what stands behind `=`; whatever else is there is passed over.
fn piece(text: &str) -> Option<(&str, Option<&str>)> {
    let text = text.trim_start();
    let ends = |letter: char| letter.is_whitespace() || letter == '=';
    let (name, rest) = text.split_at(text.find(ends).unwrap_or(text.len()));
    let value = rest.trim_start().strip_prefix('=').map(str::trim);
    let value = value.filter(|value| !value.is_empty());
    (!name.is_empty()).then_some((name, value))
}

/// The parameter of a header such as `Content-Type`.
#[must_use]
pub fn parameter<'a>(header: &'a str, name: &str) -> Option<&'a str> {
    MediaRange::of_options(header)?.parameter(|known| known == name)
}

/// Whether Nova 2014.2 fails on the header, and says nothing: an entry without a name, or a parameter
/// without a value that ought to be a number or a version.
#[must_use]
pub fn breaks(header: &str) -> bool {
    entries(header).any(|text| {
        MediaRange::of_options(text).is_none_or(|range| {
            let mut parameters = range.parameters.iter();
            parameters.any(|(name, value)| matches!(*name, "q" | "version") && value.is_none())
        })
    })
}

/// A weight as RFC 7231 writes it (section 5.3.1): from 0 to 1, with three decimals at most.
#[must_use]
pub fn qvalue(text: &str) -> Option<f64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let known = match whole {
        "0" => decimals.bytes().all(|byte| byte.is_ascii_digit()),
        "1" => decimals.bytes().all(|byte| byte == b'0'),
        _ => false,
    };
    (known && decimals.len() <= 3)
        .then(|| text.parse().ok())
        .flatten()
}

fn is_token(text: &str) -> bool {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_known)
}

fn is_quoted(text: &str) -> bool {
    text.len() > 1 && text.starts_with('"') && text.ends_with('"')
}

/// Of equals the first, where [`Iterator::max_by`] takes the last.
fn first_greatest<T>(items: impl Iterator<Item = T>, rank: impl Fn(&T) -> (f64, u8)) -> Option<T> {
    items.reduce(|best, item| match rank(&item) > rank(&best) {
        true => item,
        false => best,
    })
}

/// The parts between separators that stand outside quotes.
fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |letter| {
        quoted ^= letter == '"' && !escaped;
        escaped = letter == '\\';
        letter == separator && !quoted
    })
}

#[cfg(test)]
mod tests;
