/// `html.escape`.
#[must_use]
pub fn html_escape(text: &str) -> String {
    // The ampersand first, since the others bring theirs.
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

#[cfg(test)]
mod tests {
    use super::html_escape;

    #[test]
    fn escapes_once() {
        let escaped = html_escape("<a b=\"&lt;\">'é");
        assert_eq!(escaped, "&lt;a b=&quot;&amp;lt;&quot;&gt;&#x27;é");
    }
}
