//! An entry, as it is shown: secrets are masked here, when somebody looks.

use super::end::End;
use super::masked::{self, MASK};
use super::record::Record;
use super::writing::Part;
use crate::domain::{Operation, Timestamp};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What was asked, and what was answered.
///
/// It shows no token and no password: they are `***`. It stays as it is, whatever becomes of the journal.
#[derive(Clone)]
pub struct Entry {
    number: u64,
    record: Arc<Record>,
}

/// A body, as far as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeptBody<'e> {
    /// What was kept, with secrets masked; nothing where it cannot be told what is a secret in it.
    pub bytes: Cow<'e, [u8]>,
    /// How long it was, in bytes, as far as it came.
    pub length: u64,
    /// Whether there was more of it than was kept.
    pub is_truncated: bool,
    /// Whether it is not shown, because secrets could not be masked in it.
    pub is_withheld: bool,
}

impl KeptBody<'_> {
    /// It as text, if it is some.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        let bytes = &*self.bytes;
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text),
            // What was kept may end within a character.
            Err(error) if self.is_truncated && error.error_len().is_none() => {
                std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()
            }
            Err(_) => None,
        }
    }
}

impl Entry {
    pub(super) fn of(number: u64, record: &Arc<Record>) -> Self {
        Self {
            number,
            record: Arc::clone(record),
        }
    }

    /// Its number: the first that ended in its space is 1, and no number comes twice.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// When the request came, on the clock of its space.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.record.at
    }

    /// How long it took in real time, from the request's head to the end of the answer, or to where the
    /// whole answer was ready to be sent.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.record.micros)
    }

    /// What was asked for, such as `nova.images.detail`.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.record.operation
    }

    /// Who was asked: `nova`, `keystone`, `glance` or `waldur`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        let name = self.record.operation.as_str();
        name.split_once('.').map_or(name, |(service, _)| service)
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> &str {
        self.record.writing.text(Part::Method)
    }

    /// Path and query, as its space sees them.
    #[must_use]
    pub fn target(&self) -> Cow<'_, str> {
        masked::shown_target(self.raw_target())
    }

    /// The path alone.
    #[must_use]
    pub fn path(&self) -> Cow<'_, str> {
        masked::shown_path(masked::path_of(self.raw_target()))
    }

    /// The id of the image that it was about, as the path has it.
    #[must_use]
    pub fn image(&self) -> Option<&str> {
        self.optional(Part::Image)
    }

    /// The id of the project that asked, as far as the path or the token told.
    #[must_use]
    pub fn project(&self) -> Option<&str> {
        self.optional(Part::Project)
    }

    /// The headers of the request, in the order in which they were kept.
    pub fn request_headers(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.headers(Part::Asked)
    }

    /// The beginning of the request's body.
    #[must_use]
    pub fn request_body(&self) -> KeptBody<'_> {
        self.body(
            self.record.writing.part(Part::Body),
            self.record.request_bytes,
        )
    }

    /// The status of the answer; nothing when there was none.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.record.answered.status
    }

    /// The headers of the answer, but for those that the connection adds.
    pub fn answer_headers(&self) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.headers(Part::Answered)
    }

    /// The beginning of the answer's body.
    #[must_use]
    pub fn answer_body(&self) -> KeptBody<'_> {
        let answered = &self.record.answered;
        let mut body = self.body(&answered.body, answered.body_bytes);
        if let Some(secrets) = self.quotable()
            && let Ok(text) = std::str::from_utf8(&body.bytes)
        {
            body.bytes = Cow::Owned(masked::without(&secrets, text).into_bytes());
        }
        body
    }

    /// How it ended.
    #[must_use]
    pub fn end(&self) -> End {
        self.record.answered.end
    }

    /// The id of the request, as the answer has it: the same as on the line of the log.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let headers = self.record.writing.headers(Part::Answered);
        let mut ids = headers
            .filter(|(name, _)| matches!(*name, "x-compute-request-id" | "x-openstack-request-id"));
        let (_, id) = ids.next()?;
        std::str::from_utf8(id).ok()
    }

    /// What was done to it on purpose.
    #[must_use]
    pub fn fault(&self) -> Option<&str> {
        self.optional(Part::Fault)
    }

    /// Why it was answered as it was, where the client is told less: "no image with this id is visible to
    /// project X: it is private to Y".
    #[must_use]
    pub fn why(&self) -> Option<Cow<'_, str>> {
        let why = self.optional(Part::Why)?;
        let refused = self.is_refusal().then(|| self.request_as_read());
        Some(masked::told(self.raw_target(), refused, why))
    }

    /// The secrets of the request's body where it was refused: a service says what was wrong with them, and
    /// what they were.
    fn quotable(&self) -> Option<Vec<&str>> {
        let refused = self.is_refusal();
        let secrets = refused.then(|| masked::secrets_of_body(self.request_as_read()));
        secrets.filter(|secrets| !secrets.is_empty())
    }

    /// Whether the service may quote secrets that were shown to it.
    fn is_refusal(&self) -> bool {
        self.service() == "keystone" && self.is_error()
    }

    fn request_as_read(&self) -> &[u8] {
        self.record.writing.part(Part::Body)
    }

    /// Whether it went wrong: its status is 400 or more, or the client did not get the whole answer.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.end() != End::Whole || self.status().is_none_or(|status| status >= 400)
    }

    fn raw_target(&self) -> &str {
        self.record.writing.text(Part::Target)
    }

    fn optional(&self, part: Part) -> Option<&str> {
        let text = self.record.writing.text(part);
        (!text.is_empty()).then_some(text)
    }

    fn headers(&self, part: Part) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
        self.record.writing.headers(part).map(|(name, value)| {
            let value = String::from_utf8_lossy(value);
            match masked::is_secret(name) {
                true => (name, Cow::Borrowed(MASK)),
                false => (name, masked::without_secrets_of(self.raw_target(), value)),
            }
        })
    }

    fn body<'e>(&'e self, kept: &'e [u8], length: u64) -> KeptBody<'e> {
        let shown = masked::body(kept, self.raw_target(), self.service() == "keystone");
        KeptBody {
            is_truncated: kept.len() as u64 != length,
            is_withheld: shown.is_none(),
            bytes: shown.unwrap_or_default(),
            length,
        }
    }
}

impl fmt::Display for Entry {
    /// One line: `#7 GET /v2/p/images/detail: 404 (nova.images.detail): why`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{} {} {}: ", self.number, self.method(), self.target())?;
        match self.status() {
            Some(status) => write!(f, "{status}")?,
            None => write!(f, "{}", self.end())?,
        }
        write!(f, " ({})", self.operation())?;
        match self.why() {
            Some(why) => write!(f, ": {why}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Entry {
    /// The same line: whatever is derived would show what is masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
