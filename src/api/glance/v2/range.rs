//! Which bytes of an image a client asks for.

use crate::api::glance::fault::Fault;
use crate::http::Head;
use std::ops::Range;

/// The range that a request asks for, within so many bytes; nothing when it asks for all.
///
/// # Errors
/// When it makes no sense, or lies behind the end.
pub fn asked(head: &Head, size: u64) -> Result<Option<Range<u64>>, Fault> {
    if let Some(header) = head.latin1("range") {
        return of_range(&header, size).map(Some);
    }
    match head.latin1("content-range") {
        Some(header) => of_content_range(&header, size).map(Some),
        None => Ok(None),
    }
}

fn of_range(header: &str, size: u64) -> Result<Range<u64>, Fault> {
    if header.contains(',') {
        return Err(Fault::bad_request(
            "Requests with multiple ranges are not supported in Glance. You may make multiple \
             single-range requests instead.",
        ));
    }
    let invalid = || Fault::no_range("Invalid Range header.");
    let (first, last) = parsed(header).ok_or_else(invalid)?;
    match (first, last) {
        (None, None) => Err(invalid()),
        // The last none of them, or the last of none.
        (None, Some(last)) if last == 0 || size == 0 => Err(invalid()),
        (None, Some(last)) => Ok(size.saturating_sub(last)..size),
        (Some(first), Some(last)) if first > last => Err(invalid()),
        (Some(first), _) if first >= size => Err(behind("Range", size)),
        (Some(first), last) => {
            let end = last.map_or(size, |last| last.saturating_add(1).min(size));
            Ok(first..end)
        }
    }
}

fn behind(header: &str, size: u64) -> Fault {
    let last = i128::from(size) - 1;
    Fault::no_range(format!(
        "Invalid start position in {header} header. Start position MUST be in the inclusive range \
         [0, {last}]."
    ))
}

/// The numbers on both sides of the dash.
fn parsed(header: &str) -> Option<(Option<u64>, Option<u64>)> {
    let unit = header.get(..5)?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let rest = header.get(5..)?.trim_start_matches(' ');
    let rest = rest.strip_prefix('=')?.trim_start_matches(' ');
    let (first, rest) = digits(rest);
    let rest = rest.trim_start_matches(' ').strip_prefix('-')?;
    // What stands behind the number does not matter to the real service.
    let (last, _) = digits(rest.trim_start_matches(' '));
    Some((first, last))
}

/// The number that a text begins with, if any. One beyond all others is read as the last one: it lies
/// behind the end of every image, and there the real service does not look at how far.
fn digits(text: &str) -> (Option<u64>, &str) {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(length);
    let number = (!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX));
    (number, rest)
}

/// A request should not have this header; Glance reads it for the sake of old clients.
fn of_content_range(header: &str, size: u64) -> Result<Range<u64>, Fault> {
    let invalid = || Fault::no_range("Invalid Content-Range header.");
    let read = || -> Option<(u64, u64, Option<u64>)> {
        let (range, length) = header.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let length = match length {
            "*" => None,
            length => Some(whole(length)?),
        };
        Some((whole(first)?, whole(last)?, length))
    };
    let (first, last, length) = read().ok_or_else(invalid)?;
    let end = last.saturating_add(1);
    if first >= end || length.is_some_and(|length| end > length) {
        return Err(invalid());
    }
    if length.is_none() && end > size {
        let last = i128::from(size) - 1;
        return Err(Fault::no_range(format!(
            "Invalid stop position in Content-Range header. The stop position MUST be in the \
             inclusive range [0, {last}]."
        )));
    }
    if first >= size {
        return Err(behind("Content-Range", size));
    }
    Ok(first..end.min(size))
}

/// A number and nothing else.
fn whole(text: &str) -> Option<u64> {
    let (number, rest) = digits(text);
    number.filter(|_| rest.is_empty())
}
