//! A fault: which requests, at which of them, and what happens.

use super::action::{Action, Delay, Effect, FaultReply, Refused, is_token};
use super::condition::{Condition, facade_of};
use super::pattern::Pattern;
use super::schedule::{Cycle, Schedule};
use super::wrong::WrongFault;
use std::time::Duration;

/// Longest name, in characters.
const MOST_NAME_CHARACTERS: usize = 64;

/// Names that mean something else: in a path, and in the header that marks answers.
const TAKEN: [&str; 2] = ["presets", "request"];

/// Longest word that others are compared with, in bytes.
const MOST_WORD_BYTES: usize = 100;

/// Something that goes wrong on demand: which requests it is for, at which of them it fires, and what
/// happens then.
///
/// In texts that requests are compared with, `*` stands for anything. Of two effects the one said last
/// counts; a delay goes with any.
///
/// ```
/// use nova_images::Fault;
/// use std::time::Duration;
///
/// // Nova's lists fail three times.
/// let _ = Fault::on("nova.images.*").status(503).times(3);
///
/// // What somebody else's gateway says, at every second call of Glance.
/// let page = nova_images::FaultReply::new(502, "<h1>Bad Gateway</h1>");
/// let _ = Fault::anywhere().facade("glance").reply(page).every(2);
///
/// // An image is deleted, and then the connection is lost.
/// let _ = Fault::on("nova.images.delete").reset().applied();
///
/// // Every tenth request or so is slow, for a minute on the emulator's clock.
/// let _ = Fault::anywhere()
///     .delay_between(Duration::from_millis(100), Duration::from_secs(2))
///     .probability(0.1)
///     .ttl(Duration::from_secs(60));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct Fault {
    pub(crate) name: Option<String>,
    pub(crate) condition: Condition,
    pub(crate) schedule: Schedule,
    pub(crate) action: Action,
}

/// Which requests.
impl Fault {
    /// For requests of any kind.
    pub fn anywhere() -> Self {
        Self::default()
    }

    /// For an operation by its stable name, such as `nova.images.detail` or `nova.images.*`.
    pub fn on(operation: impl Into<String>) -> Self {
        Self::anywhere().or_on(operation)
    }

    /// For this operation, too.
    pub fn or_on(mut self, operation: impl Into<String>) -> Self {
        self.condition.operations.push(Pattern::new(operation));
        self
    }

    /// Only for this facade: `nova`, `keystone`, `glance` or `waldur`; called again, for that one too.
    pub fn facade(mut self, name: impl Into<String>) -> Self {
        self.condition.facades.push(name.into());
        self
    }

    /// Only for this method; called again, for that one too.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.condition
            .methods
            .push(method.into().to_ascii_uppercase());
        self
    }

    /// Only for paths such as `/v2/*/images*`, without the space and the query.
    pub fn path(mut self, pattern: impl Into<String>) -> Self {
        self.condition.path = Some(Pattern::new(pattern));
        self
    }

    /// Only for this project, as the path or the token tells it.
    pub fn project(mut self, id: impl Into<String>) -> Self {
        self.condition.project = Some(Pattern::new(id));
        self
    }

    /// Only for this image.
    pub fn image(mut self, id: impl Into<String>) -> Self {
        self.condition.image = Some(Pattern::new(id));
        self
    }

    /// Only for requests with this header.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let value = Some(Pattern::new(value));
        self.condition.headers.push((name.into(), value));
        self
    }

    /// What it is called, also by the header that marks its answers. It takes the place of another one
    /// of this name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// At which of them.
impl Fault {
    /// Fires so often, and then never again.
    pub fn times(mut self, count: u64) -> Self {
        self.schedule.count = Some(count);
        self
    }

    /// Fires at this call alone, counted from 1.
    pub fn nth(mut self, call: u64) -> Self {
        self.schedule.nth = Some(call);
        self
    }

    /// Lets the first so many calls pass.
    pub fn after(mut self, calls: u64) -> Self {
        self.schedule.after = Some(calls);
        self
    }

    /// Fires at every so-many-th call.
    pub fn every(mut self, calls: u64) -> Self {
        self.schedule.every = Some(calls);
        self
    }

    /// Fires so often, lets so many calls pass, and begins again.
    pub fn cycle(mut self, fire: u64, pass: u64) -> Self {
        self.schedule.cycle = Some(Cycle { fire, pass });
        self
    }

    /// Fires by chance: 0 is never, 1 always. The same seed makes the same calls fail.
    pub fn probability(mut self, chance: f64) -> Self {
        self.schedule.probability = Some(chance);
        self
    }

    /// Draws chance, and delays, from this; otherwise from the emulator's own seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.schedule.seed = Some(seed);
        self
    }

    /// Ends by itself so long after it was added, on the space's clock.
    pub fn ttl(mut self, span: Duration) -> Self {
        self.schedule.ttl = Some(span);
        self
    }
}

/// What happens.
impl Fault {
    /// An error of this status, in the facade's own shape and the form that the request asks for.
    pub fn status(self, status: u16) -> Self {
        self.refusing(|refused| refused.status = status)
    }

    /// What the error says, in place of the facade's own words; it is a 500 unless a status is said.
    pub fn message(self, text: impl Into<String>) -> Self {
        self.refusing(|refused| refused.message = Some(text.into()))
    }

    /// After how many seconds the error tells the client to come again.
    pub fn retry_after(self, seconds: u32) -> Self {
        self.refusing(|refused| refused.retry_after = Some(seconds))
    }

    /// This answer, as it stands.
    pub fn reply(self, reply: FaultReply) -> Self {
        self.with(Effect::Reply(reply))
    }

    /// Waits so long before anything is done.
    pub fn delay(self, span: Duration) -> Self {
        self.delay_between(span, span)
    }

    /// Waits for a time between these two, both of them included.
    pub fn delay_between(mut self, from: Duration, to: Duration) -> Self {
        self.action.delay = Some(Delay { from, to });
        self
    }

    /// Sends the answer, its head too, at so many bytes a second.
    pub fn slow(self, bytes_a_second: u32) -> Self {
        self.with(Effect::Slow(bytes_a_second))
    }

    /// Resets the connection (TCP RST) instead of answering.
    pub fn reset(self) -> Self {
        self.with(Effect::Reset)
    }

    /// Closes the connection behind so many bytes of the answer's body, whatever its length said.
    pub fn cut(self, bytes: u64) -> Self {
        self.with(Effect::Cut(bytes))
    }

    /// Sends half of the answer's body as if it were all.
    pub fn malformed(self) -> Self {
        self.with(Effect::Malformed)
    }

    /// Sends these bytes in place of an answer, head and all, and closes the connection.
    pub fn raw(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.with(Effect::Raw(bytes.into()))
    }

    /// Says that the answer's body is of another type than it is.
    pub fn content_type(self, text: impl Into<String>) -> Self {
        self.with(Effect::ContentType(text.into()))
    }

    /// Answers reads (`GET` and `HEAD`) with the images as they are when this is added.
    pub fn stale(self) -> Self {
        self.with(Effect::Stale)
    }

    /// Carries the request out all the same, where the effect alone would not.
    pub fn applied(mut self) -> Self {
        self.action.applies = true;
        self
    }

    fn with(mut self, effect: Effect) -> Self {
        self.action.effect = effect;
        self
    }

    fn refusing(self, change: impl FnOnce(&mut Refused)) -> Self {
        let mut refused = match &self.action.effect {
            Effect::Refuse(refused) => refused.clone(),
            _ => Refused {
                status: 500,
                message: None,
                retry_after: None,
            },
        };
        change(&mut refused);
        self.with(Effect::Refuse(refused))
    }
}

impl Fault {
    /// Whether it makes sense where these operations are known.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn check(&self, operations: &[&str]) -> Result<(), WrongFault> {
        if let Some(name) = &self.name {
            check_name(name)?;
        }
        self.action.check()?;
        self.schedule.check()?;
        let Condition {
            facades,
            operations: patterns,
            methods,
            headers,
            ..
        } = &self.condition;
        let mut known: Vec<_> = operations.iter().map(|name| facade_of(name)).collect();
        known.sort_unstable();
        known.dedup();
        for facade in facades {
            if !known.contains(&facade.as_str()) {
                return Err(WrongFault::sentence(unknown("facade", facade, &known)));
            }
        }
        for pattern in patterns {
            if !operations.iter().any(|name| pattern.matches(name)) {
                let why = unknown("operation", pattern.as_str(), operations);
                return Err(WrongFault::sentence(why));
            }
        }
        if !operations.iter().any(|name| self.condition.is_for(name)) {
            return Err(WrongFault::sentence(
                "no operation is of such a facade and of such a name",
            ));
        }
        if let Some(method) = methods.iter().find(|method| !is_token(method)) {
            return Err(WrongFault::new(
                "method",
                format!("a method, which {method:?} is not"),
            ));
        }
        if let Some((name, _)) = headers.iter().find(|(name, _)| !is_token(name)) {
            return Err(WrongFault::new(
                "header",
                format!("headers, of which {name:?} is none"),
            ));
        }
        Ok(())
    }

    /// What happens.
    #[must_use]
    pub(crate) fn action(&self) -> &Action {
        &self.action
    }

    /// Whether it is for requests of this method at all: what changes something cannot be answered of
    /// images as they were.
    #[must_use]
    pub(crate) fn is_for_method(&self, method: &str) -> bool {
        self.action.effect != Effect::Stale || matches!(method, "GET" | "HEAD")
    }
}

/// It stands in a header and in paths, is no id, and no word that has a meaning there.
fn check_name(name: &str) -> Result<(), WrongFault> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = name.len() <= MOST_NAME_CHARACTERS
        && name.bytes().all(is_plain)
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !TAKEN.contains(&name);
    match fits {
        true => Ok(()),
        false => Err(WrongFault::new(
            "name",
            format!(
                "letters, digits, \"-\", \"_\" and \".\", at most {MOST_NAME_CHARACTERS} of them, a letter \
                 among them, and none of {}",
                TAKEN.join(", ")
            ),
        )),
    }
}

/// Says that nobody knows a word, and which ones may have been meant.
#[must_use]
pub fn unknown(what: &str, word: &str, known: &[&str]) -> String {
    let distance = |other: &&str| strsim::damerau_levenshtein(&word.to_lowercase(), other);
    let most = (word.chars().count() / 2).max(2);
    let is_near = |other: &&&str| word.len() <= MOST_WORD_BYTES && distance(other) <= most;
    let mut near: Vec<_> = known.iter().filter(is_near).collect();
    near.sort_by_key(|other| distance(other));
    near.truncate(3);
    match near.is_empty() {
        true if known.len() <= 40 => format!(
            "there is no {what} {word:?}; there are {}",
            known.join(", ")
        ),
        true => format!("there is no {what} {word:?}"),
        false => {
            let near: Vec<_> = near.iter().map(|near| format!("{near:?}")).collect();
            format!("there is no {what} {word:?}; near is {}", near.join(", "))
        }
    }
}
