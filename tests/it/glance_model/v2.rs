//! Calls of Glance's API v2.

use super::filter::{Filter, filter};
use super::request::{Call, Request};
use super::values::{DATA, KEYS, NAMES, TAGS, VALUES, VISIBILITIES};
use super::world::{Caller, Expected, PROJECTS, Picture, Share, World, status, time};
use crate::harness::Response;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const PATCH: &str = "application/openstack-images-v2.1-json-patch";
const ANSWERS: [&str; 3] = ["pending", "accepted", "rejected"];

/// A new image.
#[allow(clippy::struct_excessive_bools, reason = "an image has as many flags")]
#[derive(Debug, Clone)]
pub struct New {
    name: Option<&'static str>,
    visibility: Option<&'static str>,
    protected: bool,
    hidden: bool,
    has_formats: bool,
    tags: BTreeSet<&'static str>,
    properties: BTreeMap<&'static str, &'static str>,
    /// Under an id that an image has.
    known: bool,
}

#[derive(Debug, Clone)]
pub enum V2 {
    Create(New),
    Show,
    Name(&'static str),
    Visibility(&'static str),
    Protect(bool),
    Hide(bool),
    SetProperty(&'static str, &'static str),
    DropProperty(&'static str),
    Delete,
    Members,
    AddMember(&'static str),
    Answer(&'static str, &'static str),
    DropMember(&'static str),
    AddTag(&'static str),
    DropTag(&'static str),
    Upload(&'static str),
    Download,
    Deactivate,
    Reactivate,
    List(Filter),
}

impl New {
    fn json(&self, id: &str) -> Value {
        let mut image = json!({"id": id, "protected": self.protected, "os_hidden": self.hidden,
            "tags": self.tags});
        if let Some(name) = self.name {
            image["name"] = name.into();
        }
        if let Some(visibility) = self.visibility {
            image["visibility"] = visibility.into();
        }
        if self.has_formats {
            image["disk_format"] = "raw".into();
            image["container_format"] = "bare".into();
        }
        for (key, value) in &self.properties {
            image[*key] = (*value).into();
        }
        image
    }

    fn expect(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        if self.visibility == Some("public") && !caller.admin {
            return status(403);
        }
        if self.known && index < world.pictures.len() {
            return status(409);
        }
        let picture = Picture {
            id: world.next_id(),
            name: self.name,
            owner: caller.project,
            visibility: self.visibility.unwrap_or("shared"),
            status: "queued",
            protected: self.protected,
            hidden: self.hidden,
            has_formats: self.has_formats,
            data: None,
            tags: self.tags.clone(),
            members: BTreeMap::new(),
            properties: self.properties.clone(),
            deleted: false,
            created: world.now,
            updated: world.now,
        };
        let expected = (201, shown(&picture));
        world.pictures.push(picture);
        expected
    }
}

/// What v2 shows of an image.
pub fn shown(picture: &Picture) -> Value {
    let mut image = json!({
        "id": picture.id, "name": picture.name, "owner": picture.owner,
        "visibility": picture.visibility, "status": picture.status,
        "protected": picture.protected, "os_hidden": picture.hidden, "tags": picture.tags,
        "size": picture.data.map(str::len), "has_data": picture.data.is_some(),
        "created_at": time(picture.created), "updated_at": time(picture.updated),
    });
    for (key, value) in &picture.properties {
        image[*key] = (*value).into();
    }
    image
}

/// The same of an answer.
pub fn seen(mut image: Value) -> Value {
    let has_data = image.get("stores").is_some() && !image["checksum"].is_null();
    let fields = image.as_object_mut().unwrap();
    for key in [
        "disk_format",
        "container_format",
        "virtual_size",
        "checksum",
        "min_ram",
        "min_disk",
        "os_hash_algo",
        "os_hash_value",
        "self",
        "file",
        "schema",
        "stores",
    ] {
        fields.remove(key);
    }
    let tags = fields["tags"].as_array().unwrap().iter();
    let tags: BTreeSet<_> = tags.map(|tag| tag.as_str().unwrap().to_owned()).collect();
    fields.insert("tags".to_owned(), json!(tags));
    fields.insert("has_data".to_owned(), has_data.into());
    image
}

fn member(name: &str, share: &Share) -> Value {
    json!([name, share.status])
}

fn seen_member(member: &Value) -> Value {
    json!([member["member_id"], member["status"]])
}

impl V2 {
    /// A patch of one operation, for what is one.
    fn patch(&self) -> Option<Value> {
        let (op, path, value) = match self {
            Self::Name(name) => ("replace", "/name", json!(name)),
            Self::Visibility(visibility) => ("replace", "/visibility", json!(visibility)),
            Self::Protect(protected) => ("replace", "/protected", json!(protected)),
            Self::Hide(hidden) => ("replace", "/os_hidden", json!(hidden)),
            Self::SetProperty(key, value) => {
                return Some(json!([{"op": "add", "path": format!("/{key}"), "value": value}]));
            }
            Self::DropProperty(key) => {
                return Some(json!([{"op": "remove", "path": format!("/{key}")}]));
            }
            _ => return None,
        };
        Some(json!([{"op": op, "path": path, "value": value}]))
    }

    /// A patch always moves the time of the last change.
    fn expect_patch(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        let now = world.now;
        world.write(caller, index, |picture| {
            match *self {
                Self::Name(name) => picture.name = Some(name),
                Self::Visibility("public") if !caller.admin => return status(403),
                Self::Visibility(visibility) => picture.visibility = visibility,
                Self::Protect(protected) => picture.protected = protected,
                Self::Hide(hidden) => picture.hidden = hidden,
                Self::SetProperty(key, value) => {
                    picture.properties.insert(key, value);
                }
                Self::DropProperty(key) => {
                    if picture.properties.remove(key).is_none() {
                        return status(409);
                    }
                }
                _ => unreachable!("{self:?} is no patch"),
            }
            picture.updated = now;
            (200, shown(picture))
        })
    }

    fn expect_on_image(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        let now = world.now;
        world.write(caller, index, |picture| {
            match *self {
                Self::Delete if picture.protected => return status(403),
                Self::Delete => picture.deleted = true,
                Self::AddTag(tag) => {
                    picture.tags.insert(tag);
                    picture.updated = now;
                }
                Self::DropTag(tag) if !picture.tags.remove(tag) => return status(404),
                Self::DropTag(_) => picture.updated = now,
                Self::Upload(_) if !picture.has_formats => return status(400),
                Self::Upload(_) if picture.status != "queued" => return status(409),
                Self::Upload(data) => {
                    picture.data = Some(data);
                    picture.status = "active";
                }
                Self::Deactivate | Self::Reactivate if picture.status == "queued" => {
                    return status(403);
                }
                Self::Deactivate => picture.status = "deactivated",
                Self::Reactivate => picture.status = "active",
                _ => unreachable!("{self:?} is about something else"),
            }
            status(204)
        })
    }

    /// Only shared images have members; what is said of them does not touch the image's own times.
    fn expect_of_members(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        let Some(picture) = world.pictures.get_mut(index) else {
            return status(404);
        };
        if !picture.is_seen_by(caller) {
            return status(404);
        }
        if picture.visibility != "shared" {
            return status(403);
        }
        let own = picture.is_for(caller);
        let knows = |name: &str| own || caller.project == name;
        match *self {
            Self::Members => {
                let known = picture.members.iter().filter(|(name, _)| knows(name));
                (
                    200,
                    known.map(|(name, share)| member(name, share)).collect(),
                )
            }
            Self::AddMember(_) if !own => status(403),
            Self::AddMember(name) if picture.members.contains_key(name) => status(409),
            Self::AddMember(name) => {
                let share = Share {
                    status: "pending",
                    can_share: false,
                };
                let expected = (200, member(name, &share));
                picture.members.insert(name, share);
                expected
            }
            Self::Answer(name, answer) => match picture.members.get_mut(name) {
                Some(_) if !knows(name) => status(404),
                Some(_) if !caller.admin && caller.project != name => status(403),
                Some(share) => {
                    share.status = answer;
                    (200, member(name, share))
                }
                None => status(404),
            },
            Self::DropMember(name) => match picture.members.contains_key(name) && knows(name) {
                true if !own => status(403),
                true => {
                    picture.members.remove(name);
                    status(204)
                }
                false => status(404),
            },
            _ => unreachable!("{self:?} is not about members"),
        }
    }
}

impl Call for V2 {
    fn request(&self, _: Caller, id: &str) -> Request {
        let image = format!("/image/v2/images/{id}");
        let at = |method, rest: &str| Request::new(method, format!("{image}{rest}"));
        if let Some(patch) = self.patch() {
            return at("PATCH", "").content(PATCH, &patch.to_string());
        }
        match *self {
            Self::Create(ref new) => Request::new("POST", "/image/v2/images").json(&new.json(id)),
            Self::Delete => at("DELETE", ""),
            Self::Members => at("GET", "/members"),
            Self::AddMember(name) => at("POST", "/members").json(&json!({"member": name})),
            Self::Answer(name, answer) => {
                at("PUT", &format!("/members/{name}")).json(&json!({"status": answer}))
            }
            Self::DropMember(name) => at("DELETE", &format!("/members/{name}")),
            Self::AddTag(tag) => at("PUT", &format!("/tags/{}", tag.replace(' ', "%20"))),
            Self::DropTag(tag) => at("DELETE", &format!("/tags/{}", tag.replace(' ', "%20"))),
            Self::Upload(data) => at("PUT", "/file").content("application/octet-stream", data),
            Self::Download => at("GET", "/file"),
            Self::Deactivate => at("POST", "/actions/deactivate"),
            Self::Reactivate => at("POST", "/actions/reactivate"),
            Self::List(ref filter) => {
                Request::new("GET", format!("/image/v2/images{}", filter.query()))
            }
            _ => at("GET", ""),
        }
    }

    fn expect(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        if self.patch().is_some() {
            return self.expect_patch(world, caller, index);
        }
        let seen = world.pictures.get(index);
        let seen = seen.filter(|picture| picture.is_seen_by(caller));
        match self {
            Self::Create(new) => new.expect(world, caller, index),
            Self::List(filter) => (200, world.ids(|picture| filter.shows(caller, picture))),
            Self::Show => seen.map_or(status(404), |picture| (200, shown(picture))),
            Self::Download => match seen {
                None => status(404),
                Some(picture) if picture.status == "deactivated" && !caller.admin => status(403),
                Some(picture) => match picture.data {
                    Some(data) => (200, data.into()),
                    None => status(204),
                },
            },
            Self::Members | Self::AddMember(_) | Self::Answer(..) | Self::DropMember(_) => {
                self.expect_of_members(world, caller, index)
            }
            _ => self.expect_on_image(world, caller, index),
        }
    }

    fn read(&self, response: &Response) -> Value {
        if self.patch().is_some() {
            return seen(response.json());
        }
        match self {
            Self::Show | Self::Create(_) => seen(response.json()),
            Self::List(_) => {
                let images = response.json()["images"].as_array().unwrap().clone();
                images.iter().map(|image| image["id"].clone()).collect()
            }
            Self::Members => {
                let members = response.json()["members"].as_array().unwrap().clone();
                let members: BTreeMap<String, Value> = members
                    .iter()
                    .map(|one| (one["member_id"].to_string(), seen_member(one)))
                    .collect();
                members.into_values().collect()
            }
            Self::AddMember(_) | Self::Answer(..) => seen_member(&response.json()),
            Self::Download if response.status() == 200 => response.text().into(),
            _ => Value::Null,
        }
    }
}

pub fn call() -> impl Strategy<Value = V2> {
    let select = |values: &'static [&'static str]| prop::sample::select(values);
    let member = || select(&PROJECTS);
    prop_oneof![
        5 => new().prop_map(V2::Create),
        2 => Just(V2::Show),
        2 => select(&NAMES).prop_map(V2::Name),
        4 => select(&VISIBILITIES).prop_map(V2::Visibility),
        1 => any::<bool>().prop_map(V2::Protect),
        1 => prop::bool::weighted(0.3).prop_map(V2::Hide),
        3 => (select(&KEYS), select(&VALUES)).prop_map(|(key, value)| V2::SetProperty(key, value)),
        2 => select(&KEYS).prop_map(V2::DropProperty),
        1 => Just(V2::Delete),
        2 => Just(V2::Members),
        4 => member().prop_map(V2::AddMember),
        4 => (member(), select(&ANSWERS)).prop_map(|(name, answer)| V2::Answer(name, answer)),
        2 => member().prop_map(V2::DropMember),
        2 => select(&TAGS).prop_map(V2::AddTag),
        1 => select(&TAGS).prop_map(V2::DropTag),
        4 => select(&DATA).prop_map(V2::Upload),
        3 => Just(V2::Download),
        2 => Just(V2::Deactivate),
        2 => Just(V2::Reactivate),
        6 => filter().prop_map(V2::List),
    ]
}

fn new() -> impl Strategy<Value = New> {
    let select = |values: &'static [&'static str]| prop::sample::select(values);
    (
        prop::option::of(select(&NAMES)),
        prop::option::of(select(&VISIBILITIES)),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.1),
        prop::bool::weighted(0.9),
        prop::collection::btree_set(select(&TAGS), 0..3),
        prop::collection::btree_map(select(&KEYS), select(&VALUES), 0..3),
        prop::bool::weighted(0.05),
    )
        .prop_map(
            |(name, visibility, protected, hidden, has_formats, tags, properties, known)| New {
                name,
                visibility,
                protected,
                hidden,
                has_formats,
                tags,
                properties,
                known,
            },
        )
}

impl V2 {
    /// Whether it makes an image, under which id.
    pub const fn makes(&self) -> Option<bool> {
        match self {
            Self::Create(new) => Some(new.known),
            _ => None,
        }
    }
}
