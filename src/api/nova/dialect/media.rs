//! Which form an answer takes.

use crate::http::accept;

/// The media types that Nova writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/json`
    Json,
    /// `application/vnd.openstack.compute+json`
    VendorJson,
    /// `application/xml`
    Xml,
    /// `application/vnd.openstack.compute+xml`
    VendorXml,
    /// `application/atom+xml`: version documents only.
    Atom,
}

/// In the order of the server's liking; the last is for version documents only.
const ALL: [Media; 5] = [
    Media::Json,
    Media::VendorJson,
    Media::Xml,
    Media::VendorXml,
    Media::Atom,
];

impl Media {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::VendorJson => "application/vnd.openstack.compute+json",
            Self::Xml => "application/xml",
            Self::VendorXml => "application/vnd.openstack.compute+xml",
            Self::Atom => "application/atom+xml",
        }
    }

    /// Whether it is an XML of Nova's own.
    pub const fn is_xml(self) -> bool {
        matches!(self, Self::Xml | Self::VendorXml)
    }

    /// Nova's own name for it.
    pub const fn vendor(self) -> Self {
        match self {
            Self::Json => Self::VendorJson,
            Self::Xml => Self::VendorXml,
            own => own,
        }
    }

    /// The one with a name.
    pub fn named(name: &str) -> Option<Self> {
        ALL.into_iter().find(|media| media.as_str() == name)
    }
}

/// What a dialect makes of `Accept`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formats {
    /// Nova 2014.2: path suffix, then `Accept`, then JSON.
    JsonAndXml,
    /// Nova 34: always JSON; the vendor's name of it is echoed.
    JsonOnly,
    /// As Nova 34, but XML for a client that asks for it and not for JSON.
    XmlOnRequest,
}

impl Formats {
    /// Whether XML is at home here.
    pub const fn xml(self) -> bool {
        matches!(self, Self::JsonAndXml)
    }
}

/// The outcome of a negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiated<'a> {
    /// The form of the answer.
    pub media: Media,
    /// The API version that the chosen entry of `Accept` names.
    pub version: Option<&'a str>,
}

/// Nova 2014.2 (urlmap.py): the path's suffix beats `Accept`; nothing fits: JSON.
pub fn negotiate_juno<'a>(accept: &'a str, last_segment: &str, atom: bool) -> Negotiated<'a> {
    let (chosen, version) = match_accept(accept, atom);
    let media = suffix_of(last_segment)
        .map(|(_, media)| media)
        .or(chosen)
        .unwrap_or(Media::Json);
    Negotiated { media, version }
}

/// Nova 34: JSON, whatever is asked for; the vendor's name is echoed when it is what fits best.
pub fn negotiate_json(accept: &str, atom: bool) -> Media {
    match match_accept(accept, atom).0 {
        Some(Media::VendorJson) => Media::VendorJson,
        Some(Media::Atom) => Media::Atom,
        _ => Media::Json,
    }
}

/// The departure for users: XML when the client asks for it, by its own name, and not for JSON.
pub fn negotiate_xml_on_request(accept: &str) -> Media {
    match match_accept(accept, false).0 {
        Some(media) if !accept.contains("json") => media,
        Some(Media::VendorJson) => Media::VendorJson,
        _ => Media::Json,
    }
}

fn match_accept(accept: &str, atom: bool) -> (Option<Media>, Option<&str>) {
    let names = ALL.map(Media::as_str);
    let offers = if atom { &names[..] } else { &names[..4] };
    match accept::URLMAP.best_match(accept, offers) {
        Some((name, version)) => (Media::named(name), version),
        None => (None, None),
    }
}

/// The name without its suffix, and the form that the suffix asks for.
pub fn suffix_of(segment: &str) -> Option<(&str, Media)> {
    match segment.rsplit_once('.') {
        Some((name, "json")) => Some((name, Media::Json)),
        Some((name, "xml")) => Some((name, Media::Xml)),
        _ => None,
    }
}
