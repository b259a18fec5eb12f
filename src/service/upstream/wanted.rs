//! A list that is asked for, as the real image service is asked for it.

use super::glance::escaped;
use crate::domain::filter::{NumberColumn, TextColumn, TimeColumn};
use crate::domain::{
    Asked, AskedFilters, Caller, Comparison, GlanceStatus, ImageQuery, Matches, Test, Timestamp,
};
use crate::service::asked;
use crate::service::query_error::QueryError;
use crate::service::rules::ImageRules;

/// Images of a page: Glance gives no more.
const MOST_ON_A_PAGE: u64 = 1000;

/// What is asked for, and what is seen to here.
#[derive(Debug)]
pub struct Wanted {
    /// The query of the first page.
    pub query: String,
    /// What each image must be, as far as that can be told from what the service shows.
    pub tests: Vec<Test>,
    /// Whether the service leaves images in that the tests do not let through.
    pub is_sieved: bool,
    /// At most so many.
    pub limit: Option<u64>,
}

impl Wanted {
    /// Of what a client asked for.
    ///
    /// # Errors
    /// What the client is told 400 for before anybody is asked.
    pub fn of(caller: &Caller, rules: &ImageRules, asked: &Asked) -> Result<Self, QueryError> {
        let page_size = |sieved: bool| match asked.limit {
            Some(limit) if !sieved => limit.min(MOST_ON_A_PAGE),
            _ => MOST_ON_A_PAGE,
        };
        if let AskedFilters::V2(parameters) = &asked.filters {
            // The service reads them itself, and says what is wrong with them.
            let mut query = format!("limit={}", page_size(false));
            for (name, value) in parameters {
                push(&mut query, name, value);
            }
            return Ok(Self {
                query,
                tests: Vec::new(),
                is_sieved: false,
                limit: asked.limit,
            });
        }
        Ok(Self::listed(
            asked::read(caller, rules, asked)?,
            asked,
            page_size,
        ))
    }

    /// For users, in whose lists a filter finds what is shown.
    fn listed(found: ImageQuery, asked: &Asked, page_size: impl Fn(bool) -> u64) -> Self {
        let (mut filters, mut names) = (String::new(), Vec::new());
        let (mut is_sieved, mut is_empty) = (false, false);
        for test in &found.tests {
            match filter(test) {
                // Of a repeated parameter the service takes one.
                Filter::Asked(name, _) if names.contains(&name) => is_sieved = true,
                Filter::Asked(name, value) => {
                    push(&mut filters, name, &value);
                    names.push(name);
                }
                Filter::Sieved => is_sieved = true,
                Filter::Nothing => is_empty = true,
            }
        }
        let limit = if is_empty { 1 } else { page_size(is_sieved) };
        let mut query = format!("limit={limit}{filters}");
        if found.scope.community {
            push(&mut query, "visibility", "all");
        }
        if let Some(after) = &asked.after {
            push(&mut query, "marker", after);
        }
        Self {
            query,
            tests: found.tests,
            is_sieved,
            // The marker is looked at all the same.
            limit: if is_empty { Some(0) } else { asked.limit },
        }
    }
}

fn push(query: &mut String, name: &str, value: &str) {
    query.push('&');
    query.push_str(&escaped(name));
    query.push('=');
    query.push_str(&escaped(value));
}

/// What becomes of a test.
enum Filter<'t> {
    /// The service does it, by this parameter.
    Asked(&'t str, String),
    /// It is done here.
    Sieved,
    /// No image passes.
    Nothing,
}

fn filter(test: &Test) -> Filter<'_> {
    match test {
        Test::Text(TextColumn::Name, matches) => name(matches),
        Test::Text(TextColumn::Status, matches) => status(matches),
        Test::Number(NumberColumn::MinRam, mib) => Filter::Asked("min_ram", mib.to_string()),
        Test::Number(NumberColumn::MinDisk, gib) => Filter::Asked("min_disk", gib.to_string()),
        Test::Time(TimeColumn::UpdatedAt, comparison, moment) => {
            let operator = operator(*comparison);
            Filter::Asked(
                "updated_at",
                format!("{operator}:{}", to_the_micro(*moment)),
            )
        }
        Test::Property(key, value) if is_property(key) => Filter::Asked(key, value.clone()),
        Test::Never => Filter::Nothing,
        _ => Filter::Sieved,
    }
}

/// What stands in front of a colon is an operator to Glance.
fn name(matches: &Matches) -> Filter<'static> {
    match matches {
        Matches::Is(name) if name.contains(':') => Filter::Asked("name", format!("eq:{name}")),
        Matches::Is(name) => Filter::Asked("name", name.clone()),
        Matches::AnyOf(names) if names.iter().any(|name| name.contains(['"', '\\'])) => {
            Filter::Sieved
        }
        Matches::AnyOf(names) if names.is_empty() => Filter::Nothing,
        Matches::AnyOf(names) => {
            let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
            Filter::Asked("name", format!("in:{}", quoted.join(",")))
        }
    }
}

/// No list of the service has images of other statuses than it knows, nor those that are gone.
fn status(matches: &Matches) -> Filter<'static> {
    let words = match matches {
        Matches::Is(word) => std::slice::from_ref(word),
        Matches::AnyOf(words) => words.as_slice(),
    };
    let listed = words
        .iter()
        .filter(|word| GlanceStatus::parse(word).is_some_and(|status| !status.is_unlisted()));
    let listed: Vec<&str> = listed.map(String::as_str).collect();
    match listed.as_slice() {
        [] => Filter::Nothing,
        [only] => Filter::Asked("status", (*only).to_owned()),
        several => Filter::Asked("status", format!("in:{}", several.join(","))),
    }
}

fn operator(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "eq",
        Comparison::NotEqual => "neq",
        Comparison::Less => "lt",
        Comparison::LessOrEqual => "lte",
        Comparison::Greater => "gt",
        Comparison::GreaterOrEqual => "gte",
    }
}

fn to_the_micro(moment: Timestamp) -> String {
    let whole = moment.to_string();
    match moment.subsecond_micros() {
        0 => whole,
        micros => format!("{}.{micros:06}Z", whole.trim_end_matches('Z')),
    }
}

/// Whether Glance takes a parameter of this name for a property: anything that it knows as something
/// else, or that its database's model has, it does not.
fn is_property(key: &str) -> bool {
    !matches!(
        key,
        "" | "changes-since"
            | "checksum"
            | "container_format"
            | "created_at"
            | "delete"
            | "deleted"
            | "deleted_at"
            | "direct_url"
            | "disk_format"
            | "file"
            | "get"
            | "id"
            | "is_public"
            | "items"
            | "iteritems"
            | "keys"
            | "limit"
            | "locations"
            | "marker"
            | "member_status"
            | "members"
            | "metadata"
            | "min_disk"
            | "min_ram"
            | "name"
            | "os_hash_algo"
            | "os_hash_value"
            | "os_hidden"
            | "owner"
            | "properties"
            | "protected"
            | "registry"
            | "save"
            | "schema"
            | "self"
            | "size"
            | "size_max"
            | "size_min"
            | "sort"
            | "sort_dir"
            | "sort_key"
            | "status"
            | "stores"
            | "tag"
            | "tags"
            | "to_dict"
            | "update"
            | "updated_at"
            | "virtual_size"
            | "visibility"
    ) && !key.starts_with('_')
}
