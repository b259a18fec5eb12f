//! What an error of the image service says, as its own client reads it (glanceclient, `exc.py`).

use http::StatusCode;
use serde_json::Value;

/// Longest text of an error that is handed on, in bytes.
const MOST_BYTES: usize = 4096;

/// The text of an error's page, still escaped as the page is; of JSON the messages in it.
#[must_use]
pub fn said(status: StatusCode, content_type: &str, body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let said = match () {
        () if content_type.contains("json") => messages(&text),
        () if content_type.contains("html") => lines(&text),
        () => text.replace("\n\n", "\n"),
    };
    let mut said = match said.is_empty() {
        true => status.to_string(),
        false => said,
    };
    if said.len() > MOST_BYTES {
        let ends = |end: &usize| said.is_char_boundary(*end);
        said.truncate((0..=MOST_BYTES).rev().find(ends).unwrap_or(0));
    }
    said
}

/// What stands between the tags: each line once, joined.
fn lines(page: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in page.lines() {
        let line = without_tags(line.trim());
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join(": ")
}

fn without_tags(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(start) = rest.find('<') {
        // `<.+?>`: a tag has something in it.
        let end = rest.get(start + 2..).and_then(|tail| tail.find('>'));
        let Some(end) = end else {
            break;
        };
        text.push_str(rest.get(..start).unwrap_or_default());
        rest = rest.get(start + 2 + end + 1..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

fn messages(text: &str) -> String {
    let document: Value = serde_json::from_str(text).unwrap_or(Value::Null);
    let members = document.as_object().into_iter().flatten();
    let messages = members.filter_map(|(_, member)| member.get("message")?.as_str());
    messages.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::said;
    use http::StatusCode;

    #[test]
    fn pages_are_read_as_their_client_reads_them() {
        let page = "<html>\n <head>\n  <title>400 Bad Request</title>\n </head>\n <body>\n  \
                    <h1>400 Bad Request</h1>\n  No image &lt;x&gt;<br /><br />\n\n </body>\n</html>";
        let status = StatusCode::BAD_REQUEST;
        assert_eq!(
            said(status, "text/html; charset=UTF-8", page.as_bytes()),
            "400 Bad Request: No image &lt;x&gt;"
        );
        assert_eq!(said(status, "text/html", b"a < b"), "a < b");
        let json = br#"{"error": {"code": 400, "message": "no"}, "other": 1}"#;
        assert_eq!(said(status, "application/json", json), "no");
        assert_eq!(said(status, "text/plain", b"a\n\nb"), "a\nb");
        assert_eq!(said(status, "", b""), "400 Bad Request");
    }
}
