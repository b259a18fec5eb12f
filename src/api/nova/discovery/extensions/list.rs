//! The extensions that the real servers advertise, read once.

use crate::api::nova::dialect::Extensions;
use serde::Deserialize;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a server says of an extension.
#[derive(Deserialize)]
pub struct Extension {
    /// What it is asked for by.
    pub alias: &'static str,
    /// Its class in Nova.
    pub name: &'static str,
    /// The namespace of its XML.
    pub namespace: &'static str,
    /// When it last changed.
    pub updated: &'static str,
    /// What it is for; some have line ends in it.
    pub description: Cow<'static, str>,
}

/// What a server advertises.
pub fn of(which: Extensions) -> &'static [Extension] {
    static JUNO: LazyLock<Vec<Extension>> = LazyLock::new(|| read(include_str!("juno.json")));
    static V21: LazyLock<Vec<Extension>> = LazyLock::new(|| read(include_str!("v21.json")));
    match which {
        Extensions::Juno => &JUNO,
        Extensions::V21 => &V21,
    }
}

fn read(text: &'static str) -> Vec<Extension> {
    serde_json::from_str(text).unwrap_or_else(|error| {
        tracing::error!(%error, "the list of extensions is damaged");
        Vec::new()
    })
}

#[cfg(test)]
mod tests {
    use super::{Extensions, of};

    #[test]
    fn both_lists_can_be_read() {
        for list in [Extensions::Juno, Extensions::V21].map(of) {
            let of_images = |alias| list.iter().any(|extension| extension.alias == alias);
            assert!(of_images("OS-DCF") && of_images("OS-EXT-IMG-SIZE"));
        }
    }
}
