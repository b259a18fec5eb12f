//! A fault as clients write it, and as they are shown it.

use crate::service::faults::{
    Action, Condition, Cycle, Delay, Effect, Fault, FaultReply, Pattern, Refused, SPAN_FORM,
    Schedule, WrongFault, read_span, write_span,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// A fault: which requests, at which of them, what happens. In texts that requests are compared with, `*`
/// stands for anything.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Serialize)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Fault")]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of its own")]
pub struct Wanted {
    /// What it is called; it takes the place of another one of this name
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `nova`, `keystone`, `glance` or `waldur`, or several
    #[serde(skip_serializing_if = "Option::is_none")]
    facade: Option<Words>,
    /// Stable names of operations, such as `nova.images.*`
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<Words>,
    /// Methods
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Words>,
    /// The path, without the space and the query
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// The project that asks, as the path or the token tells it
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<String>,
    /// The image that is asked for
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// Headers that must be there; `null` for any value
    #[serde(skip_serializing_if = "Option::is_none")]
    header: Option<BTreeMap<String, Option<String>>>,
    /// At this call alone, counted from 1
    #[serde(skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    /// Not at the first so many calls
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<u64>,
    /// At every so-many-th call
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    /// In turns
    #[serde(skip_serializing_if = "Option::is_none")]
    cycle: Option<Turns>,
    /// So often, and never again
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    /// By chance, from 0 to 1
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    probability: Option<f64>,
    /// What chance and delays are drawn from
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    /// How long it is there, on the space's clock: `30s`
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(ms|s|m)$"))]
    ttl: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(ms|s|m)(\.\.[0-9]+(ms|s|m))?$"))]
    /// How long the request waits first: `200ms`, or `100ms..2s`
    delay: Option<String>,
    /// An error of this status, in the facade's own shape and the form that the request asks for
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 400, max = 599))]
    status: Option<u16>,
    /// What the error says, in place of the facade's own words
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// After how many seconds the error tells the client to come again
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
    /// An answer as it stands
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<WholeReply>,
    /// The answer comes at so many bytes a second
    #[serde(skip_serializing_if = "Option::is_none")]
    slow: Option<u32>,
    /// The connection is reset
    #[serde(skip_serializing_if = "is_off")]
    reset: bool,
    /// The connection is closed behind so many bytes of the answer's body
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<u64>,
    /// Half of the answer's body comes as if it were all
    #[serde(skip_serializing_if = "is_off")]
    malformed: bool,
    /// This text comes in place of an answer, head and all
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<String>,
    /// The answer's body is said to be of this type
    #[serde(skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    /// Reads are answered with the images as they are when the fault is made
    #[serde(skip_serializing_if = "is_off")]
    stale: bool,
    /// The request is carried out all the same
    #[serde(skip_serializing_if = "is_off")]
    apply: bool,
}

/// One text or several.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(untagged, expecting = "a text or a list of texts is wanted")]
enum Words {
    One(String),
    Several(Vec<String>),
}

/// Calls at which it fires, and calls that pass, in turn.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct Turns {
    fire: u64,
    pass: u64,
}

/// An answer as it stands.
#[derive(Clone, Debug, Deserialize, JsonSchema, Serialize)]
#[serde(deny_unknown_fields)]
struct WholeReply {
    #[schemars(range(min = 200, max = 599))]
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_off(flag: &bool) -> bool {
    !flag
}

impl Words {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(word) => vec![word],
            Self::Several(words) => words,
        }
    }

    fn of<'w>(words: impl Iterator<Item = &'w str>) -> Option<Self> {
        let mut words: Vec<_> = words.map(str::to_owned).collect();
        match words.len() {
            0 => None,
            1 => words.pop().map(Self::One),
            _ => Some(Self::Several(words)),
        }
    }
}

impl Wanted {
    /// The fault, which may make no sense yet.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn fault(self) -> Result<Fault, WrongFault> {
        Ok(Fault {
            action: self.action()?,
            schedule: Schedule {
                nth: self.nth,
                after: self.after,
                every: self.every,
                cycle: self.cycle.as_ref().map(|turns| Cycle {
                    fire: turns.fire,
                    pass: turns.pass,
                }),
                count: self.count,
                probability: self.probability,
                seed: self.seed,
                ttl: span("ttl", self.ttl.as_deref())?,
            },
            condition: Condition {
                facades: words(self.facade),
                operations: words(self.operation)
                    .into_iter()
                    .map(Pattern::new)
                    .collect(),
                methods: words(self.method)
                    .into_iter()
                    .map(|method| method.to_ascii_uppercase())
                    .collect(),
                path: self.path.map(Pattern::new),
                project: self.project.map(Pattern::new),
                image: self.image.map(Pattern::new),
                headers: self
                    .header
                    .unwrap_or_default()
                    .into_iter()
                    .map(|(name, value)| (name, value.map(Pattern::new)))
                    .collect(),
            },
            name: self.name,
        })
    }

    fn action(&self) -> Result<Action, WrongFault> {
        let delay = self
            .delay
            .as_deref()
            .map(|text| Delay::parse(text).ok_or_else(|| WrongFault::new("delay", Delay::FORM)));
        let effects = self.effects();
        if effects.len() > 1 {
            let names: Vec<_> = effects.iter().map(|(name, _)| *name).collect();
            let why = format!("only one of {} can be said", names.join(", "));
            return Err(WrongFault::sentence(why));
        }
        let is_refusal = self.status.is_some();
        if !is_refusal && (self.message.is_some() || self.retry_after.is_some()) {
            return Err(WrongFault::sentence(
                "message and retry_after go with status",
            ));
        }
        let effect = effects.into_iter().next().map(|(_, effect)| effect);
        Ok(Action {
            delay: delay.transpose()?,
            effect: effect.unwrap_or_default(),
            applies: self.apply,
        })
    }

    fn effects(&self) -> Vec<(&'static str, Effect)> {
        let refused = |status: u16| {
            Effect::Refuse(Refused {
                status,
                message: self.message.clone(),
                retry_after: self.retry_after,
            })
        };
        let reply = |reply: &WholeReply| {
            Effect::Reply(FaultReply {
                status: reply.status,
                headers: reply.headers.clone().into_iter().collect(),
                body: reply.body.clone().into(),
            })
        };
        let raw = |text: &String| Effect::Raw(text.clone().into());
        let all = [
            ("status", self.status.map(refused)),
            ("reply", self.reply.as_ref().map(reply)),
            ("slow", self.slow.map(Effect::Slow)),
            ("reset", self.reset.then_some(Effect::Reset)),
            ("cut", self.cut.map(Effect::Cut)),
            ("malformed", self.malformed.then_some(Effect::Malformed)),
            ("raw", self.raw.as_ref().map(raw)),
            (
                "content_type",
                self.content_type.clone().map(Effect::ContentType),
            ),
            ("stale", self.stale.then_some(Effect::Stale)),
        ];
        let said = all.into_iter();
        said.filter_map(|(name, effect)| Some((name, effect?)))
            .collect()
    }
}

fn words(words: Option<Words>) -> Vec<String> {
    words.map(Words::into_vec).unwrap_or_default()
}

fn span(key: &'static str, text: Option<&str>) -> Result<Option<Duration>, WrongFault> {
    let read = |text| read_span(text).ok_or_else(|| WrongFault::new(key, SPAN_FORM));
    text.map(read).transpose()
}

/// A fault in the words that it could have been asked for in.
impl From<&Fault> for Wanted {
    fn from(fault: &Fault) -> Self {
        let Fault {
            name,
            condition,
            schedule,
            action,
        } = fault;
        let text = |pattern: &Option<Pattern>| pattern.as_ref().map(Pattern::to_string);
        let headers = condition.headers.iter();
        let headers = headers.map(|(name, value)| (name.clone(), text(value)));
        let turns = |cycle: Cycle| Turns {
            fire: cycle.fire,
            pass: cycle.pass,
        };
        let mut wanted = Self {
            name: name.clone(),
            facade: Words::of(condition.facades.iter().map(String::as_str)),
            operation: Words::of(condition.operations.iter().map(Pattern::as_str)),
            method: Words::of(condition.methods.iter().map(String::as_str)),
            path: text(&condition.path),
            project: text(&condition.project),
            image: text(&condition.image),
            header: (!condition.headers.is_empty()).then(|| headers.collect()),
            nth: schedule.nth,
            after: schedule.after,
            every: schedule.every,
            cycle: schedule.cycle.map(turns),
            count: schedule.count,
            probability: schedule.probability,
            seed: schedule.seed,
            ttl: schedule.ttl.map(write_span),
            delay: action.delay.map(|delay| delay.to_string()),
            apply: action.applies,
            ..Self::default()
        };
        wanted.put(&action.effect);
        wanted
    }
}

impl Wanted {
    fn put(&mut self, effect: &Effect) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match effect {
            Effect::Nothing => {}
            Effect::Refuse(refused) => {
                self.status = Some(refused.status);
                self.message.clone_from(&refused.message);
                self.retry_after = refused.retry_after;
            }
            Effect::Reply(reply) => {
                self.reply = Some(WholeReply {
                    status: reply.status,
                    headers: reply.headers.iter().cloned().collect(),
                    body: text(&reply.body),
                });
            }
            Effect::Slow(bytes) => self.slow = Some(*bytes),
            Effect::Reset => self.reset = true,
            Effect::Cut(bytes) => self.cut = Some(*bytes),
            Effect::Malformed => self.malformed = true,
            Effect::Raw(bytes) => self.raw = Some(text(bytes)),
            Effect::ContentType(text) => self.content_type = Some(text.clone()),
            Effect::Stale => self.stale = true,
        }
    }
}
