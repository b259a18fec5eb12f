//! The list parameters of Glance's API v2, as Glance reads them.
//!
//! Nova 34 hands a client's filters through to Glance, so that Glance's own
//! operators and errors show through Nova's API too.

use super::access;
use super::rules::ImageRules;
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{
    Caller, Comparison, Direction, Fraction, ImageQuery, Matches, MemberStatus, NoTime, Shares,
    Sort, SortKey, Test, Timestamp, Visibility,
};
use crate::python::number;

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
    /// A number that Glance's API v1 could not read.
    #[error(
        "The server could not comply with the request since it is either malformed or otherwise incorrect."
    )]
    Malformed,
}

/// Reads decoded parameters, in the order in which they stand.
///
/// # Errors
/// What Glance answers 400 to.
pub fn read(
    caller: &Caller,
    rules: &ImageRules,
    parameters: &[(String, String)],
) -> Result<ImageQuery, QueryError> {
    let mut query = ImageQuery::new(access::list_scope(caller, rules));
    let mut sorting = Sorting::default();
    // Of repeated plain filters the last counts; dictionaries of the real service work so.
    let mut filters: indexmap::IndexMap<&str, &str> = indexmap::IndexMap::new();
    for (name, value) in parameters {
        match name.as_str() {
            "marker" if query.after.is_none() => query.after = Some(value.clone()),
            "limit" if query.limit.is_none() => query.limit = value.trim().parse().ok(),
            "sort" if sorting.combined.is_none() => sorting.combined = Some(value),
            "sort_key" => sorting.keys.push(value),
            "sort_dir" => sorting.directions.push(value),
            "tag" => query.tests.push(Test::Tag(value.trim().to_owned())),
            _ => {
                filters.insert(name, value);
            }
        }
    }
    // The order decides which of two errors is told: what Glance reads first, then the order, then what
    // its controller looks at, then what its database is asked.
    for name in ["visibility", "changes-since", "member_status"] {
        take(&mut query, &mut filters, name)?;
    }
    query.sort = sorting.read()?;
    for name in ["os_hidden", "protected"] {
        take(&mut query, &mut filters, name)?;
    }
    for (name, value) in filters {
        filter(&mut query, name, value)?;
    }
    Ok(query)
}

/// Reads one filter, if it is there.
fn take(
    query: &mut ImageQuery,
    filters: &mut indexmap::IndexMap<&str, &str>,
    name: &str,
) -> Result<(), QueryError> {
    match filters.shift_remove(name) {
        Some(value) => filter(query, name, value),
        None => Ok(()),
    }
}

fn filter(query: &mut ImageQuery, name: &str, value: &str) -> Result<(), QueryError> {
    let test = match name {
        "name" => Test::Text(TextColumn::Name, operators(value)?),
        "status" => Test::Text(TextColumn::Status, operators(value)?),
        "id" => Test::Text(TextColumn::Id, operators(value)?),
        "container_format" => Test::Text(TextColumn::ContainerFormat, operators(value)?),
        "disk_format" => Test::Text(TextColumn::DiskFormat, operators(value)?),
        "owner" => Test::Text(TextColumn::Owner, Matches::Is(value.to_owned())),
        "checksum" => Test::Text(TextColumn::Checksum, Matches::Is(value.to_owned())),
        "os_hash_algo" => Test::Text(TextColumn::OsHashAlgo, Matches::Is(value.to_owned())),
        "os_hash_value" => Test::Text(TextColumn::OsHashValue, Matches::Is(value.to_owned())),
        "min_ram" => number(NumberColumn::MinRam, value),
        "min_disk" => number(NumberColumn::MinDisk, value),
        "size" => number(NumberColumn::Size, value),
        "virtual_size" => number(NumberColumn::VirtualSize, value),
        "size_min" => Test::Size(Comparison::GreaterOrEqual, bound(value)?),
        "size_max" => Test::Size(Comparison::LessOrEqual, bound(value)?),
        "created_at" => time(TimeColumn::CreatedAt, "created_at", value)?,
        "updated_at" => time(TimeColumn::UpdatedAt, "updated_at", value)?,
        "protected" => Test::Protected(flag("protected", value)?),
        "os_hidden" => {
            query.scope.hidden = Some(flag("os_hidden", &value.to_lowercase())?);
            return Ok(());
        }
        "visibility" => return visibility(query, value),
        "member_status" => {
            query.scope.shares = member_status(value)?;
            return Ok(());
        }
        // Without a value it is let through, to a database that wants a time.
        "changes-since" if value.is_empty() => return Err(QueryError::OutOfRange),
        "changes-since" => return Err(QueryError::ChangesSince),
        "deleted" => return Ok(()),
        "locations" | "members" => return Err(QueryError::Relation),
        property => Test::Property(property.to_owned(), value.to_owned()),
    };
    query.tests.push(test);
    Ok(())
}

/// `in:a,b`, `eq:a`, or the plain text.
fn operators(value: &str) -> Result<Matches, QueryError> {
    match split_operator(value) {
        ("eq", text) => Ok(Matches::Is(text.to_owned())),
        ("in", list) => Ok(Matches::AnyOf(split_quoted(list)?)),
        (word, _) => Err(QueryError::UnknownOperator(word.to_owned())),
    }
}

/// Glance's `split_filter_op`: what is in front of a colon is an operator, unless the whole is a time.
fn split_operator(value: &str) -> (&str, &str) {
    match value.split_once(':') {
        Some(parts) => match Timestamp::read_iso8601(value, Fraction::CommaToo) {
            Ok(_) | Err(NoTime::Range) => ("eq", value),
            Err(NoTime::Form | NoTime::Zone) => parts,
        },
        None => ("eq", value),
    }
}

/// Glance's `split_filter_value_for_quotes`: commas separate, unless within double quotes, whose
/// backslashes stay.
///
/// # Errors
/// When the quotes are not in their places.
pub fn split_quoted(list: &str) -> Result<Vec<String>, QueryError> {
    check_quotes(list)?;
    let mut values = Vec::new();
    let mut rest = list;
    while !rest.is_empty() {
        let quoted = rest.strip_prefix('"').and_then(|inside| {
            let end = closing_quote(inside)?;
            Some((inside.get(..end)?, inside.get(end + 1..)?))
        });
        let (value, after) = match quoted {
            Some(found) => found,
            None => rest.split_at(rest.find(',').unwrap_or(rest.len())),
        };
        values.push(value.to_owned());
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Ok(values)
}

/// Where the text within quotes ends.
fn closing_quote(inside: &str) -> Option<usize> {
    let mut escaped = false;
    inside.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Glance's `validate_quotes`.
fn check_quotes(list: &str) -> Result<(), QueryError> {
    let mut opens = true;
    let bytes = list.as_bytes();
    for (at, _) in list.match_indices('"') {
        let before = at.checked_sub(1).and_then(|at| bytes.get(at));
        let after = bytes.get(at + 1);
        if before == Some(&b'\\') {
            continue;
        }
        if opens && before.is_some_and(|byte| *byte != b',') {
            return Err(QueryError::NoCommaBeforeQuote(list.to_owned()));
        }
        if !opens && after.is_some_and(|byte| *byte != b',') {
            return Err(QueryError::NoCommaAfterQuote(list.to_owned()));
        }
        opens = !opens;
    }
    match opens {
        true => Ok(()),
        false => Err(QueryError::OpenQuote(list.to_owned())),
    }
}

/// Equality with an integer column, as SQLite compares a text with one: blanks around the number,
/// a plus sign, leading zeros, a fraction of zero and an exponent are all the same number.
fn number(column: NumberColumn, value: &str) -> Test {
    match sqlite_integer(value) {
        Some(number) => Test::Number(column, number),
        None => Test::Never,
    }
}

/// The integer that a text is under SQLite's integer affinity.
#[must_use]
pub fn sqlite_integer(text: &str) -> Option<i64> {
    let text = text.trim_matches([' ', '\t', '\n', '\r', '\u{b}', '\u{c}']);
    let is_number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    if !is_number {
        return None;
    }
    if let Ok(integer) = text.parse::<i64>() {
        return Some(integer);
    }
    let real: f64 = text.parse().ok()?;
    let within = real.fract() == 0.0 && real.abs() < 9.0e18;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "checked to be whole and in range"
    )]
    within.then_some(real as i64)
}

/// Python reads the bound, SQLite gets it: what it cannot hold makes Glance fail.
fn bound(value: &str) -> Result<i64, QueryError> {
    match number::int(value) {
        Some(bytes) if bytes.saturating_abs() == i64::MAX => Err(QueryError::OutOfRange),
        Some(bytes) => Ok(bytes),
        None => Err(QueryError::BadRange),
    }
}

fn flag(name: &'static str, value: &str) -> Result<bool, QueryError> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(QueryError::BadFlag {
            name,
            value: value.to_owned(),
        }),
    }
}

fn time(column: TimeColumn, name: &'static str, value: &str) -> Result<Test, QueryError> {
    let (operator, text) = split_operator(value);
    let moment =
        Timestamp::read_iso8601(text, Fraction::CommaToo).map_err(|reason| match reason {
            NoTime::Form | NoTime::Zone => QueryError::BadTime(name),
            NoTime::Range => QueryError::OutOfRange,
        })?;
    let comparison = match operator {
        "gt" => Comparison::Greater,
        "gte" => Comparison::GreaterOrEqual,
        "lt" => Comparison::Less,
        "lte" => Comparison::LessOrEqual,
        "eq" => Comparison::Equal,
        "neq" => Comparison::NotEqual,
        _ => return Err(QueryError::UnknownTimeOperator),
    };
    Ok(Test::Time(column, comparison, moment))
}

fn visibility(query: &mut ImageQuery, value: &str) -> Result<(), QueryError> {
    match value {
        "" => query.tests.push(Test::Never),
        "all" => query.scope.community = true,
        _ => {
            let visibility = Visibility::parse(value)
                .ok_or_else(|| QueryError::BadVisibility(value.to_owned()))?;
            query.scope.community |= visibility == Visibility::Community;
            query.tests.push(Test::Visibility(visibility));
        }
    }
    Ok(())
}

fn member_status(value: &str) -> Result<Shares, QueryError> {
    if value == "all" {
        return Ok(Shares::AnyMadeToViewer);
    }
    MemberStatus::parse(value)
        .map(Shares::MadeToViewer)
        .ok_or_else(|| QueryError::BadMemberStatus(value.to_owned()))
}

/// The two ways to ask for an order.
#[derive(Default)]
struct Sorting<'a> {
    combined: Option<&'a str>,
    keys: Vec<&'a str>,
    directions: Vec<&'a str>,
}

impl Sorting<'_> {
    fn read(&self) -> Result<Vec<Sort>, QueryError> {
        let mut sort = match self.combined {
            Some(_) if !self.keys.is_empty() || !self.directions.is_empty() => {
                return Err(QueryError::MixedSorting);
            }
            Some(combined) => combined
                .split(',')
                .map(combined_key)
                .collect::<Result<_, _>>()?,
            None => self.separate_keys()?,
        };
        complete(&mut sort);
        Ok(sort)
    }

    fn separate_keys(&self) -> Result<Vec<Sort>, QueryError> {
        let keys: Vec<_> = self
            .keys
            .iter()
            .map(|key| sort_key(key))
            .collect::<Result<_, _>>()?;
        let directions: Vec<_> = self
            .directions
            .iter()
            .map(|text| direction(text))
            .collect::<Result<_, _>>()?;
        let keys = if keys.is_empty() {
            vec![SortKey::CreatedAt]
        } else {
            keys
        };
        let each = |index: usize| match directions.as_slice() {
            [] => Some(Direction::Descending),
            [only] => Some(*only),
            many => many.get(index).copied(),
        };
        if directions.len() > 1 && directions.len() != keys.len() {
            return Err(QueryError::SortDirections);
        }
        Ok(keys
            .into_iter()
            .enumerate()
            .filter_map(|(index, key)| each(index).map(|direction| Sort { key, direction }))
            .collect())
    }
}

/// Appends `created_at` and `id` in the first direction, so that no two images tie. A key that was
/// there before decides nothing: it goes, so that a client's repetitions do not grow the query.
fn complete(sort: &mut Vec<Sort>) {
    let mut known = Vec::new();
    sort.retain(|one| {
        let is_new = !known.contains(&one.key);
        if is_new {
            known.push(one.key);
        }
        is_new
    });
    let direction = sort
        .first()
        .map_or(Direction::Descending, |first| first.direction);
    for key in [SortKey::CreatedAt, SortKey::Id] {
        if !sort.iter().any(|known| known.key == key) {
            sort.push(Sort { key, direction });
        }
    }
}

fn combined_key(text: &str) -> Result<Sort, QueryError> {
    let (key, way) = text.split_once(':').unwrap_or((text, ""));
    Ok(Sort {
        key: sort_key(key.trim())?,
        direction: match way {
            "" => Direction::Descending,
            way => direction(way.trim())?,
        },
    })
}

fn sort_key(text: &str) -> Result<SortKey, QueryError> {
    Ok(match text {
        "name" => SortKey::Name,
        "status" => SortKey::Status,
        "container_format" => SortKey::ContainerFormat,
        "disk_format" => SortKey::DiskFormat,
        "size" => SortKey::Size,
        "id" => SortKey::Id,
        "created_at" => SortKey::CreatedAt,
        "updated_at" => SortKey::UpdatedAt,
        _ => return Err(QueryError::BadSortKey(text.to_owned())),
    })
}

fn direction(text: &str) -> Result<Direction, QueryError> {
    match text {
        "asc" => Ok(Direction::Ascending),
        "desc" => Ok(Direction::Descending),
        _ => Err(QueryError::BadSortDirection(text.to_owned())),
    }
}
