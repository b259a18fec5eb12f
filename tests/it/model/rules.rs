//! The rules of the two releases, as the references tell them.

use super::act::{Items, OnImage, Sent};
use super::answer::{Answer, Facts};
use crate::listing::reference::{self, Lister};
use crate::pictures::{Caller, Picture, shown_time};
use std::collections::BTreeMap;

type Properties = BTreeMap<String, Option<String>>;

/// What is stored of metadata over what was stored before, or the status of a refusal.
type Store = fn(&Rules, &Properties, &[(String, Sent)]) -> Result<Properties, u16>;

/// How one release behaves.
#[expect(clippy::struct_excessive_bools, reason = "each is a rule of its own")]
pub struct Rules {
    pub version: &'static str,
    pub xml: bool,
    pub list: Lister,
    /// An administrator can still look at a deleted image.
    pub admin_sees_deleted: bool,
    /// A property without value is shown as "".
    pub null_is_empty: bool,
    /// Values must be strings.
    pub strings_only: bool,
    /// A write makes a shared or community image private, and fails beyond the BMP.
    pub accidents: bool,
    pub store: Store,
}

pub const JUNO_FOR_USERS: Rules = Rules {
    version: "v2",
    xml: true,
    list: reference::juno_for_users,
    admin_sees_deleted: true,
    null_is_empty: false,
    strings_only: false,
    accidents: false,
    store: store_as_headers,
};

pub const NOVA_34: Rules = Rules {
    version: "v2.1",
    xml: false,
    list: reference::nova_34,
    admin_sees_deleted: false,
    null_is_empty: true,
    strings_only: true,
    accidents: true,
    store: store_as_properties,
};

/// Glance's API v1 for users: keys lower-cased, dashes become underscores.
#[expect(clippy::unnecessary_wraps, reason = "a `Store`")]
fn store_as_headers(
    _: &Rules,
    old: &Properties,
    sent: &[(String, Sent)],
) -> Result<Properties, u16> {
    let mut new = old.clone();
    for (key, value) in sent {
        if old.get(key) == Some(&Some(value.text().to_owned())) && *value != Sent::True {
            continue;
        }
        new.remove(key);
    }
    for (key, value) in sent {
        let key = key.to_lowercase().replace('-', "_");
        new.insert(key, Some(value.text().to_owned()));
    }
    Ok(new)
}

/// Glance's API v2: names of attributes are not written, or refused; "no kernel" is left out.
fn store_as_properties(
    rules: &Rules,
    old: &Properties,
    sent: &[(String, Sent)],
) -> Result<Properties, u16> {
    let mut new = old.clone();
    for (key, value) in sent {
        let unchanged = old.get(key).map(|value| rules.shown(value.as_ref()));
        if unchanged == Some(Some(value.text().to_owned())) {
            continue;
        }
        if key == "status" {
            // None of the texts is a status.
            return Err(500);
        }
        if key.starts_with("os_glance_") {
            return Err(403);
        }
        let no_kernel = key == "kernel_id" && matches!(value.text(), "" | "None");
        if matches!(key.as_str(), "name" | "min_ram") || no_kernel {
            new.remove(key);
        } else {
            new.insert(key.clone(), Some(value.text().to_owned()));
        }
    }
    Ok(new)
}

impl Rules {
    pub fn entry(picture: &Picture) -> Facts {
        Facts::from([
            ("id".to_owned(), Some(picture.id.clone())),
            ("name".to_owned(), picture.name.map(str::to_owned)),
        ])
    }

    pub fn detail(&self, picture: &Picture) -> Facts {
        let mut facts = Self::entry(picture);
        let (status, progress) = picture.shown_status();
        for (name, value) in [
            ("status", status.to_owned()),
            ("progress", progress.to_string()),
            ("minRam", picture.min_ram.to_string()),
            ("minDisk", picture.min_disk.to_string()),
            ("size", picture.size.unwrap_or(0).to_string()),
            ("created", shown_time(picture.created)),
            ("updated", shown_time(picture.updated)),
        ] {
            facts.insert(name.to_owned(), Some(value));
        }
        if let Some(value) = picture.properties.get("auto_disk_config") {
            let text = value.clone().unwrap_or_default();
            let text = text.trim().to_lowercase();
            let yes = ["1", "t", "true", "on", "y", "yes"].contains(&text.as_str());
            let config = if yes { "AUTO" } else { "MANUAL" };
            facts.insert("diskConfig".to_owned(), Some(config.to_owned()));
        }
        let instance = picture.properties.get("instance_uuid");
        if let Some(id) = instance.and_then(|id| self.shown(id.as_ref())) {
            facts.insert("server".to_owned(), Some(id));
        }
        facts.extend(self.items(&picture.properties));
        facts
    }

    /// Null as this release shows it.
    fn shown(&self, value: Option<&String>) -> Option<String> {
        match value {
            None if self.null_is_empty => Some(String::new()),
            other => other.cloned(),
        }
    }

    fn items(&self, properties: &Properties) -> Facts {
        let items = properties.iter();
        items
            .map(|(key, value)| (format!("metadata/{key}"), self.shown(value.as_ref())))
            .collect()
    }

    /// What is refused before anybody looks for the image.
    pub fn refuses_body(&self, act: &OnImage) -> Option<Answer> {
        let is_text = |value: &Sent| *value != Sent::True;
        let all_texts = match act {
            OnImage::Merge(items) | OnImage::Replace(items) => {
                items.iter().all(|(_, value)| is_text(value))
            }
            OnImage::Set(_, value) => is_text(value),
            _ => true,
        };
        (self.strings_only && !all_texts).then_some(Answer::Fault(400, None))
    }

    /// Carries out a call on an image that the caller sees.
    pub fn act(&self, picture: &mut Picture, caller: Caller, act: &OnImage, now: i64) -> Answer {
        match act {
            OnImage::Show => Answer::Image(self.detail(picture)),
            OnImage::Delete => Self::delete(picture, caller, now),
            OnImage::Items => Answer::Metadata(self.items(&picture.properties)),
            OnImage::Item(key) => match picture.properties.get(*key) {
                Some(value) => Answer::Metadata(item(key, self.shown(value.as_ref()))),
                None => fault(404, "The resource could not be found."),
            },
            OnImage::Merge(items) => {
                let sent: Vec<_> = owned(items);
                let stored = (self.store)(self, &picture.properties, &sent);
                let outcome = self.write(picture, caller, stored, now);
                outcome.unwrap_or_else(|| Answer::Metadata(self.items(&picture.properties)))
            }
            OnImage::Replace(items) => {
                let old = &picture.properties;
                let kept = old
                    .iter()
                    .filter(|(key, _)| items.iter().any(|(sent, _)| sent == key));
                let kept = kept
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect();
                let stored = (self.store)(self, &kept, &owned(items));
                let echo = items.iter().flat_map(|(key, value)| sent_item(key, value));
                let echo = echo.collect();
                let outcome = self.write(picture, caller, stored, now);
                outcome.unwrap_or(Answer::Metadata(echo))
            }
            OnImage::Set(key, value) => {
                let sent = owned(&vec![(*key, value.clone())]);
                let stored = (self.store)(self, &picture.properties, &sent);
                let outcome = self.write(picture, caller, stored, now);
                outcome.unwrap_or_else(|| Answer::Metadata(sent_item(key, value)))
            }
            OnImage::Remove(key) => {
                let mut properties = picture.properties.clone();
                if properties.remove(*key).is_none() {
                    return fault(404, "Invalid metadata key");
                }
                let outcome = self.write(picture, caller, Ok(properties), now);
                outcome.unwrap_or(Answer::Empty)
            }
        }
    }

    fn delete(picture: &mut Picture, caller: Caller, now: i64) -> Answer {
        if picture.status == "deleted" {
            return fault(404, "Image not found.");
        }
        let owns = caller.admin || picture.owner == Some(caller.project);
        if !owns || picture.is_deleted() || picture.protected {
            return fault(403, "You are not allowed to delete the image.");
        }
        picture.status = "deleted";
        picture.updated = now;
        picture.properties.clear();
        Answer::Empty
    }

    /// Stores the properties; answers why not.
    fn write(
        &self,
        picture: &mut Picture,
        caller: Caller,
        stored: Result<Properties, u16>,
        now: i64,
    ) -> Option<Answer> {
        let owns = caller.admin || picture.owner == Some(caller.project);
        if stored == Err(500) {
            return Some(Answer::Fault(500, None));
        }
        let Some(stored) = stored.ok().filter(|_| owns && picture.status != "deleted") else {
            let message = format!("Not authorized for image {}.", picture.id);
            return Some(fault(403, &message));
        };
        let beyond = |text: &str| text.chars().any(|letter| letter > '\u{ffff}');
        let mut texts = stored
            .values()
            .flatten()
            .map(String::as_str)
            .chain(picture.name);
        if self.accidents && texts.any(beyond) {
            return Some(Answer::Fault(500, None));
        }
        let hides = self.accidents && matches!(picture.visibility, "community" | "shared");
        if hides {
            picture.visibility = "private";
        }
        if hides || picture.properties != stored {
            picture.updated = now;
        }
        picture.properties = stored;
        None
    }
}

fn fault(status: u16, message: &str) -> Answer {
    Answer::Fault(status, Some(message.to_owned()))
}

fn item(key: &str, value: Option<String>) -> Facts {
    Facts::from([(format!("metadata/{key}"), value)])
}

fn sent_item(key: &str, value: &Sent) -> Facts {
    item(key, Some(value.text().to_owned()))
}

fn owned(items: &Items) -> Vec<(String, Sent)> {
    let items = items.iter();
    items
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect()
}
