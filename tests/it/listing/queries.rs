//! Generated queries: what clients send, and what nobody should.

use crate::pictures::{CALLERS, Caller, NAMES, Picture, VALUES};
use proptest::prelude::*;
use std::fmt::Write as _;

/// A question, its values still open where they name an image.
#[derive(Debug, Clone)]
pub struct Question {
    pub tree: usize,
    pub caller: Caller,
    pub xml: bool,
    pub detail: bool,
    pub parameters: Vec<(String, Value)>,
}

/// A parameter's value.
#[derive(Debug, Clone)]
pub enum Value {
    Text(String),
    /// The id of one of the images, when there are any.
    Id(prop::sample::Index),
}

/// Decoded pairs, in their order.
pub type Query = Vec<(String, String)>;

impl Question {
    pub fn query(&self, pictures: &[Picture]) -> Query {
        let value = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Id(_) if pictures.is_empty() => "none".to_owned(),
            Value::Id(index) => index.get(pictures).id.clone(),
        };
        let parameters = self.parameters.iter();
        parameters
            .map(|(name, drawn)| (name.clone(), value(drawn)))
            .collect()
    }
}

/// The query string of pairs, everything but letters and digits escaped.
pub fn encoded(query: &[(String, String)]) -> String {
    let mut out = String::new();
    for (name, value) in query {
        out.push(if out.is_empty() { '?' } else { '&' });
        escape(name, &mut out);
        out.push('=');
        escape(value, &mut out);
    }
    out
}

fn escape(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => _ = write!(out, "%{byte:02X}"),
        }
    }
}

pub fn question(trees: usize) -> impl Strategy<Value = Question> {
    (
        0..trees,
        prop::sample::select(CALLERS.to_vec()),
        any::<bool>(),
        any::<bool>(),
        prop::collection::vec(parameter(), 0..5),
    )
        .prop_map(|(tree, caller, xml, detail, parameters)| Question {
            tree,
            caller,
            xml,
            detail,
            parameters,
        })
}

/// Filters alone, each of which leaves something.
pub fn filters() -> impl Strategy<Value = Query> {
    let filter = prop_oneof![
        one("name", &["alpha", "two words", "a&b <\"c'>;+", "雪 ☃ 🎈"]),
        one("status", &["active", "ACTIVE"]),
        one("changes-since", &["2025-02-03T04:05:00Z"]),
        one("minRam", &["0", "512"]),
        one("foo", &["bar", "雪"]),
    ];
    prop::collection::vec(filter, 0..2)
        .prop_map(|pairs| {
            let text = |value| match value {
                Value::Text(text) => text,
                Value::Id(_) => String::new(),
            };
            let pairs = pairs.into_iter();
            pairs.map(|(name, value)| (name, text(value))).collect()
        })
        .boxed()
}

fn one(name: &'static str, values: &[&'static str]) -> BoxedStrategy<(String, Value)> {
    prop::sample::select(values.to_vec())
        .prop_map(move |value| (name.to_owned(), Value::Text(value.to_owned())))
        .boxed()
}

fn parameter() -> impl Strategy<Value = (String, Value)> {
    prop_oneof![
        3 => limit(),
        2 => any::<prop::sample::Index>().prop_map(|index| ("marker".to_owned(), Value::Id(index))),
        1 => one("marker", &["", "zzz"]),
        1 => one("offset", &["1", "0", "x"]),
        1 => one("page_size", &["1", "7", "0", "x", ""]),
        3 => name(),
        3 => status(),
        3 => changes_since(),
        2 => one("server", &[
            "i-1", "http://host/servers/i-1", "http://host/servers/i-1/", "", "I-1",
        ]),
        2 => one("type", &["snapshot", "base", "", "Snapshot"]),
        2 => number("minRam"),
        2 => number("minDisk"),
        3 => property(),
        2 => unknown(),
    ]
}

fn limit() -> BoxedStrategy<(String, Value)> {
    let usual = one("limit", &["1", "2", "3", "5", "100"]);
    let odd = one(
        "limit",
        &[
            "0",
            "-1",
            "abc",
            "",
            " 2",
            "003",
            "1.5",
            "99999999999999999999",
        ],
    );
    prop_oneof![3 => usual, 1 => odd].boxed()
}

fn name() -> BoxedStrategy<(String, Value)> {
    let operators = ["in:alpha,None", "eq:alpha", "foo:bar", "in:", "alpha%"];
    one("name", &[NAMES.as_slice(), &operators].concat())
}

fn status() -> BoxedStrategy<(String, Value)> {
    one(
        "status",
        &[
            "active",
            "ACTIVE",
            "queued",
            "SAVING",
            "killed",
            "deleted",
            "DELETED",
            "pending_delete",
            "deactivated",
            "importing",
            "ERROR",
            "UNKNOWN",
            "",
            "nonsense",
            "in:active,QUEUED",
            "eq:Active",
            "neq:active",
        ],
    )
}

fn changes_since() -> BoxedStrategy<(String, Value)> {
    one(
        "changes-since",
        &[
            "2025-02-03T04:05:00Z",
            "2025-02-03T04:05:01Z",
            "2025-02-03T04:05:01",
            "2025-02-03T04:05:01.5Z",
            "2025-02-03T04:05:02+00:00",
            "2025-02-03T06:05:01+02:00",
            "2025-02-03T02:05:03-02:00",
            "2025-02-03",
            "2025-02-04",
            "2025-02-03T06:05:01 02:00",
            "2025-13-01",
            "1234567890",
            "garbage",
            "",
        ],
    )
}

fn number(name: &'static str) -> BoxedStrategy<(String, Value)> {
    one(
        name,
        &[
            "0", "1", "40", "512", "0512", "+512", " 512", "512.0", "1.5", "-1", "abc", "",
        ],
    )
}

fn property() -> BoxedStrategy<(String, Value)> {
    let key = prop::sample::select(vec![
        "architecture",
        "Architecture",
        "kernel_id",
        "os_type",
        "hw_disk_bus",
        "image_type",
        "instance_uuid",
        "",
    ]);
    let value = prop::sample::select(VALUES.to_vec());
    (key, value)
        .prop_map(|(key, value)| (format!("property-{key}"), Value::Text(value.to_owned())))
        .boxed()
}

fn unknown() -> BoxedStrategy<(String, Value)> {
    let name = prop::sample::select(vec![
        "foo",
        "visibility",
        "owner",
        "tag",
        "sort_key",
        "sort_dir",
        "is_public",
        "deleted",
        "Limit",
        "minram",
        "雪",
        "_",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec!["", "1", "asc", "name", "public", "true", "雪"])
            .prop_map(str::to_owned),
        "[a-zA-Z0-9 &=+%<>\"'?#/:;,äß🎈]{0,12}",
    ];
    (name, value)
        .prop_map(|(name, value)| (name.to_owned(), Value::Text(value)))
        .boxed()
}
