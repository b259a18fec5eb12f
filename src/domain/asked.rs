//! A list as a client asked for it, before anybody has decided what it means.

/// A list that is asked for. An image service of our own reads it; a real one is asked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which images.
    pub filters: AskedFilters,
    /// The id of the image that the page begins after. Glance's own parameters have theirs among them.
    pub after: Option<String>,
    /// At most so many.
    pub limit: Option<u64>,
}

/// Filters in the words of the service that they are meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedFilters {
    /// By the names that Glance's API v1 has for them, as Nova 2014.2 hands them on.
    V1(Vec<(String, String)>),
    /// Parameters of Glance's API v2, in their order, as Nova 34 hands them on.
    V2(Vec<(String, String)>),
    /// By Nova's names for Glance's, in the words of lists: a filter finds what the list shows. A name may
    /// stand twice.
    Listed(Vec<(String, String)>),
}
