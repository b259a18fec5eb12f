//! The query of a list, as each release reads it, and the query of its `next` link.

use crate::api::nova::call::Call;
use crate::api::nova::dialect::{ListQuery, NextQuery};
use crate::api::nova::fault::Fault;
use crate::domain::{Asked, AskedFilters};
use crate::http::query;
use crate::python::{Value, number};
use crate::service::glance_query::QueryError;
use crate::service::{Filters, ImageError, ImageRules};
use indexmap::IndexMap;
use std::fmt::Write as _;

/// A list, ready to be asked for.
#[derive(Debug)]
pub struct ListRequest {
    /// What to ask the service.
    pub asked: Asked,
    /// The page size that the client named.
    pub limit: Option<u64>,
    /// How many images Nova asks Glance for at a time, where the client says so and can tell.
    pub step: Option<u64>,
    /// The pairs that a `next` link repeats.
    pub parameters: Vec<(String, String)>,
    /// What an error of the service becomes.
    pub fault: fn(ImageError) -> Fault,
}

/// The property that says from which server an image was made.
const INSTANCE: &str = "property-instance_uuid";

/// Nova's filters and what the image service calls them (images.py, `SUPPORTED_FILTERS`).
fn glance_name(parameter: &str) -> Option<&str> {
    Some(match parameter {
        "name" | "status" | "changes-since" => parameter,
        "server" => INSTANCE,
        "type" => "property-image_type",
        "minRam" => "min_ram",
        "minDisk" => "min_disk",
        property if property.starts_with("property-") => property,
        _ => return None,
    })
}

/// `_get_filters` of both releases: of repeated parameters the last counts, a server may be a URL,
/// a status is lower-cased, but not mapped back from Nova's word to Glance's. Of two parameters that
/// are one to Glance (`type` and `property-image_type`) the last replaces the other.
fn released_filters(parameters: &[(String, String)]) -> Vec<(String, String)> {
    let mut filters = IndexMap::new();
    for (name, value) in parameters {
        match glance_name(name) {
            Some(INSTANCE) => filters.insert(INSTANCE.to_owned(), behind_slashes(value).to_owned()),
            Some("status") => filters.insert(name.clone(), value.to_lowercase()),
            Some(glance) => filters.insert(glance.to_owned(), value.clone()),
            None => None,
        };
    }
    filters.into_iter().collect()
}

/// The same for users: each parameter is a filter of its own, and nothing but a server may be a URL.
fn filters_for_users(parameters: &[(String, String)]) -> Vec<(String, String)> {
    let mut filters = IndexMap::new();
    for (name, value) in parameters {
        let Some(glance) = glance_name(name) else {
            continue;
        };
        let value = match name.as_str() {
            "server" => behind_slashes(value).to_owned(),
            "status" => value.to_lowercase(),
            _ => value.clone(),
        };
        filters.insert(name, (glance.to_owned(), value));
    }
    filters.into_values().collect()
}

fn filters(rules: &ImageRules, parameters: &[(String, String)]) -> Vec<(String, String)> {
    match rules.filters {
        Filters::Released => released_filters(parameters),
        Filters::Listed | Filters::ListedButStatus => filters_for_users(parameters),
    }
}

/// The id that a URL ends with, or the text.
fn behind_slashes(text: &str) -> &str {
    text.rsplit_once('/').map_or(text, |(_, id)| id)
}

/// Reads the query of a list.
pub fn read(call: &Call<'_>) -> Result<ListRequest, Fault> {
    match call.dialect.list_query {
        ListQuery::GlanceV1 => read_juno(call),
        ListQuery::GlanceV2 => read_v21(call),
    }
}

/// Writes the query of a `next` link, from the last image's id and the request's pairs.
pub fn next(form: NextQuery, last: &str, parameters: &[(String, String)]) -> Result<String, Fault> {
    match form {
        NextQuery::Raw => next_juno(last, parameters),
        NextQuery::Escaped => Ok(next_juno_escaped(last, parameters)),
        NextQuery::Sorted => {
            let mut sorted = parameters.to_vec();
            sorted.sort();
            Ok(next_v21(last, sorted))
        }
        NextQuery::SortedAsUsed => {
            let mut sorted = parameters.to_vec();
            // Those of one name stay in order.
            sorted.sort_by(|(one, _), (other, _)| one.cmp(other));
            Ok(next_v21(last, sorted))
        }
    }
}

/// Nova 2014.2.
fn read_juno(call: &Call<'_>) -> Result<ListRequest, Fault> {
    let rules = &call.dialect.rules;
    let parameters = call.query().map_err(|_| match call.dialect.exact {
        // Python 2 fails on decoding them, nobody catches it.
        true => Fault::internal(""),
        false => Fault::bad_request("Query string is not UTF-8 encoded"),
    })?;
    let limit = juno_integer(rules, &parameters, "limit")?;
    let step = juno_integer(rules, &parameters, "page_size")?;
    let filters = filters(rules, &parameters);
    if rules.uuid_markers && !filters.iter().all(|(name, _)| name.is_ascii()) {
        // Property names become parameters of a URL, where Python 2 wants ASCII.
        return Err(Fault::internal(""));
    }
    let mut asked = Asked {
        filters: AskedFilters::V1(filters),
        after: None,
        limit: None,
    };
    if !rules.lists_all {
        asked.limit = limit.filter(|limit| *limit > 0);
        asked.after = marker(&parameters).map(str::to_owned);
    }
    Ok(ListRequest {
        asked,
        limit,
        step: step.filter(|step| *step > 0 && rules.uuid_markers),
        parameters,
        fault: Fault::of_glance_v1_list,
    })
}

fn marker(parameters: &[(String, String)]) -> Option<&str> {
    query::last(parameters, "marker").filter(|marker| !marker.is_empty())
}

/// What Python's `int` reads, digits of all scripts among them; on their way to Glance, in a URL, only
/// those of ASCII get through.
fn juno_integer(
    rules: &ImageRules,
    parameters: &[(String, String)],
    name: &str,
) -> Result<Option<u64>, Fault> {
    let Some(text) = query::last(parameters, name) else {
        return Ok(None);
    };
    match number::int(text) {
        None => Err(Fault::bad_request(format!(
            "{name} param must be an integer"
        ))),
        Some(..0) => Err(Fault::bad_request(format!("{name} param must be positive"))),
        Some(_) if rules.uuid_markers && !text.is_ascii() => Err(Fault::internal("")),
        Some(number) => Ok(u64::try_from(number).ok()),
    }
}

/// Nova 2014.2 repeats everything as it was decoded, nothing escaped, the marker last. Python 2
/// joins byte strings: text beyond ASCII breaks it.
fn next_juno(last: &str, parameters: &[(String, String)]) -> Result<String, Fault> {
    let mut text = String::new();
    for (name, value) in parameters.iter().filter(|(name, _)| name != "marker") {
        if !name.is_ascii() || !value.is_ascii() {
            return Err(Fault::internal(""));
        }
        _ = write!(text, "{name}={value}&");
    }
    _ = write!(text, "marker={last}");
    Ok(text)
}

/// Nova 2014.2's order, but escaped: for users, whose next page must be reachable.
fn next_juno_escaped(last: &str, parameters: &[(String, String)]) -> String {
    let kept = parameters.iter().filter(|(name, _)| name != "marker");
    let pairs = kept.map(|(name, value)| (name.as_str(), value.as_str()));
    query::encode(pairs.chain([("marker", last)]))
}

/// The query parameters of images that Nova 34's JSON schema knows; all others are dropped.
fn is_known(name: &str) -> bool {
    matches!(name, "limit" | "marker" | "offset" | "page_size") || glance_name(name).is_some()
}

/// Nova 34.
fn read_v21(call: &Call<'_>) -> Result<ListRequest, Fault> {
    let mut parameters = call
        .query()
        .map_err(|_| Fault::bad_request("Query string is not UTF-8 encoded"))?;
    parameters.retain(|(name, _)| is_known(name));
    for name in ["limit", "offset", "page_size"] {
        for (_, value) in parameters.iter().filter(|(known, _)| known == name) {
            check_positive(name, value)?;
        }
    }
    let limit = query::last(&parameters, "limit").map(|text| {
        // Python's `$` lets a line feed stand behind it.
        text.trim_end().parse().unwrap_or(u64::MAX)
    });
    if call.dialect.refuses_large_limit && limit > Some(call.app.config.max_limit) {
        return Err(Fault::forbidden(format!(
            "limit must not exceed {}",
            call.app.config.max_limit
        )));
    }
    let (filters, after) = match call.dialect.rules.filters {
        Filters::Released => (AskedFilters::V2(glance_parameters(&parameters)?), None),
        Filters::Listed | Filters::ListedButStatus => (
            AskedFilters::Listed(filters(&call.dialect.rules, &parameters)),
            marker(&parameters).map(str::to_owned),
        ),
    };
    Ok(ListRequest {
        asked: Asked {
            filters,
            after,
            limit,
        },
        limit,
        step: None,
        parameters,
        fault: Fault::of_glance_list,
    })
}

/// The schema of a positive integer, with the words of Python's jsonschema.
fn check_positive(name: &str, value: &str) -> Result<(), Fault> {
    let digits = value.strip_suffix('\n').unwrap_or(value);
    let reason = if value.is_empty() {
        "'' should be non-empty".to_owned()
    } else if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let shown = Value::from(value).repr_python3();
        format!("{shown} does not match '^[0-9]*$'")
    } else if digits.bytes().all(|byte| byte == b'0') {
        format!("{digits} is less than the minimum of 1")
    } else {
        return Ok(());
    };
    Err(Fault::bad_request(format!(
        "Invalid input for query parameters {name}. Value: {value}. {reason}"
    )))
}

/// What Nova 34 asks Glance: filters under Glance's names, then the marker.
///
/// Two bugs of Nova show. A property's name is made with `lstrip('property-')`, which strips
/// characters, not a prefix. The marker is pasted into the URL unescaped, so that `&` in it begins
/// another parameter and `#` ends it.
fn glance_parameters(parameters: &[(String, String)]) -> Result<Vec<(String, String)>, QueryError> {
    let mut glance: IndexMap<String, String> = IndexMap::new();
    for (name, value) in released_filters(parameters) {
        let (name, value) = match name.as_str() {
            "changes-since" => ("updated_at".to_owned(), format!("gte:{value}")),
            property if property.starts_with("property-") => (
                property
                    .trim_start_matches(|c| "property-".contains(c))
                    .to_owned(),
                value,
            ),
            _ => (name, value),
        };
        glance.insert(name, value);
    }
    // Nova sets the page size itself, whatever a property filter of that name says.
    glance.shift_remove("limit");
    let mut glance: Vec<_> = glance.into_iter().collect();
    if let Some(marker) = marker(parameters) {
        let pasted = marker.split('#').next().unwrap_or_default();
        let again = query::parse(&format!("marker={pasted}"));
        glance.extend(again.map_err(|_| QueryError::Undecodable)?);
    }
    Ok(glance)
}

/// Nova 34 sorts the pairs by name and value and keeps the last of a name; a new marker goes to the
/// end, one that replaces another into its place. Written as Python 3's `urlencode` does.
fn next_v21(last: &str, sorted: Vec<(String, String)>) -> String {
    let mut pairs: IndexMap<String, String> = sorted.into_iter().collect();
    pairs.insert("marker".to_owned(), last.to_owned());
    let pairs = pairs.iter();
    query::encode(pairs.map(|(name, value)| (name.as_str(), value.as_str())))
}
