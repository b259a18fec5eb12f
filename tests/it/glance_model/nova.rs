//! Calls of Nova's own image API, which is a window on the same images.

use super::request::{Call, Request};
use super::values::{KEYS, VALUES};
use super::world::{Caller, Expected, Picture, World, status, time};
use crate::harness::Response;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

type Items = BTreeMap<&'static str, &'static str>;

#[derive(Debug, Clone)]
pub enum Nova {
    Show,
    List,
    Delete,
    Merge(Items),
    Replace(Items),
    Drop(&'static str),
}

fn shown(picture: &Picture) -> Value {
    let word = match picture.status {
        "active" => "ACTIVE",
        "queued" => "SAVING",
        _ => "UNKNOWN",
    };
    json!([
        picture.id,
        picture.name,
        word,
        picture.data.map_or(0, str::len),
        picture.properties,
        time(picture.updated)
    ])
}

fn seen(image: &Value) -> Value {
    json!([
        image["id"],
        image["name"],
        image["status"],
        image["OS-EXT-IMG-SIZE:size"],
        image["metadata"],
        image["updated"]
    ])
}

fn is_listed(caller: Caller, picture: &Picture) -> bool {
    let shown = picture.owner == caller.project
        || picture.visibility == "public"
        || picture.is_shared_with(caller, Some("accepted"))
        || (caller.admin && picture.visibility != "community");
    shown && !picture.hidden && !picture.deleted
}

impl Call for Nova {
    fn request(&self, caller: Caller, id: &str) -> Request {
        let images = format!("/v2.1/{}/images", caller.project);
        let at = |method, rest: &str| Request::new(method, format!("{images}/{id}{rest}"));
        match self {
            Self::Show => at("GET", ""),
            Self::List => Request::new("GET", format!("{images}/detail")),
            Self::Delete => at("DELETE", ""),
            Self::Merge(items) => at("POST", "/metadata").json(&json!({"metadata": items})),
            Self::Replace(items) => at("PUT", "/metadata").json(&json!({"metadata": items})),
            Self::Drop(key) => at("DELETE", &format!("/metadata/{key}")),
        }
    }

    /// A write that changes nothing leaves the time alone.
    fn expect(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        let seen = world.pictures.get(index);
        let seen = seen.filter(|picture| picture.is_seen_by(caller));
        match self {
            Self::Show => seen.map_or(status(404), |picture| (200, shown(picture))),
            Self::List => {
                let listed = world.pictures.iter().rev();
                let listed = listed.filter(|picture| is_listed(caller, picture));
                (200, listed.map(shown).collect())
            }
            // What is not there is missed before it is asked who may remove it.
            Self::Drop(key)
                if seen.is_some_and(|picture| !picture.properties.contains_key(key)) =>
            {
                status(404)
            }
            _ => world.write(caller, index, |picture| match self {
                Self::Delete if picture.protected => status(403),
                Self::Delete => {
                    picture.deleted = true;
                    status(204)
                }
                Self::Merge(items) => {
                    picture.properties.extend(items);
                    (200, json!(picture.properties))
                }
                Self::Replace(items) => {
                    picture.properties.clone_from(items);
                    (200, json!(picture.properties))
                }
                Self::Drop(key) => {
                    picture.properties.remove(key);
                    status(204)
                }
                _ => unreachable!("{self:?} writes nothing"),
            }),
        }
    }

    fn read(&self, response: &Response) -> Value {
        match self {
            Self::Show => seen(&response.json()["image"]),
            Self::List => {
                let images = response.json()["images"].as_array().unwrap().clone();
                images.iter().map(seen).collect()
            }
            Self::Merge(_) | Self::Replace(_) => response.json()["metadata"].clone(),
            Self::Delete | Self::Drop(_) => Value::Null,
        }
    }
}

pub fn call() -> impl Strategy<Value = Nova> {
    let key = || prop::sample::select(&KEYS[..]);
    let items = || prop::collection::btree_map(key(), prop::sample::select(&VALUES[..]), 0..3);
    prop_oneof![
        2 => Just(Nova::Show),
        4 => Just(Nova::List),
        1 => Just(Nova::Delete),
        2 => items().prop_map(Nova::Merge),
        2 => items().prop_map(Nova::Replace),
        1 => key().prop_map(Nova::Drop),
    ]
}
