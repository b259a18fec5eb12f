//! What the versions of the real servers say of themselves.

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
    /// Base types and what they are called here.
    pub media_types: &'static [(&'static str, &'static str)],
    /// Whether `version` and `min_version` are shown, as they are since microversions exist.
    pub ranges: bool,
}

const XML_V2: (&str, &str) = (
    "application/xml",
    "application/vnd.openstack.compute+xml;version=2",
);
const JSON_V2: (&str, &str) = (
    "application/json",
    "application/vnd.openstack.compute+json;version=2",
);
const JSON_V21: (&str, &str) = (
    "application/json",
    "application/vnd.openstack.compute+json;version=2.1",
);

/// Nova 2014.2.
pub const JUNO: VersionDocument = VersionDocument {
    id: "v2.0",
    status: "CURRENT",
    updated: "2011-01-21T11:33:21Z",
    path: "v2",
    media_types: &[XML_V2, JSON_V2],
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
    id: "v2.0",
    status: "DEPRECATED",
    updated: "2025-07-04T12:00:00Z",
    path: "v2",
    media_types: &[JSON_V2],
    ranges: true,
};

/// Nova 34's v2.1.
pub const V21: VersionDocument = VersionDocument {
    id: "v2.1",
    status: "CURRENT",
    updated: "2013-07-23T11:33:21Z",
    path: "v2.1",
    media_types: &[JSON_V21],
    ranges: true,
};

/// The Open Telekom Cloud's v2.
pub const OTC_V2: VersionDocument = VersionDocument {
    status: "SUPPORTED",
    updated: "2011-01-21T11:33:21Z",
    ..COMPAT
};

/// The Open Telekom Cloud's v2.1.
pub const OTC_V21: VersionDocument = V21;
