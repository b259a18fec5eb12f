//! Lists of Glance's API v2, with a filter.

use super::values::{KEYS, NAMES, TAGS, VALUES};
use super::world::{Caller, PROJECTS, Picture};
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub enum Filter {
    None,
    Visibility(&'static str),
    Shares(&'static str),
    Hidden,
    Tag(&'static str),
    Name(&'static str),
    Owner(&'static str),
    Property(&'static str, &'static str),
}

impl Filter {
    pub fn query(&self) -> String {
        let (name, value) = match *self {
            Self::None => ("limit", "1000"),
            Self::Visibility(value) => ("visibility", value),
            Self::Shares(value) => ("member_status", value),
            Self::Hidden => ("os_hidden", "true"),
            Self::Tag(value) => ("tag", value),
            Self::Name(value) => ("name", value),
            Self::Owner(value) => ("owner", value),
            Self::Property(key, value) => (key, value),
        };
        let pairs = [
            ("limit".to_owned(), "1000".to_owned()),
            (name.to_owned(), value.to_owned()),
        ];
        let pairs = if name == "limit" {
            &pairs[..1]
        } else {
            &pairs[..]
        };
        crate::listing::queries::encoded(pairs)
    }

    pub fn shows(&self, caller: Caller, picture: &Picture) -> bool {
        let answer = match *self {
            Self::Shares("all") => None,
            Self::Shares(status) => Some(status),
            _ => Some("accepted"),
        };
        let own = picture.owner == caller.project;
        let usual = own
            || picture.visibility == "public"
            || picture.is_shared_with(caller, answer)
            || (caller.admin && picture.visibility != "community");
        let within = match *self {
            Self::Visibility("all") => usual || picture.visibility == "community",
            Self::Visibility("community") => picture.visibility == "community",
            Self::Visibility(visibility) => usual && picture.visibility == visibility,
            _ => usual,
        };
        let fits = match *self {
            Self::Tag(tag) => picture.tags.contains(tag),
            Self::Name(name) => picture.name == Some(name),
            Self::Owner(owner) => picture.owner == owner,
            Self::Property(key, value) => picture.properties.get(key) == Some(&value),
            _ => true,
        };
        within && fits && picture.hidden == matches!(self, Self::Hidden)
    }
}

pub fn filter() -> impl Strategy<Value = Filter> {
    let select = |values: &'static [&'static str]| prop::sample::select(values);
    prop_oneof![
        3 => Just(Filter::None),
        3 => select(&["all", "private", "shared", "community", "public"]).prop_map(Filter::Visibility),
        2 => select(&["all", "pending", "accepted", "rejected"]).prop_map(Filter::Shares),
        1 => Just(Filter::Hidden),
        1 => select(&TAGS).prop_map(Filter::Tag),
        1 => select(&NAMES).prop_map(Filter::Name),
        1 => select(&PROJECTS).prop_map(Filter::Owner),
        1 => (select(&KEYS), select(&VALUES)).prop_map(|(key, value)| Filter::Property(key, value)),
    ]
}
