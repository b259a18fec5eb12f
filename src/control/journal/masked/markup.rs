//! Secrets in XML, well formed or not, whole or not.

use super::names::{holds_secrets, is_secret, is_token};
use quick_xml::events::Event;
use std::ops::Range;

const CDATA: &str = "<![CDATA[";

/// Whether all of a text is XML: only then does it mean what it seems to.
pub fn is_well_formed(text: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut depth = 0_usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => {
                depth += 1;
                if !tag.attributes().all(|attribute| attribute.is_ok()) {
                    return false;
                }
            }
            Ok(Event::Empty(tag)) => {
                if !tag.attributes().all(|attribute| attribute.is_ok()) {
                    return false;
                }
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return depth == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// Where there are secrets, in order.
pub fn secrets(text: &str) -> Vec<Range<usize>> {
    let mut scan = Scan {
        text,
        at: 0,
        open: Vec::new(),
        found: Vec::new(),
    };
    while scan.at < text.len() {
        scan.step();
    }
    scan.found
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// The elements that are open, by their local names.
    open: Vec<&'t str>,
    found: Vec<Range<usize>>,
}

impl<'t> Scan<'t> {
    fn step(&mut self) {
        let rest = self.rest();
        if rest.starts_with(CDATA) {
            self.at += CDATA.len();
            self.content("]]>");
            self.at = (self.at + 3).min(self.text.len());
        } else if rest.starts_with("<!--") {
            self.skip("-->");
        } else if rest.starts_with("<?") || rest.starts_with("<!") {
            self.skip(">");
        } else if rest.starts_with("</") {
            self.open.pop();
            self.skip(">");
        } else if rest.starts_with('<') {
            self.at += 1;
            self.tag();
        } else {
            self.content("<");
        }
    }

    /// Text up to an end, or to the end of all.
    fn content(&mut self, end: &str) {
        let rest = self.rest();
        let length = rest.find(end).unwrap_or(rest.len());
        let text = rest.get(..length).unwrap_or_default();
        let is_secret = self.open.last().is_some_and(|name| is_secret(name));
        let is_inside = self.open.iter().any(|name| holds_secrets(name));
        if (is_secret || is_inside) && !text.trim().is_empty() {
            self.found.push(self.at..self.at + length);
        }
        self.at += length;
    }

    /// What stands between the angle brackets of an element's beginning.
    fn tag(&mut self) {
        let name = self.name();
        self.open.push(name);
        loop {
            self.blanks();
            match self.rest().bytes().next() {
                None | Some(b'<') => return,
                Some(b'>') => {
                    self.at += 1;
                    return;
                }
                Some(b'/') => {
                    self.at += 1;
                    if self.rest().starts_with('>') {
                        self.at += 1;
                        self.open.pop();
                        return;
                    }
                }
                Some(_) => self.attribute(name),
            }
        }
    }

    fn attribute(&mut self, element: &str) {
        let before = self.at;
        let name = self.name();
        self.blanks();
        if self.rest().starts_with('=') {
            self.at += 1;
            self.blanks();
            let value = self.value();
            let is_secret = is_secret(name)
                || holds_secrets(element) && !name.starts_with("xmlns")
                || name.eq_ignore_ascii_case("id") && is_token(element);
            if is_secret && !value.is_empty() {
                self.found.push(value);
            }
        }
        if self.at == before {
            // What nobody expects here.
            self.at += self.rest().chars().next().map_or(1, char::len_utf8);
        }
    }

    fn value(&mut self) -> Range<usize> {
        let rest = self.rest();
        let quote = rest
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''));
        let (start, length, behind) = if let Some(quote) = quote {
            let inside = rest.get(1..).unwrap_or_default();
            let length = inside.find(quote).unwrap_or(inside.len());
            (self.at + 1, length, 1)
        } else {
            let ends = |letter: char| letter.is_whitespace() || letter == '>';
            (self.at, rest.find(ends).unwrap_or(rest.len()), 0)
        };
        self.at = (start + length + behind).min(self.text.len());
        start..start + length
    }

    /// A name without its prefix.
    fn name(&mut self) -> &'t str {
        let rest = self.rest();
        let ends = |letter: char| letter.is_whitespace() || "=/><".contains(letter);
        let length = rest.find(ends).unwrap_or(rest.len());
        self.at += length;
        let name = rest.get(..length).unwrap_or_default();
        name.rsplit(':').next().unwrap_or_default()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Past the next such end.
    fn skip(&mut self, end: &str) {
        let rest = self.rest();
        self.at += rest.find(end).map_or(rest.len(), |place| place + end.len());
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }
}
