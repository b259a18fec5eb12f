//! What comes back, as it is shown.

use crate::cli::client::status_line;
use serde_json::Value;
use std::io::{self, BufReader, IsTerminal as _, Read, Write};
use ureq::Body;
use ureq::http::Response;
use ureq::http::header::CONTENT_TYPE;

/// The largest document that is laid out for a terminal, in bytes.
const MOST_PRETTY_BYTES: u64 = 16 * 1024 * 1024;

/// Shows an answer on standard output: JSON as it came, or laid out on a terminal; of a stream of events
/// each as it comes, in a line.
///
/// # Errors
/// When it breaks off, or nobody reads it.
pub fn show(answer: Response<Body>) -> io::Result<()> {
    let media_type = answer.headers().get(CONTENT_TYPE);
    let media_type = media_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or("");
    let is_json = media_type.starts_with("application/json");
    let is_events = media_type.starts_with("text/event-stream");
    let mut body = answer.into_body().into_reader();
    let stdout = io::stdout();
    match (is_events, is_json && stdout.is_terminal()) {
        (true, _) => events(BufReader::new(body), &mut stdout.lock()),
        (false, true) => {
            let mut text = Vec::new();
            body.by_ref()
                .take(MOST_PRETTY_BYTES)
                .read_to_end(&mut text)?;
            let mut rest = pretty(text).chain(body);
            copy(&mut rest, &mut stdout.lock())
        }
        (false, false) => copy(&mut body, &mut stdout.lock()),
    }
}

/// Whether that is no more than a reader who has seen enough.
pub fn is_enough(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

/// What a refusal says, for a person. What it says beside that goes to standard output.
pub fn reason(answer: Response<Body>) -> String {
    let status = status_line(answer.status());
    let mut body = Vec::new();
    // Half of what it has to say is more than nothing.
    let reader = answer.into_body().into_reader();
    _ = reader.take(MOST_PRETTY_BYTES).read_to_end(&mut body);
    let told: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if let Some(message) = told["error"]["message"].as_str() {
        return message.to_owned();
    }
    let mut places = [&told["message"], &told["reason"]].into_iter();
    let message = places.find_map(Value::as_str);
    if told.is_object() {
        let mut stdout = io::stdout().lock();
        _ = match stdout.is_terminal() {
            true => copy(&mut pretty(body), &mut stdout),
            false => copy(&mut &body[..], &mut stdout),
        };
        return message.map_or(status, str::to_owned);
    }
    format!("{status} {}", String::from_utf8_lossy(&body).trim())
}

/// A document in lines, as long as nothing is lost by it.
fn pretty(text: Vec<u8>) -> io::Cursor<Vec<u8>> {
    let value: Option<Value> = serde_json::from_slice(&text).ok();
    let lines = value.and_then(|value| serde_json::to_vec_pretty(&value).ok());
    io::Cursor::new(lines.unwrap_or(text))
}

/// All of it, and the end of its last line.
fn copy(from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    let (mut part, mut last) = (vec![0; 65_536], b'\n');
    loop {
        match from.read(&mut part)? {
            0 => break,
            read => {
                to.write_all(&part[..read])?;
                last = part[read - 1];
            }
        }
    }
    if last != b'\n' {
        to.write_all(b"\n")?;
    }
    to.flush()
}

/// The data of server-sent events, an event a line.
fn events(from: impl io::BufRead, to: &mut impl Write) -> io::Result<()> {
    let mut data = String::new();
    for line in from.lines() {
        let line = line?;
        if let Some(more) = line.strip_prefix("data:") {
            data.push_str(more.strip_prefix(' ').unwrap_or(more));
        } else if line.is_empty() && !data.is_empty() {
            data.push('\n');
            to.write_all(data.as_bytes())?;
            to.flush()?;
            data.clear();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{copy, events, pretty};

    #[test]
    fn events_are_lines_of_their_data() {
        let text = "retry: 5\n\n: still here\n\nid: 1\ndata: {\"a\":\ndata: 1}\n\nevent: x\ndata:2\n\ndata: cut";
        let mut shown = Vec::new();
        events(text.as_bytes(), &mut shown).unwrap();
        assert_eq!(String::from_utf8(shown).unwrap(), "{\"a\":1}\n2\n");
    }

    #[test]
    fn what_comes_is_shown_as_it_came_up_to_the_end_of_a_line() {
        for (came, wanted) in [("", ""), ("{}", "{}\n"), ("a\n", "a\n")] {
            let mut shown = Vec::new();
            copy(&mut came.as_bytes(), &mut shown).unwrap();
            assert_eq!(String::from_utf8(shown).unwrap(), wanted);
        }
    }

    #[test]
    fn a_terminal_gets_lines() {
        let lines = |text: &str| pretty(text.into()).into_inner();
        assert_eq!(
            lines("{\"b\":1,\"a\":[]}"),
            b"{\n  \"b\": 1,\n  \"a\": []\n}"
        );
        assert_eq!(lines("{\"b\":"), b"{\"b\":");
    }
}
