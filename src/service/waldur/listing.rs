//! The words of a list: who sees which rows, and which rows a list asks for.

use super::letters;
use super::rows::ImageRow;
use std::collections::HashSet;
use std::sync::Arc;

/// What a user may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Every row: staff, support, and whoever asks an open server.
    Everything,
    /// The rows linked to these tenants, by place.
    Tenants(HashSet<usize>),
}

/// One condition on a row; a list of them is joined by AND.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowTest {
    /// The name contains the text, letter case aside.
    NameHas(String),
    /// The name is the text.
    NameIs(String),
    /// The row belongs to the cloud of this uuid.
    OfSettings(String),
    /// The row is linked to the tenant of this uuid.
    OfTenant(String),
    /// The row is reached by the offering of this uuid.
    OfOffering(String),
    /// The row is a rescue image, or is none.
    Rescue(bool),
    /// No row.
    Never,
}

/// The rows that a list shows, in order.
#[derive(Debug)]
pub struct Listing(pub(super) Vec<Arc<ImageRow>>);

impl Listing {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// At most `count` rows behind the first `skipped`.
    pub fn page(&self, skipped: usize, count: usize) -> impl Iterator<Item = &ImageRow> + Clone {
        let rows = self.0.iter().skip(skipped).take(count);
        rows.map(AsRef::as_ref)
    }
}

/// A test whose uuids have been looked up.
pub enum Prepared<'a> {
    NameHas(String),
    NameIs(&'a str),
    OfSettings(String),
    LinkedTo(HashSet<usize>),
    Rescue(bool),
}

impl Prepared<'_> {
    /// Whether a row passes it.
    pub fn holds(&self, row: &ImageRow) -> bool {
        match self {
            Self::NameHas(upper) => letters::upper(&row.name).contains(upper.as_str()),
            Self::NameIs(text) => *row.name == **text,
            Self::OfSettings(uuid) => *row.settings == **uuid,
            Self::LinkedTo(tenants) => row.tenants.iter().any(|place| tenants.contains(place)),
            Self::Rescue(wanted) => row.is_rescue() == *wanted,
        }
    }
}
