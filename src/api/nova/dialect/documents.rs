//! What the versions of the real servers say of themselves.

use super::media::Media;

/// What a version says of itself.
#[derive(Debug)]
pub struct VersionDocument {
    /// `v2.0`
    pub id: &'static str,
    /// `CURRENT`, `SUPPORTED`, `DEPRECATED`
    pub status: &'static str,
    /// When it last changed.
    pub updated: &'static str,
    /// The first segment of its path.
    pub path: &'static str,
    /// What it can be asked for in.
    pub media: &'static [Media],
    /// Whether `version` and `min_version` are shown, as they are since microversions exist.
    pub ranges: bool,
}

/// Nova 2014.2.
pub const JUNO: VersionDocument = VersionDocument {
    id: "v2.0",
    status: "CURRENT",
    updated: "2011-01-21T11:33:21Z",
    path: "v2",
    media: &[Media::Xml, Media::Json],
    ranges: false,
};

/// The same beside a v2.1, as Nova 2015.1 had it.
pub const JUNO_BESIDE_V21: VersionDocument = VersionDocument {
    status: "SUPPORTED",
    ranges: true,
    ..JUNO
};

/// Nova 34's v2.
pub const COMPAT: VersionDocument = VersionDocument {
    status: "DEPRECATED",
    updated: "2025-07-04T12:00:00Z",
    media: &[Media::Json],
    ..JUNO_BESIDE_V21
};

/// Nova 34's v2.1, and the Open Telekom Cloud's.
pub const V21: VersionDocument = VersionDocument {
    id: "v2.1",
    status: "CURRENT",
    updated: "2013-07-23T11:33:21Z",
    path: "v2.1",
    ..COMPAT
};

/// The Open Telekom Cloud's v2.
pub const OTC_V2: VersionDocument = VersionDocument {
    status: "SUPPORTED",
    updated: JUNO.updated,
    ..COMPAT
};

impl VersionDocument {
    /// Base types and what they are called here.
    pub fn media_types(&self) -> impl Iterator<Item = (&'static str, String)> {
        let version = self.path.trim_start_matches('v');
        self.media.iter().map(move |media| {
            let name = format!("{};version={version}", media.vendor().as_str());
            (media.as_str(), name)
        })
    }
}
