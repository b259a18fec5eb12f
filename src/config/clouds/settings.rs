//! What is said of a cloud: words, each with the place where it stands.

use super::error::{CloudsError, Place};
use super::yaml::{Node, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// The words that are known, as `clouds.yaml` has them.
pub const WORDS: [&str; 27] = [
    "application_credential_id",
    "application_credential_name",
    "application_credential_secret",
    "auth_type",
    "auth_url",
    "cacert",
    "default_domain",
    "default_domain_id",
    "default_domain_name",
    "domain_id",
    "domain_name",
    "image_endpoint_override",
    "insecure",
    "interface",
    "password",
    "profile",
    "project_domain_id",
    "project_domain_name",
    "project_id",
    "project_name",
    "region_name",
    "system_scope",
    "token",
    "user_domain_id",
    "user_domain_name",
    "user_id",
    "username",
];

/// Older names of some of them.
pub const OLDER_WORDS: [(&str, &str); 5] = [
    ("endpoint_type", "interface"),
    ("project", "project_name"),
    ("tenant_id", "project_id"),
    ("tenant_name", "project_name"),
    ("user_name", "username"),
];

/// A word's value.
#[derive(Clone, Debug)]
pub struct Setting {
    /// What it is.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

/// What is said of a cloud.
#[derive(Debug)]
pub struct Settings {
    /// Who says it, for errors.
    who: String,
    said: BTreeMap<&'static str, Setting>,
}

impl Settings {
    /// Nothing yet.
    pub fn of(who: String) -> Self {
        Self {
            who,
            said: BTreeMap::new(),
        }
    }

    /// What is said by a word. An empty text says nothing.
    pub fn get(&self, word: &str) -> Option<&Setting> {
        self.said
            .get(word)
            .filter(|setting| !setting.text.is_empty())
    }

    /// The same as a text.
    pub fn text(&self, word: &str) -> Option<String> {
        Some(self.get(word)?.text.clone())
    }

    /// What cannot be done without.
    pub fn need(&self, word: &str, what: &'static str) -> Result<&Setting, CloudsError> {
        self.get(word).ok_or_else(|| CloudsError::Missing {
            who: self.who.clone(),
            what,
        })
    }

    /// Adds what a variable says.
    pub fn add_variable(&mut self, name: &str, text: &str) {
        let word = name.strip_prefix("OS_").map(str::to_lowercase);
        if let Some(word) = word.as_deref().and_then(known) {
            let place = Place::Variable(name.to_owned());
            self.add(word, text, place);
        }
    }

    /// Adds what a map says, in place of what was said before; words that are not known here are for others.
    ///
    /// # Errors
    /// When something that is known is no text.
    pub fn add_map(&mut self, path: &Arc<Path>, map: &Node) -> Result<(), CloudsError> {
        for (name, node) in map.members() {
            let place = Place::Line(Arc::clone(path), node.line);
            if name == "verify" {
                // The same word the other way round.
                let is_off = node.text().is_some_and(is_no);
                self.add("insecure", if is_off { "true" } else { "" }, place);
                continue;
            }
            let Some(word) = known(&name.to_lowercase().replace('-', "_")) else {
                continue;
            };
            match &node.value {
                Value::Text(text) => self.add(word, text, place),
                Value::Null => {}
                Value::List(_) | Value::Map(_) => {
                    let what = format!("{name} is no text");
                    return Err(CloudsError::Damaged { place, what });
                }
            }
        }
        Ok(())
    }

    /// Says which region counts.
    pub fn add_region(&mut self, name: &str, place: Place) {
        self.add("region_name", name, place);
    }

    fn add(&mut self, word: &'static str, text: &str, place: Place) {
        let text = text.to_owned();
        self.said.insert(word, Setting { text, place });
    }
}

/// Whether a text says no, as YAML 1.1 has it.
pub fn is_no(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "" | "0" | "n" | "no" | "off" | "false"
    )
}

fn known(word: &str) -> Option<&'static str> {
    let older = OLDER_WORDS.iter().find(|(older, _)| *older == word);
    let word = older.map_or(word, |(_, today)| today);
    WORDS.into_iter().find(|known| *known == word)
}

#[cfg(test)]
mod tests {
    use super::{OLDER_WORDS, WORDS};

    #[test]
    fn older_words_are_todays() {
        assert!(OLDER_WORDS.iter().all(|(_, today)| WORDS.contains(today)));
    }
}
