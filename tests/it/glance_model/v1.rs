//! Calls of Glance's API v1: an image is its headers, and who shares it asks nobody.

use super::request::{Call, Request};
use super::values::{DATA, KEYS, NAMES, VALUES};
use super::world::{Caller, Expected, PROJECTS, Picture, Share, World, status, time};
use crate::harness::Response;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a request says of an image.
#[derive(Debug, Clone, Default)]
pub struct Said {
    name: Option<&'static str>,
    is_public: Option<bool>,
    protected: Option<bool>,
    properties: BTreeMap<&'static str, &'static str>,
    /// Whether properties that are not said go.
    keeps: bool,
    data: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub enum V1 {
    Create(Said),
    Show,
    Update(Said),
    Delete,
    Download,
    Members,
    AddMember(&'static str, Option<bool>),
    SetMembers(BTreeMap<&'static str, bool>),
    DropMember(&'static str),
    Shared(&'static str),
    List(Option<&'static str>),
}

impl Said {
    fn put_into(&self, mut request: Request) -> Request {
        if let Some(name) = self.name {
            request = request.with("x-image-meta-name", name);
        }
        if let Some(is_public) = self.is_public {
            request = request.with("x-image-meta-is_public", is_public.to_string());
        }
        if let Some(protected) = self.protected {
            request = request.with("x-image-meta-protected", protected.to_string());
        }
        for (key, value) in &self.properties {
            request = request.with(format!("x-image-meta-property-{key}"), *value);
        }
        if self.keeps {
            request = request.with("x-glance-registry-purge-props", "false");
        }
        match self.data {
            Some(data) => request.content("application/octet-stream", data),
            None => request,
        }
    }

    fn create(&self, world: &mut World, caller: Caller) -> Expected {
        if self.is_public == Some(true) && !caller.admin {
            return status(403);
        }
        let is_public = self.is_public == Some(true);
        let picture = Picture {
            id: world.next_id(),
            name: self.name,
            owner: caller.project,
            visibility: if is_public { "public" } else { "private" },
            status: if self.data.is_some() {
                "active"
            } else {
                "queued"
            },
            protected: self.protected == Some(true),
            hidden: false,
            has_formats: true,
            data: self.data,
            tags: BTreeSet::new(),
            members: BTreeMap::new(),
            properties: self.properties.clone(),
            deleted: false,
            created: world.now,
            updated: world.now,
        };
        world.pictures.push(picture);
        status(201)
    }

    /// What a caller is told that may not write: the registry hides what only some see.
    fn refused(picture: &Picture) -> u16 {
        match picture.visibility {
            "public" | "community" => 403,
            _ => 404,
        }
    }

    /// The metadata are stored before the data are looked at, so they stay when those are refused.
    /// Data are no reason to remove properties.
    fn update(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        let now = world.now;
        if self.is_public == Some(true) && !caller.admin {
            return status(403);
        }
        let Some(picture) = world.pictures.get_mut(index) else {
            return status(404);
        };
        match picture.refuses_writer(caller) {
            Some(404) => return status(404),
            _ if self.data.is_some() && picture.status != "queued" => return status(409),
            Some(_) => return status(Self::refused(picture)),
            None => {}
        }
        picture.name = self.name.or(picture.name);
        picture.protected = self.protected.unwrap_or(picture.protected);
        match self.is_public {
            Some(true) => picture.visibility = "public",
            Some(false) if picture.visibility == "public" => picture.visibility = "private",
            _ => {}
        }
        if !self.keeps && self.data.is_none() {
            picture.properties.clear();
        }
        picture.properties.extend(&self.properties);
        picture.updated = now;
        match self.data {
            Some(_) if !picture.has_formats => status(400),
            Some(data) => {
                picture.data = Some(data);
                picture.status = "active";
                status(200)
            }
            None => status(200),
        }
    }
}

/// What v1 shows of an image.
fn shown(picture: &Picture) -> Value {
    let capital = |flag| if flag { "True" } else { "False" };
    let mut headers = json!({
        "id": picture.id, "owner": picture.owner, "status": picture.status,
        "is_public": capital(picture.visibility == "public"),
        "protected": capital(picture.protected),
        "size": picture.data.map_or(0, str::len).to_string(),
        "updated_at": time(picture.updated).trim_end_matches('Z'),
    });
    if let Some(name) = picture.name {
        headers["name"] = name.into();
    }
    for (key, value) in &picture.properties {
        headers[format!("property-{key}")] = (*value).into();
    }
    headers
}

/// The same of an answer.
fn seen(response: &Response) -> Value {
    let names = [
        "id",
        "owner",
        "status",
        "is_public",
        "protected",
        "size",
        "updated_at",
        "name",
    ];
    let names = names.map(str::to_owned).into_iter();
    let properties = KEYS.iter().map(|key| format!("property-{key}"));
    let found = names.chain(properties).filter_map(|name| {
        let value = response.header(&format!("x-image-meta-{name}"))?;
        Some((name, Value::from(value)))
    });
    Value::Object(found.collect())
}

impl V1 {
    /// Members are those of shared images, and of those that everybody sees; a private image has none,
    /// and is shared as soon as it has one.
    fn expect_to_share(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        let Some(picture) = world.pictures.get_mut(index) else {
            return status(404);
        };
        if !picture.is_seen_by(caller) {
            return status(404);
        }
        let is_private = picture.visibility == "private";
        let own = picture.members.get(caller.project);
        let may_pass_on = !is_private && own.is_some_and(|share| share.can_share);
        if !picture.is_for(caller) && !may_pass_on {
            return status(404);
        }
        let before = picture.clone();
        if is_private {
            picture.members.clear();
        }
        let mut add = |name: &'static str, can_share: Option<bool>| {
            let share = picture.members.entry(name).or_insert(Share {
                status: "accepted",
                can_share: false,
            });
            share.can_share = can_share.unwrap_or(share.can_share);
        };
        match self {
            Self::AddMember(name, can_share) => add(name, *can_share),
            Self::SetMembers(members) => {
                for (name, can_share) in members {
                    add(name, Some(*can_share));
                }
                picture.members.retain(|name, _| members.contains_key(name));
            }
            Self::DropMember(name) => {
                if picture.members.remove(name).is_none() {
                    *picture = before;
                    return status(404);
                }
            }
            _ => unreachable!("{self:?} shares nothing"),
        }
        if is_private && !picture.members.is_empty() {
            picture.visibility = "shared";
        }
        status(204)
    }

    /// An administrator looks as others do, unless it asks for what is not public.
    fn lists(caller: Caller, picture: &Picture, is_public: Option<&str>) -> bool {
        let public = picture.visibility == "public";
        let seen = match is_public {
            Some("None") if caller.admin => true,
            Some("False") if caller.admin => !public,
            _ => public || picture.owner == caller.project || picture.is_shared_with(caller, None),
        };
        seen && !picture.hidden
    }

    fn members(caller: Caller, picture: &Picture) -> Value {
        let knows = |name: &str| picture.is_for(caller) || caller.project == name;
        let members = picture.members.iter();
        let members = members.filter(|(name, _)| picture.visibility != "private" && knows(name));
        members
            .map(|(name, share)| json!([name, share.can_share]))
            .collect()
    }

    /// The images that are shared with a project, as far as the caller may know.
    fn shared(world: &World, caller: Caller, project: &str) -> Value {
        let mut found: Vec<_> = world
            .pictures
            .iter()
            .filter(|picture| !picture.deleted && picture.visibility != "private")
            .filter(|picture| picture.is_for(caller) || caller.project == project)
            .filter_map(|picture| {
                let share = picture.members.get(project)?;
                Some(json!([picture.id, share.can_share]))
            })
            .collect();
        found.sort_by_key(Value::to_string);
        found.into()
    }
}

impl Call for V1 {
    fn request(&self, _: Caller, id: &str) -> Request {
        let image = format!("/image/v1/images/{id}");
        let at = |method, rest: &str| Request::new(method, format!("{image}{rest}"));
        match self {
            Self::Create(said) => said
                .put_into(Request::new("POST", "/image/v1/images"))
                .with("x-image-meta-id", id)
                .with("x-image-meta-disk_format", "raw")
                .with("x-image-meta-container_format", "bare"),
            Self::Show => at("HEAD", ""),
            Self::Update(said) => said.put_into(at("PUT", "")),
            Self::Delete => at("DELETE", ""),
            Self::Download => at("GET", ""),
            Self::Members => at("GET", "/members"),
            Self::AddMember(name, None) => at("PUT", &format!("/members/{name}")),
            Self::AddMember(name, Some(can_share)) => at("PUT", &format!("/members/{name}"))
                .json(&json!({"member": {"can_share": can_share}})),
            Self::SetMembers(members) => {
                let members = members.iter();
                let members: Value = members
                    .map(|(name, can_share)| json!({"member_id": name, "can_share": can_share}))
                    .collect();
                at("PUT", "/members").json(&json!({"memberships": members}))
            }
            Self::DropMember(name) => at("DELETE", &format!("/members/{name}")),
            Self::Shared(project) => {
                Request::new("GET", format!("/image/v1/shared-images/{project}"))
            }
            Self::List(is_public) => {
                let more = is_public.map_or(String::new(), |word| format!("&is_public={word}"));
                Request::new("GET", format!("/image/v1/images/detail?limit=1000{more}"))
            }
        }
    }

    fn expect(&self, world: &mut World, caller: Caller, index: usize) -> Expected {
        let found = world.pictures.get(index);
        let is_gone = caller.admin && found.is_some_and(|picture| picture.deleted);
        let seen = found.filter(|picture| picture.is_seen_by(caller));
        match self {
            // An administrator still finds what is deleted, and that is all.
            Self::Show if is_gone => status(200),
            Self::Update(_) if is_gone => status(403),
            Self::Delete if is_gone => status(404),
            Self::Create(said) => said.create(world, caller),
            Self::Show => seen.map_or(status(404), |picture| (200, shown(picture))),
            Self::Update(said) => said.update(world, caller, index),
            Self::Delete => match seen.filter(|picture| !picture.is_for(caller)) {
                Some(picture) if !picture.protected => status(Said::refused(picture)),
                _ => world.write(caller, index, |picture| {
                    picture.deleted = !picture.protected;
                    status(if picture.protected { 403 } else { 200 })
                }),
            },
            Self::Download => match seen.map(|picture| (picture.status, picture.data)) {
                Some(("active", Some(data))) => (200, data.into()),
                _ => status(404),
            },
            Self::Members => {
                seen.map_or(status(404), |picture| (200, Self::members(caller, picture)))
            }
            Self::Shared(project) => (200, Self::shared(world, caller, project)),
            Self::List(is_public) => {
                let ids = world.ids(|picture| Self::lists(caller, picture, *is_public));
                (200, ids)
            }
            _ => self.expect_to_share(world, caller, index),
        }
    }

    fn read(&self, response: &Response) -> Value {
        let rows = |name: &str| response.json()[name].as_array().unwrap().clone();
        let mut found: Vec<Value> = match self {
            Self::Show => return seen(response),
            Self::Download => return response.text().into(),
            Self::List(_) => {
                return rows("images")
                    .iter()
                    .map(|image| image["id"].clone())
                    .collect();
            }
            Self::Members => {
                let members = rows("members");
                members
                    .iter()
                    .map(|one| json!([one["member_id"], one["can_share"]]))
                    .collect()
            }
            Self::Shared(_) => {
                let shared = rows("shared_images");
                shared
                    .iter()
                    .map(|one| json!([one["image_id"], one["can_share"]]))
                    .collect()
            }
            _ => return Value::Null,
        };
        found.sort_by_key(Value::to_string);
        found.into()
    }
}

fn said() -> impl Strategy<Value = Said> {
    let select = |values: &'static [&'static str]| prop::sample::select(values);
    (
        prop::option::of(select(&NAMES[..2])),
        prop::option::of(any::<bool>()),
        prop::option::weighted(0.2, any::<bool>()),
        prop::collection::btree_map(select(&KEYS), select(&VALUES), 0..3),
        any::<bool>(),
        prop::option::weighted(0.4, select(&DATA)),
    )
        .prop_map(
            |(name, is_public, protected, properties, keeps, data)| Said {
                name,
                is_public,
                protected,
                properties,
                keeps,
                data,
            },
        )
}

pub fn call() -> impl Strategy<Value = V1> {
    let member = || prop::sample::select(&PROJECTS[..]);
    let words = prop::sample::select(vec![None, Some("None"), Some("True"), Some("False")]);
    prop_oneof![
        3 => said().prop_map(V1::Create),
        2 => Just(V1::Show),
        4 => said().prop_map(V1::Update),
        1 => Just(V1::Delete),
        2 => Just(V1::Download),
        2 => Just(V1::Members),
        3 => (member(), prop::option::of(any::<bool>()))
            .prop_map(|(name, can_share)| V1::AddMember(name, can_share)),
        1 => prop::collection::btree_map(member(), any::<bool>(), 0..3).prop_map(V1::SetMembers),
        2 => member().prop_map(V1::DropMember),
        2 => member().prop_map(V1::Shared),
        4 => words.prop_map(V1::List),
    ]
}

impl V1 {
    pub const fn makes(&self) -> bool {
        matches!(self, Self::Create(_))
    }
}
