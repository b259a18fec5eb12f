//! What a client may do, generated, and the request that does it.

use super::answer::Shape;
use crate::listing::queries::Query;
use crate::pictures::{CALLERS, Caller, KEYS, Picture};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// One call by somebody, or time that passes.
#[derive(Debug, Clone)]
pub struct Step {
    pub caller: Caller,
    /// Whether XML is asked for.
    pub xml: bool,
    /// Whether XML is sent.
    pub xml_body: bool,
    pub act: Act,
}

#[derive(Debug, Clone)]
pub enum Act {
    List { detail: bool, query: Page },
    On(Target, OnImage),
    Advance(u32),
}

/// Which page of which list.
#[derive(Debug, Clone)]
pub struct Page {
    pub limit: Option<usize>,
    pub marker: Option<Target>,
    pub changes_since: Option<&'static str>,
}

impl Page {
    pub fn resolve(&self, pictures: &[Picture]) -> Query {
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let limit = self.limit.map(|limit| pair("limit", limit.to_string()));
        let marker = self.marker.as_ref();
        let marker = marker.map(|marker| pair("marker", marker.id(pictures)));
        let since = self
            .changes_since
            .map(|since| pair("changes-since", since.to_owned()));
        limit.into_iter().chain(marker).chain(since).collect()
    }
}

/// An image, perhaps none that exists.
#[derive(Debug, Clone)]
pub enum Target {
    Known(prop::sample::Index),
    Id(String),
}

impl Target {
    pub fn id(&self, pictures: &[Picture]) -> String {
        match self {
            Self::Known(index) if !pictures.is_empty() => index.get(pictures).id.clone(),
            Self::Known(_) => "nothing-there".to_owned(),
            Self::Id(id) => id.clone(),
        }
    }
}

#[derive(Debug, Clone)]
pub enum OnImage {
    Show,
    Delete,
    Items,
    Item(&'static str),
    Merge(Items),
    Replace(Items),
    Set(&'static str, Sent),
    Remove(&'static str),
}

/// Metadata in the order in which it is sent.
pub type Items = Vec<(&'static str, Sent)>;

/// A value as a client sends it.
#[derive(Debug, Clone, PartialEq)]
pub enum Sent {
    Text(&'static str),
    /// JSON's, where no string is expected.
    True,
}

impl Sent {
    fn json(&self) -> Value {
        match self {
            Self::Text(text) => (*text).into(),
            Self::True => true.into(),
        }
    }

    /// Python's text of it.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Text(text) => text,
            Self::True => "True",
        }
    }
}

impl OnImage {
    pub fn method_and_path(&self) -> (&'static str, String) {
        let item = |key: &str| format!("/metadata/{}", key.replace(' ', "%20"));
        match self {
            Self::Show => ("GET", String::new()),
            Self::Delete => ("DELETE", String::new()),
            Self::Items => ("GET", "/metadata".to_owned()),
            Self::Merge(_) => ("POST", "/metadata".to_owned()),
            Self::Replace(_) => ("PUT", "/metadata".to_owned()),
            Self::Item(key) => ("GET", item(key)),
            Self::Set(key, _) => ("PUT", item(key)),
            Self::Remove(key) => ("DELETE", item(key)),
        }
    }

    pub fn shape(&self) -> Shape {
        match self {
            Self::Show => Shape::Detail,
            Self::Delete | Self::Remove(_) => Shape::Empty,
            Self::Items | Self::Merge(_) | Self::Replace(_) => Shape::Metadata,
            Self::Item(_) | Self::Set(..) => Shape::Meta,
        }
    }
}

/// The body of a call with its content type; XML where it can say the same.
pub fn body(act: &OnImage, xml: bool) -> (&'static str, String) {
    let items = match act {
        OnImage::Merge(items) | OnImage::Replace(items) => items.clone(),
        OnImage::Set(key, value) => vec![(*key, value.clone())],
        _ => return ("", String::new()),
    };
    let single = matches!(act, OnImage::Set(..));
    if xml && items.iter().all(|(_, value)| *value != Sent::True) {
        let namespace = " xmlns=\"http://docs.openstack.org/compute/api/v1.1\"";
        let own = if single { namespace } else { "" };
        let mut metas = String::new();
        for (key, value) in &items {
            let (key, value) = (escaped(key), escaped(value.text()));
            _ = write!(metas, "<meta{own} key=\"{key}\">{value}</meta>");
        }
        let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        let document = if single {
            format!("{declaration}{metas}")
        } else {
            format!("{declaration}<metadata{namespace}>{metas}</metadata>")
        };
        return ("application/xml", document);
    }
    let members: serde_json::Map<_, _> = items
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.json()))
        .collect();
    let name = if single { "meta" } else { "metadata" };
    ("application/json", json!({ name: members }).to_string())
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

pub fn step() -> impl Strategy<Value = Step> {
    let caller = prop::sample::select(CALLERS.to_vec());
    (caller, any::<bool>(), any::<bool>(), act()).prop_map(|(caller, xml, xml_body, act)| Step {
        caller,
        xml,
        xml_body,
        act,
    })
}

fn act() -> impl Strategy<Value = Act> {
    let list = (any::<bool>(), page()).prop_map(|(detail, query)| Act::List { detail, query });
    let on = (target(), on_image()).prop_map(|(target, act)| Act::On(target, act));
    prop_oneof![
        3 => list,
        12 => on,
        1 => (1..5_u32).prop_map(Act::Advance),
    ]
}

fn page() -> impl Strategy<Value = Page> {
    let since = prop::sample::select(vec!["2025-02-03T04:05:01Z", "2025-02-03T04:05:20Z"]);
    (
        prop::option::of(1..6_usize),
        prop::option::weighted(0.3, target()),
        prop::option::weighted(0.3, since),
    )
        .prop_map(|(limit, marker, changes_since)| Page {
            limit,
            marker,
            changes_since,
        })
}

fn target() -> impl Strategy<Value = Target> {
    prop_oneof![
        15 => any::<prop::sample::Index>().prop_map(Target::Known),
        1 => Just(Target::Id("nothing-there".to_owned())),
    ]
}

fn on_image() -> impl Strategy<Value = OnImage> {
    prop_oneof![
        2 => Just(OnImage::Show),
        1 => Just(OnImage::Delete),
        2 => Just(OnImage::Items),
        2 => key().prop_map(OnImage::Item),
        3 => items().prop_map(OnImage::Merge),
        2 => items().prop_map(OnImage::Replace),
        3 => (key(), sent()).prop_map(|(key, value)| OnImage::Set(key, value)),
        2 => key().prop_map(OnImage::Remove),
    ]
}

/// Keys that are there, that are new, that Glance's API v1 rewrites, and that mean an image's own
/// attributes to its API v2.
fn key() -> impl Strategy<Value = &'static str> {
    let others = [
        "Arch-Type",
        "arch_type",
        "Kernel_Id",
        "a b",
        "k:1",
        "name",
        "min_ram",
        "status",
        "os_glance_stage",
    ];
    prop::sample::select([KEYS.as_slice(), &others].concat())
}

fn sent() -> impl Strategy<Value = Sent> {
    let texts = [
        "",
        "x86_64",
        "None",
        "true",
        " on ",
        "<&>\"'",
        "雪 🎈",
        "two\nlines\tand ]]> more",
        "i-1",
    ];
    prop_oneof![
        12 => prop::sample::select(texts.to_vec()).prop_map(Sent::Text),
        1 => Just(Sent::True),
    ]
}

fn items() -> impl Strategy<Value = Items> {
    prop::collection::vec((key(), sent()), 0..4).prop_map(|mut items| {
        // Which of two keys wins that Glance stores as one is up to the order of a Python dict.
        let mut known = std::collections::HashSet::new();
        items.retain(|(key, _)| known.insert(key.to_lowercase().replace('-', "_")));
        items
    })
}
