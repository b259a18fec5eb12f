//! What a list asks for: who looks, which images match, in which order, from where on, how many.
//!
//! These are the words that every facade translates its own query into and
//! that the store turns into SQL. Tests are joined by AND.

use super::image::{MemberStatus, Visibility};
use super::timestamp::Timestamp;

/// A text column of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextColumn {
    /// The id.
    Id,
    /// The name.
    Name,
    /// Glance's status.
    Status,
    /// The owning project.
    Owner,
    /// Container format.
    ContainerFormat,
    /// Disk format.
    DiskFormat,
    /// MD5.
    Checksum,
    /// Digest algorithm.
    OsHashAlgo,
    /// Digest.
    OsHashValue,
}

/// A number column of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberColumn {
    /// Least memory, in MiB.
    MinRam,
    /// Least disk, in GiB.
    MinDisk,
    /// Bytes of data.
    Size,
    /// Bytes of disk.
    VirtualSize,
}

/// A time column of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeColumn {
    /// Registered.
    CreatedAt,
    /// Changed last.
    UpdatedAt,
}

/// What a text must be; case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matches {
    /// This text.
    Is(String),
    /// One of these.
    AnyOf(Vec<String>),
}

/// How two values compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// A text column holds one of the texts.
    Text(TextColumn, Matches),
    /// A number column equals the number: `minRam` and `minDisk` are no minima in Nova.
    Number(NumberColumn, i64),
    /// The size is known and in relation to the bound.
    Size(Comparison, i64),
    /// A time column is in relation to the moment.
    Time(TimeColumn, Comparison, Timestamp),
    /// A time column shows this second, or does not; fractions are never shown.
    Second(TimeColumn, bool, Timestamp),
    /// A custom property has this string value; null is not "".
    Property(String, String),
    /// Custom properties that are there, and shown as "": empty or null.
    PropertyShownEmpty(String),
    /// The image carries the tag.
    Tag(String),
    /// The image is protected, or not.
    Protected(bool),
    /// The image has this visibility.
    Visibility(Visibility),
    /// The image is not for everybody.
    NotPublic,
    /// No image: a value that no image can have.
    Never,
}

/// Which shares of other projects a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shares {
    /// Those made to the viewer with this answer.
    MadeToViewer(MemberStatus),
    /// Those made to the viewer, whatever the answer.
    AnyMadeToViewer,
}

/// Who looks, and how far the look goes. The one place that says what a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// The project whose own images are shown, whatever their visibility.
    pub project_id: Option<String>,
    /// Private and shared images of every project, too.
    pub every_project: bool,
    /// Which shares are shown.
    pub shares: Shares,
    /// Community images of others, too.
    pub community: bool,
    /// Only hidden images, only those that are not, or both.
    pub hidden: Option<bool>,
    /// Killed, deleted and `pending_delete` images, too.
    pub unlisted: bool,
}

/// What a list is ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// When registered.
    CreatedAt,
    /// When changed.
    UpdatedAt,
    /// The id.
    Id,
    /// The name.
    Name,
    /// The status.
    Status,
    /// The size.
    Size,
    /// Container format.
    ContainerFormat,
    /// Disk format.
    DiskFormat,
}

/// Up or down; nulls are smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Which way.
    pub direction: Direction,
}

impl Sort {
    /// Glance's order when nobody asks for another: newest first, ties by id, descending.
    pub const DEFAULT: [Self; 2] = [
        Self {
            key: SortKey::CreatedAt,
            direction: Direction::Descending,
        },
        Self {
            key: SortKey::Id,
            direction: Direction::Descending,
        },
    ];
}

/// A whole question. The sort must end in a key that tells all images apart.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageQuery {
    /// Who looks.
    pub scope: Scope,
    /// What must hold.
    pub tests: Vec<Test>,
    /// In which order.
    pub sort: Vec<Sort>,
    /// The id of the image that the page begins after; it need not match.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<u64>,
}

impl ImageQuery {
    /// All that the scope shows, in the usual order.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            tests: Vec::new(),
            sort: Sort::DEFAULT.to_vec(),
            after: None,
            limit: None,
        }
    }
}
