//! What a fault does to a request.

use super::span::{read_span, write_span};
use super::wrong::WrongFault;
use std::fmt;
use std::time::Duration;

/// The longest delay.
const MOST_DELAY: Duration = Duration::from_secs(3600);

/// What happens to a request: maybe a delay, then maybe something else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Action {
    /// How long it waits before anything is done.
    pub delay: Option<Delay>,
    /// What happens then.
    pub effect: Effect,
    /// Whether it is carried out first, where the effect alone would not.
    pub applies: bool,
}

/// A length of time, or two between which one is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// The shortest.
    pub from: Duration,
    /// The longest.
    pub to: Duration,
}

/// What happens to a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Effect {
    /// It is answered.
    #[default]
    Nothing,
    /// An error in the facade's own shape.
    Refuse(Refused),
    /// This is the answer.
    Reply(FaultReply),
    /// The answer comes at so many bytes a second.
    Slow(u32),
    /// The connection is reset.
    Reset,
    /// The connection is closed behind so many bytes of the answer's body.
    Cut(u64),
    /// The answer's body ends in the middle, and its length says so.
    Malformed,
    /// These bytes come in place of an answer, head and all.
    Raw(Vec<u8>),
    /// The answer's body is said to be of this type.
    ContentType(String),
    /// The answer is of the images as they were when the fault was made.
    Stale,
}

/// An error that a facade words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// From 400 to 599.
    pub status: u16,
    /// What it says; when missing, what the facade itself says with such a status.
    pub message: Option<String>,
    /// Seconds after which the client is told to come again.
    pub retry_after: Option<u32>,
}

/// An answer as it stands, whatever the facade would say.
///
/// ```
/// use nova_images::FaultReply;
///
/// let page = FaultReply::new(502, "<h1>Bad Gateway</h1>").header("Content-Type", "text/html");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultReply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl FaultReply {
    /// With a status from 200 to 599, and a body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// With a header more.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

impl Delay {
    /// Always so long.
    #[must_use]
    pub const fn fixed(span: Duration) -> Self {
        Self {
            from: span,
            to: span,
        }
    }

    /// What one looks like.
    pub const FORM: &str = "a length of time such as \"200ms\", or two such as \"100ms..2s\"";

    /// Reads `200ms`, or `100ms..2s` for something between the two.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once("..") {
            Some((from, to)) => Some(Self {
                from: read_span(from.trim())?,
                to: read_span(to.trim())?,
            }),
            None => read_span(text.trim()).map(Self::fixed),
        }
    }

    /// One of them, by a number that was drawn.
    #[must_use]
    pub fn pick(self, drawn: u64) -> Duration {
        let room = self.to.saturating_sub(self.from).as_millis();
        let room = u64::try_from(room).unwrap_or(u64::MAX);
        self.from + Duration::from_millis(drawn % room.saturating_add(1))
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&write_span(self.from))?;
        match self.to == self.from {
            true => Ok(()),
            false => write!(f, "..{}", write_span(self.to)),
        }
    }
}

impl Action {
    /// Whether it makes sense.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self) -> Result<(), WrongFault> {
        if let Some(delay) = self.delay
            && (delay.from > delay.to || delay.to > MOST_DELAY)
        {
            return Err(WrongFault::new(
                "delay",
                format!("{}, and an hour at most", Delay::FORM),
            ));
        }
        let answers = match &self.effect {
            Effect::Refuse(refused) => {
                check_status("status", refused.status, 400)?;
                true
            }
            Effect::Reply(reply) => {
                check_reply(reply)?;
                true
            }
            Effect::ContentType(text) => {
                check_header("content_type", "content-type", text)?;
                false
            }
            Effect::Slow(0) => {
                return Err(WrongFault::new("slow", "one byte a second at least"));
            }
            Effect::Reset | Effect::Raw(_) => true,
            Effect::Nothing if self.delay.is_none() => return Err(WrongFault::without_effect()),
            Effect::Nothing
            | Effect::Slow(_)
            | Effect::Cut(_)
            | Effect::Malformed
            | Effect::Stale => false,
        };
        match self.applies && !answers {
            true => Err(WrongFault::new(
                "apply",
                "said with status, reply, reset or raw; with all else the request is carried out anyway",
            )),
            false => Ok(()),
        }
    }
}

fn check_status(key: &'static str, status: u16, least: u16) -> Result<(), WrongFault> {
    match (least..600).contains(&status) {
        true => Ok(()),
        false => Err(WrongFault::new(
            key,
            format!("a whole number from {least} to 599"),
        )),
    }
}

fn check_reply(reply: &FaultReply) -> Result<(), WrongFault> {
    check_status("reply.status", reply.status, 200)?;
    for (name, value) in &reply.headers {
        check_header("reply.headers", name, value)?;
    }
    Ok(())
}

/// What HTTP cannot hold would be left out without a word.
fn check_header(key: &'static str, name: &str, value: &str) -> Result<(), WrongFault> {
    let is_token = is_token(name);
    let is_text = value
        .bytes()
        .all(|byte| byte == b'\t' || (byte >= b' ' && byte != 0x7f));
    let is_framing = ["content-length", "transfer-encoding", "connection"]
        .iter()
        .any(|framing| name.eq_ignore_ascii_case(framing));
    match is_token && is_text && !is_framing {
        true => Ok(()),
        false => Err(WrongFault::new(
            key,
            "what a header can hold, and none that frames the answer",
        )),
    }
}

/// Whether a header or a method could have this name (RFC 9110, section 5.6.2).
pub fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::Delay;
    use std::time::Duration;

    #[test]
    fn delays_are_read_written_and_drawn() {
        let between = Delay::parse("100ms..2s");
        assert_eq!(
            between.map(|delay| delay.to_string()).as_deref(),
            Some("100ms..2s")
        );
        assert_eq!(
            Delay::parse("200ms")
                .map(|delay| delay.to_string())
                .as_deref(),
            Some("200ms")
        );
        for text in ["", "..", "1s..", "200", "1s..2s..3s"] {
            assert_eq!(Delay::parse(text), None, "{text}");
        }
        let millis = Duration::from_millis;
        let drawn = |drawn| between.map(|delay| delay.pick(drawn)).unwrap_or_default();
        assert_eq!(
            (drawn(0), drawn(1900), drawn(1901)),
            (millis(100), millis(2000), millis(100))
        );
        assert_eq!(Delay::fixed(millis(7)).pick(u64::MAX), millis(7));
    }
}
