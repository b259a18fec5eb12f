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
    /// Whether Nova fails on the request's path or types before it can say anything.
    pub breaks: bool,
    resolves_dots: bool,
}

impl Place {
    /// Nova 2014.2 (urlmap.py): the path says which version, else the body's type, else `Accept`.
    pub fn of(mounts: &'static Mounts, head: &Head) -> Self {
        let resolves_dots = mounts.root.resolves_dots;
        let path = path(head, resolves_dots);
        let mut trees = mounts.trees.iter();
        let by_path = trees.find(|mount| Some(mount.version) == path.first());
        let dialect = by_path
            .and_then(|mount| mount.dialect)
            .unwrap_or(mounts.root);
        let is_root = path.is_root();
        // Atom is known at the mounts alone, with their slash (urlmap.py).
        let document =
            is_root || (by_path.is_some() && path.behind(1).is_root() && path.trailing_slash);
        let negotiated = negotiate(dialect.formats, head, path, document);
        let place = Self {
            version: "",
            dialect: None,
            version_parts: 0,
            media: negotiated.media,
            breaks: mounts.root.exact
                && dialect.formats.xml()
                && (negotiated.breaks || !path.is_text),
            resolves_dots,
        };
        if let Some(mount) = by_path {
            return Self {
                version: mount.version,
                dialect: mount.dialect,
                version_parts: 1,
                ..place
            };
        }
        let asked = match is_root {
            // `GET /` with a type that names a version: the body's counts, `Accept`'s does not.
            true => negotiated.of_body,
            false => negotiated.of_body.or(negotiated.of_accept),
        };
        let by_type = asked
            .map(|version| format!("v{version}"))
            .and_then(|asked| mounts.trees.iter().find(|mount| mount.version == asked));
        match by_type {
            Some(mount) => Self {
                version: mount.version,
                dialect: mount.dialect,
                ..place
            },
            None => place,
        }
    }

    /// The path, as this server takes it.
    pub fn path(self, head: &Head) -> PathView<'_> {
        path(head, self.resolves_dots)
    }

    /// What follows the version.
    pub fn rest(self, head: &Head) -> PathView<'_> {
        self.path(head).behind(self.version_parts)
    }
}

fn path(head: &Head, resolves_dots: bool) -> PathView<'_> {
    match resolves_dots {
        true => head.resolved_path(),
        false => head.path(),
    }
}

/// What the types of a request ask for.
struct Negotiated<'h> {
    media: Media,
    /// The version that the body's type names.
    of_body: Option<&'h str>,
    /// The version that the chosen entry of `Accept` names.
    of_accept: Option<&'h str>,
    breaks: bool,
}

fn negotiate<'h>(
    formats: Formats,
    head: &'h Head,
    path: PathView<'_>,
    document: bool,
) -> Negotiated<'h> {
    let accept = head.accept().unwrap_or_default();
    let plain = |media| Negotiated {
        media,
        of_body: None,
        of_accept: None,
        breaks: false,
    };
    match formats {
        Formats::JsonAndXml => {
            let last = path.last().unwrap_or_default();
            let suffixed = if path.trailing_slash { "" } else { last };
            let negotiated = media::negotiate_juno(accept, suffixed, document);
            let content_type = head.content_type().unwrap_or_default();
            Negotiated {
                media: negotiated.media,
                of_body: accept::parameter(content_type, "version"),
                of_accept: negotiated.version,
                breaks: accept::breaks(accept),
            }
        }
        Formats::JsonOnly => plain(media::negotiate_json(accept, document)),
        Formats::XmlOnRequest => plain(media::negotiate_xml_on_request(accept)),
    }
}
