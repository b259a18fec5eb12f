//! What is kept of the two heads of an exchange, and of its request's body: one piece of memory.

use super::masked::{MASK, is_secret_header};

/// A header, by its name in lower case and its value.
pub type Header<'h> = (&'h str, &'h [u8]);

/// What is known of an exchange beside its headers and its answer's body.
#[derive(Clone, Copy, Debug, Default)]
pub struct Draft<'a> {
    /// The method.
    pub method: &'a str,
    /// What stood in front of the target, where no space took it off.
    pub mount: &'a str,
    /// Path and query.
    pub target: &'a str,
    /// The image that it was about, by its id.
    pub image: Option<&'a str>,
    /// The project that asked.
    pub project: Option<&'a str>,
    /// Why the answer is what it is.
    pub why: Option<&'a str>,
    /// What was done to it on purpose.
    pub fault: Option<&'a str>,
    /// The beginning of the request's body.
    pub request_body: &'a [u8],
}

/// A part of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The method.
    Method,
    /// Path and query.
    Target,
    /// The id of the image.
    Image,
    /// The id of the project.
    Project,
    /// The headers of the request.
    Asked,
    /// The beginning of its body.
    Body,
    /// Why the answer is what it is.
    Why,
    /// What was done to it on purpose.
    Fault,
    /// The headers of the answer.
    Answered,
}

const PARTS: usize = 9;

/// What a header takes beside its name and its value: a colon and a line feed, neither of which is in a
/// name, or in any value that HTTP can hold; and the mask of a secret, which may be shorter than that.
const AROUND: usize = 2 + MASK.len();

/// What is kept. Values of headers that are secrets are never in it.
#[derive(Debug)]
pub struct Writing {
    text: Vec<u8>,
    ends: [u32; PARTS],
}

impl Draft<'_> {
    /// Writes it down, with the headers of both sides.
    pub fn write<'h, A, B>(&self, asked: impl Fn() -> A, answered: impl Fn() -> B) -> Writing
    where
        A: Iterator<Item = Header<'h>>,
        B: Iterator<Item = Header<'h>>,
    {
        let Self {
            method,
            mount,
            target,
            image,
            project,
            why,
            fault,
            request_body,
        } = *self;
        let [image, project, why, fault] =
            [image, project, why, fault].map(Option::unwrap_or_default);
        let texts = [method, mount, target, image, project, why, fault];
        let room: usize = texts.iter().map(|text| text.len()).sum();
        let room = room + request_body.len() + room_of(asked()) + room_of(answered());
        let mut pen = Pen {
            text: Vec::with_capacity(room),
            ends: [0; PARTS],
            at: 0,
        };
        pen.text(method).end();
        pen.text(mount).text(target).end();
        pen.text(image).end();
        pen.text(project).end();
        pen.headers(asked()).end();
        pen.text.extend_from_slice(request_body);
        pen.end();
        pen.text(why).end();
        pen.text(fault).end();
        pen.headers(answered()).end();
        Writing {
            text: pen.text,
            ends: pen.ends,
        }
    }
}

impl Writing {
    /// A part of it.
    pub fn part(&self, part: Part) -> &[u8] {
        let end = |place: usize| self.ends.get(place).map_or(0, |end| *end as usize);
        let place = part as usize;
        let start = place.checked_sub(1).map_or(0, end);
        self.text.get(start..end(place)).unwrap_or_default()
    }

    /// The same as text.
    pub fn text(&self, part: Part) -> &str {
        std::str::from_utf8(self.part(part)).unwrap_or_default()
    }

    /// Headers, in their order.
    pub fn headers(&self, part: Part) -> impl Iterator<Item = Header<'_>> {
        let lines = self.part(part).split(|byte| *byte == b'\n');
        lines.filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = std::str::from_utf8(line.get(..colon)?).ok()?;
            Some((name, line.get(colon + 1..)?))
        })
    }

    /// What it takes beside its own size, in bytes.
    pub fn weight(&self) -> usize {
        self.text.capacity()
    }
}

struct Pen {
    text: Vec<u8>,
    ends: [u32; PARTS],
    at: usize,
}

impl Pen {
    fn text(&mut self, text: &str) -> &mut Self {
        self.text.extend_from_slice(text.as_bytes());
        self
    }

    fn headers<'h>(&mut self, headers: impl Iterator<Item = Header<'h>>) -> &mut Self {
        for (name, value) in headers.filter(is_sound) {
            self.text.extend_from_slice(name.as_bytes());
            self.text.push(b':');
            self.text.extend_from_slice(kept(name, value));
            self.text.push(b'\n');
        }
        self
    }

    fn end(&mut self) {
        if let Some(end) = self.ends.get_mut(self.at) {
            *end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        }
        self.at += 1;
    }
}

/// What headers take at most. To look at each value twice would take longer than a few bytes are worth.
fn room_of<'h>(headers: impl Iterator<Item = Header<'h>>) -> usize {
    headers
        .map(|(name, value)| name.len() + value.len() + AROUND)
        .sum()
}

/// Whether HTTP can hold a header: others are not sent either.
fn is_sound((_, value): &Header<'_>) -> bool {
    !value.contains(&b'\n')
}

/// Secrets never get into the journal's memory.
fn kept<'v>(name: &str, value: &'v [u8]) -> &'v [u8] {
    match is_secret_header(name) {
        true => MASK.as_bytes(),
        false => value,
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, Header, Part};

    #[test]
    fn what_is_written_can_be_read_again_and_tokens_are_not_in_it() {
        let draft = Draft {
            method: "GET",
            target: "/v2/p/images?limit=1",
            project: Some("p"),
            why: Some("so"),
            request_body: b"\n:body",
            ..Draft::default()
        };
        let asked: [Header<'_>; 3] = [
            ("accept", b"a: b"),
            ("x-auth-token", b"S3CRET"),
            ("empty", b""),
        ];
        let answered: [Header<'_>; 2] = [("a", b"b"), ("bad", b"x\ny")];
        let written = draft.write(|| asked.into_iter(), || answered.into_iter());
        let texts = [Part::Method, Part::Target, Part::Image, Part::Project];
        let texts = texts.map(|part| written.text(part));
        assert_eq!(texts, ["GET", "/v2/p/images?limit=1", "", "p"]);
        assert_eq!(
            [Part::Why, Part::Fault].map(|part| written.text(part)),
            ["so", ""]
        );
        assert_eq!(written.part(Part::Body), b"\n:body");
        let asked: Vec<_> = written.headers(Part::Asked).collect();
        let expected: [Header<'_>; 3] = [
            ("accept", b"a: b"),
            ("x-auth-token", b"***"),
            ("empty", b""),
        ];
        assert_eq!(asked, expected);
        let answered: Vec<_> = written.headers(Part::Answered).collect();
        assert_eq!(answered, [("a", b"b".as_slice())]);
        assert!(!written.text.windows(6).any(|six| six == b"S3CRET"));
        assert!(written.text.len() <= written.weight() && written.weight() < 200);
    }
}
