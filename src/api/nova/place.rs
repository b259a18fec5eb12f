//! Where a request belongs: which tree, in which dialect, and the form of its answer.

use super::dialect::{Dialect, Formats, Media, Mounts, media};
use crate::http::{Head, PathView, accept};

/// A tree, or what is in front of all trees.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The tree's first segment; empty in front of all trees.
    pub version: &'static str,
    /// The tree's dialect; nothing in front of all trees, or when the tree is switched off.
    pub dialect: Option<&'static Dialect>,
    /// How many parts of the path name the version.
    version_parts: usize,
    /// The form of the answer.
    pub media: Media,
}

impl Place {
    /// Nova 2014.2 (urlmap.py): the path says which version, else the body's type, else `Accept`.
    pub fn of(mounts: &'static Mounts, head: &Head) -> Self {
        let path = head.path();
        let mut trees = mounts.trees.iter();
        let by_path = trees.find(|mount| Some(mount.version) == path.first());
        let formats = by_path
            .and_then(|mount| mount.dialect)
            .map_or(mounts.root.formats, |dialect| dialect.formats);
        let is_root = path.segments.is_empty();
        let document = is_root || (by_path.is_some() && path.segments.len() == 1);
        let (media, asked) = negotiate(formats, head, document);
        if let Some(mount) = by_path {
            return Self {
                version: mount.version,
                dialect: mount.dialect,
                version_parts: 1,
                media,
            };
        }
        let by_type = asked
            .map(|version| format!("v{version}"))
            .and_then(|asked| mounts.trees.iter().find(|mount| mount.version == asked));
        let by_type = by_type.filter(|_| !is_root);
        Self {
            version: by_type.map_or("", |mount| mount.version),
            dialect: by_type.and_then(|mount| mount.dialect),
            version_parts: 0,
            media,
        }
    }

    /// What follows the version.
    pub fn rest(self, head: &Head) -> PathView<'_> {
        head.path().behind(self.version_parts)
    }
}

/// The form of the answer, and the version that the request's types name.
fn negotiate(formats: Formats, head: &Head, document: bool) -> (Media, Option<&str>) {
    let accept = head.header("accept").unwrap_or_default();
    let path = head.path();
    match formats {
        Formats::JsonAndXml => {
            let last = path.segments.last().map_or("", String::as_str);
            let suffixed = if path.trailing_slash { "" } else { last };
            let negotiated = media::negotiate_juno(accept, suffixed, document);
            let content_type = head.header("content-type").unwrap_or_default();
            let asked = accept::parameter(content_type, "version").or(negotiated.version);
            (negotiated.media, asked)
        }
        Formats::JsonOnly => (
            media::negotiate_json(accept, path.segments.is_empty()),
            None,
        ),
        Formats::XmlOnRequest => (media::negotiate_xml_on_request(accept), None),
    }
}
