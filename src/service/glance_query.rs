//! The list parameters of Glance's API v2, as Glance reads them.
//!
//! Nova 34 hands a client's filters through to Glance, so that Glance's own
//! operators and errors show through Nova's API too.

pub use super::query_error::QueryError;

use super::access;
use super::glance_parameters::Parameters;
use super::listed_time;
use super::rules::{Filters, ImageRules};
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{
    Caller, Comparison, Fraction, ImageQuery, Matches, MemberStatus, NoTime, Shares, Test,
    Timestamp, Visibility,
};
use crate::python::number;

/// Reads decoded parameters, in the order in which they stand.
///
/// # Errors
/// What Glance answers 400 to.
pub fn read(
    caller: &Caller,
    rules: &ImageRules,
    parameters: &[(String, String)],
) -> Result<ImageQuery, QueryError> {
    read_with(caller, rules, parameters, |limit| {
        Ok(limit.trim().parse().ok())
    })
}

/// The same of a request to Glance itself, where the limit has to be one.
///
/// # Errors
/// What Glance answers 400 to.
pub fn read_page(
    caller: &Caller,
    rules: &ImageRules,
    parameters: &[(String, String)],
) -> Result<ImageQuery, QueryError> {
    read_with(caller, rules, parameters, |limit| {
        let number = number::int(limit).ok_or(QueryError::BadLimit)?;
        let number = u64::try_from(number).map_err(|_| QueryError::NegativeLimit)?;
        Ok(Some(number))
    })
}

fn read_with(
    caller: &Caller,
    rules: &ImageRules,
    parameters: &[(String, String)],
    read_limit: impl Fn(&str) -> Result<Option<u64>, QueryError>,
) -> Result<ImageQuery, QueryError> {
    let mut query = ImageQuery::new(access::list_scope(caller, rules));
    let is_released = rules.filters == Filters::Released;
    let Parameters {
        marker,
        limit,
        sorting,
        tags,
        mut filters,
        repeated,
    } = match is_released {
        true => Parameters::released(parameters),
        false => Parameters::for_users(parameters),
    };
    query.after = marker.map(str::to_owned);
    let tags = tags.iter().map(|tag| Test::Tag(tag.trim().to_owned()));
    query.tests.extend(tags);
    // The order decides which of two errors is told: what Glance reads first, then the order, then what
    // its controller looks at, then what its database is asked.
    for name in ["visibility", "changes-since", "member_status"] {
        take(&mut query, &mut filters, name)?;
    }
    for (name, (first, last)) in repeated {
        first_too(&mut query, name, first, last);
    }
    if let Some(limit) = limit {
        query.limit = read_limit(limit)?;
    }
    query.sort = sorting.read()?;
    for name in ["os_hidden", "protected"] {
        take(&mut query, &mut filters, name)?;
    }
    for (name, value) in filters {
        filter(&mut query, name, value)?;
    }
    if !is_released {
        let tests = std::mem::take(&mut query.tests).into_iter();
        query.tests = tests.filter_map(as_shown).collect();
    }
    Ok(query)
}

/// For users a time is what lists show of it.
fn as_shown(test: Test) -> Option<Test> {
    match test {
        Test::Time(column, comparison, moment) => listed_time::shown(column, comparison, moment),
        other => Some(other),
    }
}

/// Of some filters that are repeated the first counts as well: Glance takes it out of the list of all
/// parameters before the others become filters.
fn first_too(query: &mut ImageQuery, name: &str, value: &str, last: &str) {
    match name {
        // The last is compared with the column, which never holds `all`.
        "visibility" if last == "all" || visibility(query, value).is_err() => {
            query.tests.push(Test::Never);
        }
        "checksum" => query.tests.push(is(TextColumn::Checksum, value)),
        "os_hash_value" => query.tests.push(is(TextColumn::OsHashValue, value)),
        // The last is taken for the value of a property that no image has.
        "member_status" => query.tests.push(Test::Never),
        _ => {}
    }
}

fn is(column: TextColumn, value: &str) -> Test {
    Test::Text(column, Matches::Is(value.to_owned()))
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
        "owner" => is(TextColumn::Owner, value),
        "checksum" => is(TextColumn::Checksum, value),
        "os_hash_algo" => is(TextColumn::OsHashAlgo, value),
        "os_hash_value" => is(TextColumn::OsHashValue, value),
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
