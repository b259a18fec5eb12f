//! Why Glance refuses what a list is asked for.

/// Why Glance refuses a query; the text is Glance's.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// `word:` that is no operator.
    #[error("Unable to filter by unknown operator '{0}'.")]
    UnknownOperator(String),
    /// `word:` that is no operator, before a time.
    #[error("Unable to filter on a unknown operator.")]
    UnknownTimeOperator,
    /// A quote without its end.
    #[error("Invalid filter value {0}. The quote is not closed.")]
    OpenQuote(String),
    /// A quoted value that something other than a comma follows.
    #[error("Invalid filter value {0}. There is no comma before opening quotation mark.")]
    NoCommaBeforeQuote(String),
    /// A quoted value that something other than a comma follows.
    #[error("Invalid filter value {0}. There is no comma after closing quotation mark.")]
    NoCommaAfterQuote(String),
    /// No ISO 8601 time.
    #[error("Bad \"{0}\" query filter format. Use ISO 8601 DateTime notation.")]
    BadTime(&'static str),
    /// Not one of the visibilities.
    #[error("Invalid visibility value: {0}")]
    BadVisibility(String),
    /// Not one of the member states.
    #[error("Invalid status: {0}")]
    BadMemberStatus(String),
    /// Neither `true` nor `false`.
    #[error("Invalid value '{value}' for '{name}' filter. Valid values are 'true' or 'false'.")]
    BadFlag {
        /// The parameter.
        name: &'static str,
        /// What it was.
        value: String,
    },
    /// A bound that is no number.
    #[error("Unable to filter on a range with a non-numeric value.")]
    BadRange,
    /// A filter that only the API v1 had.
    #[error("The \"changes-since\" filter is no longer available on v2.")]
    ChangesSince,
    /// Bytes that are no text.
    #[error(
        "Error decoding your request. Either the URL or the request body contained characters that \
         could not be decoded by Glance"
    )]
    Undecodable,
    /// A time or a number that Python or the database cannot hold: Glance fails.
    #[error("a value is out of range")]
    OutOfRange,
    /// A filter by a relation of the database: Glance fails.
    #[error("a filter names a relation")]
    Relation,
    /// A key that lists cannot be sorted by.
    #[error(
        "Invalid sort key: {0}. It must be one of the following: name, status, container_format, \
         disk_format, size, id, created_at, updated_at."
    )]
    BadSortKey(String),
    /// A direction that is none.
    #[error("Invalid sort direction: {0}")]
    BadSortDirection(String),
    /// As many directions as keys, or one for all, or none.
    #[error("Number of sort dirs does not match the number of sort keys")]
    SortDirections,
    /// `sort` beside `sort_key` or `sort_dir`.
    #[error("Old and new sorting syntax cannot be combined")]
    MixedSorting,
    /// A limit that is no integer.
    #[error("limit param must be an integer")]
    BadLimit,
    /// A limit below zero.
    #[error("limit param must be positive")]
    NegativeLimit,
    /// A number that Glance's API v1 could not read.
    #[error(
        "The server could not comply with the request since it is either malformed or otherwise incorrect."
    )]
    Malformed,
}
