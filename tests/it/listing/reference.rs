//! What a list shows, worked out image by image from the reference: no index, no SQL, no paging.

use super::queries::Query;
use crate::pictures::{Caller, Picture};

/// A page.
pub struct Page<'p> {
    pub rows: Vec<&'p Picture>,
    /// Whether as many came as were asked for, so that Nova makes a next link.
    pub full: bool,
}

/// A page, or the status of a refusal.
pub type Expected<'p> = Result<Page<'p>, u16>;

/// How a tree lists.
pub type Lister = for<'p> fn(&'p [Picture], Caller, &Query) -> Expected<'p>;

/// One condition.
type Test = Box<dyn Fn(&Picture) -> bool>;

fn last<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    let found = query.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value.as_str())
}

/// Nova 34 over Glance's API v2.
pub fn nova_34<'p>(pictures: &'p [Picture], caller: Caller, query: &Query) -> Expected<'p> {
    today(pictures, caller, query, false)
}

/// The same for users: a filter finds what the list shows.
pub fn nova_34_for_users<'p>(
    pictures: &'p [Picture],
    caller: Caller,
    query: &Query,
) -> Expected<'p> {
    today(pictures, caller, query, true)
}

/// Whether a list shows the image in this status, or Glance calls it so.
fn has_status(picture: &Picture, wanted: &str) -> bool {
    let shown = picture.shown_status().0.to_lowercase();
    let own = !["active", "saving", "error", "deleted", "unknown"].contains(&wanted);
    shown == wanted || (own && picture.status == wanted)
}

fn today<'p>(pictures: &'p [Picture], caller: Caller, query: &Query, listed: bool) -> Expected<'p> {
    for (name, value) in query {
        let checked = matches!(name.as_str(), "limit" | "offset" | "page_size");
        if checked && (!is_digits(value) || value.bytes().all(|byte| byte == b'0')) {
            return Err(400);
        }
    }
    let limit = last(query, "limit").map(|text| text.parse().unwrap_or(usize::MAX));
    let mut tests: Vec<Test> = Vec::new();
    if let Some(wanted) = last(query, "name") {
        let wanted = operator(wanted, listed)?;
        tests.push(Box::new(move |picture| {
            let name = picture.name;
            wanted.iter().any(|one| name == Some(one.as_str()))
        }));
    }
    if let Some(wanted) = last(query, "status") {
        let wanted = operator(&wanted.to_lowercase(), listed)?;
        tests.push(Box::new(move |picture| {
            wanted.iter().any(|one| match listed {
                true => has_status(picture, one),
                false => one == picture.status,
            })
        }));
    }
    if let Some(since) = last(query, "changes-since") {
        let since = moment(since).ok_or(400_u16)?;
        tests.push(Box::new(move |picture| picture.updated >= since));
    }
    for (name, column) in [("minRam", min_ram as Column), ("minDisk", min_disk)] {
        if let Some(text) = last(query, name) {
            let wanted = number(text);
            tests.push(Box::new(move |picture| wanted == Some(column(picture))));
        }
    }
    for (key, value) in property_filters(query, listed) {
        // Nova strips the characters of the prefix, not the prefix.
        let key = match key.strip_prefix("property-") {
            Some(key) if listed => key.to_owned(),
            Some(_) => key
                .trim_start_matches(|c| "property-".contains(c))
                .to_owned(),
            None => key,
        };
        tests.push(Box::new(move |picture| {
            let shown = match picture.properties.get(&key) {
                Some(None) if listed => Some(""),
                Some(value) => value.as_deref(),
                None => None,
            };
            shown == Some(&value)
        }));
    }
    let marker = marker_of_today(pictures, caller, query)?;
    let listed = pictures.iter().filter(|picture| {
        !picture.is_gone()
            && picture.is_listed_for(caller, false)
            && tests.iter().all(|test| test(picture))
    });
    Ok(page(listed.collect(), marker, limit))
}

/// Nova 2014.2 over Glance's API v1.
pub fn juno<'p>(pictures: &'p [Picture], caller: Caller, query: &Query) -> Expected<'p> {
    of_2014(pictures, caller, query, false)
}

/// The same for users: a filter finds what the list shows.
pub fn juno_for_users<'p>(pictures: &'p [Picture], caller: Caller, query: &Query) -> Expected<'p> {
    of_2014(pictures, caller, query, true)
}

fn of_2014<'p>(
    pictures: &'p [Picture],
    caller: Caller,
    query: &Query,
    listed: bool,
) -> Expected<'p> {
    let limit = integer(last(query, "limit"))?;
    integer(last(query, "page_size"))?;
    let mut tests: Vec<Test> = Vec::new();
    if let Some(wanted) = last(query, "name").map(str::to_owned) {
        tests.push(Box::new(move |picture| {
            (listed || !wanted.is_empty()) && picture.name == Some(wanted.as_str())
        }));
    }
    if let Some(wanted) = last(query, "status").map(str::to_lowercase) {
        tests.push(Box::new(move |picture| match listed {
            true => has_status(picture, &wanted),
            false => picture.status == wanted,
        }));
    }
    let since = match last(query, "changes-since") {
        Some(text) => Some(moment(text).ok_or(400_u16)?),
        None => None,
    };
    if let Some(text) = last(query, "minRam") {
        let wanted: i64 = text.trim().parse().map_err(|_| 400_u16)?;
        if wanted < 0 {
            return Err(400);
        }
        tests.push(Box::new(move |picture| picture.min_ram == wanted));
    }
    if let Some(text) = last(query, "minDisk") {
        let wanted = number(text);
        tests.push(Box::new(move |picture| wanted == Some(picture.min_disk)));
    }
    for (key, value) in property_filters(query, listed) {
        let key = key.strip_prefix("property-").unwrap_or(&key).to_owned();
        tests.push(Box::new(move |picture| {
            (listed || !value.is_empty())
                && picture.properties.get(&key) == Some(&Some(value.clone()))
        }));
    }
    let marker = marker_of_2014(pictures, caller, query, since.is_some())?;
    let listed = pictures.iter().filter(|picture| {
        // Only a client that asks for changes is told of what is gone.
        since.map_or(!picture.is_gone(), |since| match listed {
            true => picture.updated >= since,
            false => picture.updated > since,
        }) && picture.is_listed_for(caller, true)
            && tests.iter().all(|test| test(picture))
    });
    Ok(page(listed.collect(), marker, limit))
}

/// The image that a page begins behind, if one is named.
fn marker_of_today<'p>(
    pictures: &'p [Picture],
    caller: Caller,
    query: &Query,
) -> Result<Option<&'p Picture>, u16> {
    match last(query, "marker").filter(|marker| !marker.is_empty()) {
        None => Ok(None),
        Some(id) => match pictures.iter().find(|picture| picture.id == id) {
            Some(picture) if picture.is_deleted() => Err(400),
            Some(picture) if !picture.can_be_shown(caller, false) => Err(403),
            Some(picture) => Ok(Some(picture)),
            None => Err(400),
        },
    }
}

/// The same; where `changes` are asked for, it may be gone.
fn marker_of_2014<'p>(
    pictures: &'p [Picture],
    caller: Caller,
    query: &Query,
    changes: bool,
) -> Result<Option<&'p Picture>, u16> {
    match last(query, "marker").filter(|marker| !marker.is_empty()) {
        None => Ok(None),
        Some(id) => {
            let marker = pictures.iter().find(|picture| picture.id == id);
            // Where what is gone is listed, pages go on behind it.
            let is_listed_gone = |picture: &Picture| {
                changes
                    && picture.is_deleted()
                    && (picture.owner == Some(caller.project) || picture.visibility == "public")
            };
            let marker = marker
                .filter(|picture| picture.can_be_shown(caller, true) || is_listed_gone(picture));
            marker.map(Some).ok_or(400)
        }
    }
}

/// Newest first, ties by id, from behind the marker on, at most so many.
fn page<'p>(
    mut rows: Vec<&'p Picture>,
    marker: Option<&Picture>,
    limit: Option<usize>,
) -> Page<'p> {
    let key = |picture: &Picture| (picture.created, picture.id.clone());
    rows.sort_by_key(|picture| std::cmp::Reverse(key(picture)));
    if let Some(marker) = marker {
        rows.retain(|picture| key(picture) < key(marker));
    }
    rows.truncate(limit.unwrap_or(usize::MAX));
    Page {
        full: limit == Some(rows.len()),
        rows,
    }
}

type Column = fn(&Picture) -> i64;

fn min_ram(picture: &Picture) -> i64 {
    picture.min_ram
}

fn min_disk(picture: &Picture) -> i64 {
    picture.min_disk
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Python's `int`; 0 is no limit at all.
fn integer(text: Option<&str>) -> Result<Option<usize>, u16> {
    let Some(text) = text else { return Ok(None) };
    let text = text.trim();
    if !is_digits(text) {
        return Err(400);
    }
    let number = text.parse().unwrap_or(usize::MAX);
    Ok((number > 0).then_some(number))
}

/// A text compared with an integer column in SQLite.
fn number(text: &str) -> Option<i64> {
    let number: f64 = text.trim().parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "small whole numbers only")]
    (number.fract() == 0.0).then_some(number as i64)
}

/// Glance's `in:` and `eq:`; any other word before a colon is refused, or part of the text.
fn operator(text: &str, listed: bool) -> Result<Vec<String>, u16> {
    match text.split_once(':') {
        None => Ok(vec![text.to_owned()]),
        Some(("eq", rest)) => Ok(vec![rest.to_owned()]),
        Some(("in", "")) => Ok(Vec::new()),
        Some(("in", rest)) => Ok(rest.split(',').map(str::to_owned).collect()),
        Some(_) if listed => Ok(vec![text.to_owned()]),
        Some(_) => Err(400),
    }
}

/// `server`, `type` and `property-*` under the names of properties; of the same one the last
/// spelling in the query decides, with the last value of that spelling. For users each spelling is a
/// filter, and only a server may be a URL.
fn property_filters(query: &Query, listed: bool) -> Vec<(String, String)> {
    let mut filters: Vec<(String, String)> = Vec::new();
    let id_of = |server: &str| server.rsplit('/').next().unwrap_or_default().to_owned();
    for (name, _) in query {
        let key = match name.as_str() {
            "server" => "property-instance_uuid",
            "type" => "property-image_type",
            name if name.starts_with("property-") => name,
            _ => continue,
        };
        let value = last(query, name).unwrap_or_default();
        let value = match (name.as_str(), key) {
            ("server", _) => id_of(value),
            (_, "property-instance_uuid") if !listed => id_of(value),
            _ => value.to_owned(),
        };
        if !listed {
            filters.retain(|(known, _)| known != key);
        }
        filters.push((key.to_owned(), value));
    }
    filters
}

/// Milliseconds after the zero of the pictures' times, for the forms that the queries use.
fn moment(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T').unwrap_or((text, "00:00:00"));
    let day: i64 = date.strip_prefix("2025-02-")?.parse().ok()?;
    let (clock, offset) = match time.find(['+', '-', 'Z']) {
        Some(at) if &time[at..] != "Z" => {
            let hours: i64 = time[at..].strip_suffix(":00")?.parse().ok()?;
            (&time[..at], hours)
        }
        Some(at) => (&time[..at], 0),
        None => (time, 0),
    };
    let mut parts = clock.split(':');
    let mut next = || parts.next()?.parse::<f64>().ok();
    let (hours, minutes, seconds) = (next()?, next()?, next()?);
    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of a day")]
    let millis = ((hours * 3600.0 + minutes * 60.0 + seconds) * 1000.0) as i64;
    let zero = (4 * 3600 + 5 * 60) * 1000;
    Some((day - 3) * 86_400_000 + millis - offset * 3_600_000 - zero)
}
