//! The words of a list: who sees which rows, and which rows a list asks for.

use super::letters;
use super::rows::ImageRow;
use super::table::Table;
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

/// The rows of a page, in order.
pub type Rows = Vec<Arc<ImageRow>>;

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
            Self::NameHas(upper) => letters::upper(row.name()).contains(upper.as_str()),
            Self::NameIs(text) => row.name() == *text,
            Self::OfSettings(uuid) => *row.settings == **uuid,
            Self::LinkedTo(tenants) => row.tenants.iter().any(|place| tenants.contains(place)),
            Self::Rescue(wanted) => row.is_rescue() == *wanted,
        }
    }
}

/// The rows that a list shows.
pub struct Wanted<'a> {
    viewer: &'a Viewer,
    tests: Vec<Prepared<'a>>,
}

impl<'a> Wanted<'a> {
    /// What a viewer sees and what passes every test.
    pub fn new(viewer: &'a Viewer, tests: Vec<Prepared<'a>>) -> Self {
        Self { viewer, tests }
    }

    /// Whether a row is one.
    pub fn has(&self, row: &ImageRow) -> bool {
        let is_seen = match self.viewer {
            Viewer::Everything => true,
            Viewer::Tenants(tenants) => row.tenants.iter().any(|place| tenants.contains(place)),
        };
        is_seen && self.tests.iter().all(|test| test.holds(row))
    }

    /// Those of a table, in order.
    pub fn of<'t>(&self, table: &'t Table) -> impl Iterator<Item = &'t Arc<ImageRow>> {
        // Where all are shown none is looked at to get past it.
        table.rows().filter(|row| self.is_all() || self.has(row))
    }

    /// How many of a table they are.
    pub fn count(&self, table: &Table) -> usize {
        match self.is_all() {
            true => table.len(),
            false => self.of(table).count(),
        }
    }

    fn is_all(&self) -> bool {
        self.tests.is_empty() && *self.viewer == Viewer::Everything
    }
}
