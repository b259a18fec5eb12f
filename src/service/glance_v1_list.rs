//! The list parameters of Glance's API v1, as its own clients send them.
//!
//! Two services read them: the API, which knows most filters, and the registry behind it, whose errors
//! it hands on.

use super::glance_query::sqlite_integer;
use super::glance_sort::complete;
use super::images::is_uuid;
use super::rules::ImageRules;
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{
    Caller, Comparison, Direction, Fraction, ImageQuery, Matches, Scope, Shares, Sort, SortKey,
    Test, Timestamp,
};
use crate::python::number;

/// Images of a page when nobody says how many.
const USUAL_LIMIT: u64 = 25;

/// Why Glance 2014.2 refuses a list; the text is its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum V1QueryError {
    /// What the API does not take.
    #[error("Bad value passed to filter {filter} got {value}")]
    Filter {
        /// The parameter.
        filter: String,
        /// What it was.
        value: String,
    },
    /// What the registry does not take, behind its generic sentence.
    #[error("{0}")]
    Registry(&'static str),
    /// The same, in place of the sentence.
    #[error("{0}")]
    RegistryInstead(String),
}

/// Keys that lists can be sorted by.
const SORT_KEYS: [(&str, SortKey); 8] = [
    ("name", SortKey::Name),
    ("status", SortKey::Status),
    ("container_format", SortKey::ContainerFormat),
    ("disk_format", SortKey::DiskFormat),
    ("size", SortKey::Size),
    ("id", SortKey::Id),
    ("created_at", SortKey::CreatedAt),
    ("updated_at", SortKey::UpdatedAt),
];

/// Reads decoded parameters; of repeated ones the last counts.
///
/// # Errors
/// What Glance answers 400 to.
pub fn read(
    caller: &Caller,
    rules: &ImageRules,
    parameters: &[(String, String)],
    most: u64,
) -> Result<ImageQuery, V1QueryError> {
    let last: indexmap::IndexMap<&str, &str> = parameters
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    for (name, value) in &last {
        check(name, value)?;
    }
    let mut query = ImageQuery::new(scope(caller));
    for (name, value) in &last {
        filter(&mut query, rules, name, value)?;
    }
    let limit = limit(last.get("limit").copied())?;
    query.limit = Some(limit.min(most));
    query.sort = sort(&last)?;
    query.after = match last.get("marker").copied() {
        Some(marker) if rules.uuid_markers && !marker.is_empty() && !is_uuid(marker) => {
            return Err(V1QueryError::RegistryInstead(
                "Invalid marker format".to_owned(),
            ));
        }
        marker => marker.map(str::to_owned),
    };
    if caller.is_admin {
        widen(&mut query, last.get("is_public").copied())?;
    }
    Ok(query)
}

/// What everybody sees: its own images, public ones, and all that is shared with it.
fn scope(caller: &Caller) -> Scope {
    Scope {
        project_id: caller.project_id.clone(),
        every_project: false,
        shares: Shares::AnyMadeToViewer,
        community: false,
        hidden: Some(false),
        unlisted: false,
    }
}

/// An administrator looks as others do, unless it says otherwise.
fn widen(query: &mut ImageQuery, is_public: Option<&str>) -> Result<(), V1QueryError> {
    let Some(text) = is_public else {
        return Ok(());
    };
    let is_none = text.eq_ignore_ascii_case("none");
    if !is_none {
        let wrong = V1QueryError::Registry("is_public must be None, True, or False");
        if flag(text).ok_or(wrong)? {
            return Ok(());
        }
        query.tests.push(Test::NotPublic);
    }
    query.scope.every_project = true;
    query.scope.community = true;
    Ok(())
}

/// What the API itself looks at.
fn check(name: &str, value: &str) -> Result<(), V1QueryError> {
    let is_good = match name {
        "size_min" | "size_max" | "min_ram" => number::int(value).is_some_and(|number| number >= 0),
        "protected" | "is_public" => {
            let value = value.to_lowercase();
            matches!(value.as_str(), "none" | "true" | "false" | "1" | "0")
        }
        _ => true,
    };
    match is_good {
        true => Ok(()),
        false => Err(V1QueryError::Filter {
            filter: name.to_owned(),
            value: value.to_owned(),
        }),
    }
}

fn flag(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn filter(
    query: &mut ImageQuery,
    rules: &ImageRules,
    name: &str,
    value: &str,
) -> Result<(), V1QueryError> {
    let text = |column| Test::Text(column, Matches::Is(value.to_owned()));
    let size =
        |comparison| number::int(value).map_or(Test::Never, |bytes| Test::Size(comparison, bytes));
    let equal =
        |column| sqlite_integer(value).map_or(Test::Never, |number| Test::Number(column, number));
    query.tests.push(match name {
        "name" => text(TextColumn::Name),
        "status" => text(TextColumn::Status),
        "container_format" => text(TextColumn::ContainerFormat),
        "disk_format" => text(TextColumn::DiskFormat),
        "min_ram" => equal(NumberColumn::MinRam),
        "min_disk" => equal(NumberColumn::MinDisk),
        "size_min" => size(Comparison::GreaterOrEqual),
        "size_max" => size(Comparison::LessOrEqual),
        "protected" => {
            let wrong = V1QueryError::Registry("protected must be True, or False");
            Test::Protected(flag(value).ok_or(wrong)?)
        }
        "changes-since" => {
            let moment = Timestamp::read_iso8601(value, Fraction::Point);
            let wrong = |_| V1QueryError::Registry("Unrecognized changes-since value");
            query.scope.unlisted = rules.changes_include_gone;
            Test::Time(
                TimeColumn::UpdatedAt,
                rules.changes_since,
                moment.map_err(wrong)?,
            )
        }
        other => match other.strip_prefix("property-") {
            Some(key) => Test::Property(key.to_owned(), value.to_owned()),
            None => return Ok(()),
        },
    });
    Ok(())
}

fn limit(text: Option<&str>) -> Result<u64, V1QueryError> {
    let Some(text) = text else {
        return Ok(USUAL_LIMIT);
    };
    let wrong = V1QueryError::Registry("limit param must be an integer");
    let number = number::int(text).ok_or(wrong)?;
    u64::try_from(number).map_err(|_| V1QueryError::Registry("limit param must be positive"))
}

fn sort(last: &indexmap::IndexMap<&str, &str>) -> Result<Vec<Sort>, V1QueryError> {
    let unsupported = |what: &str, known: &[&str]| {
        let known = known.join(", ");
        V1QueryError::RegistryInstead(format!("Unsupported {what}. Acceptable values: {known}"))
    };
    let key = match last.get("sort_key").copied() {
        None => SortKey::CreatedAt,
        Some(name) => {
            let found = SORT_KEYS.iter().find(|(known, _)| *known == name);
            let (_, key) =
                found.ok_or_else(|| unsupported("sort_key", &SORT_KEYS.map(|(known, _)| known)))?;
            *key
        }
    };
    let direction = match last.get("sort_dir").copied() {
        None | Some("desc") => Direction::Descending,
        Some("asc") => Direction::Ascending,
        Some(_) => return Err(unsupported("sort_dir", &["asc", "desc"])),
    };
    let mut sort = vec![Sort { key, direction }];
    complete(&mut sort);
    Ok(sort)
}
