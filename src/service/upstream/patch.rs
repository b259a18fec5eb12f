//! A change of an image, as Glance's API v2 takes it.

use crate::domain::{Image, Properties, PropertyValue, Visibility};
use crate::service::rules::ImageRules;
use serde_json::{Value, json};

/// The type of its body.
pub const MEDIA_TYPE: &str = "application/openstack-images-v2.1-json-patch";

/// What makes an image another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch(Vec<Value>);

impl Patch {
    /// What gives an image these properties in place of its own, as Nova does it.
    #[must_use]
    pub fn of(image: &Image, properties: &Properties, rules: &ImageRules) -> Self {
        let mut changes = Vec::new();
        for (key, value) in properties.iter() {
            let before = image.properties.get(key);
            if before == Some(value) {
                continue;
            }
            let op = if before.is_some() { "replace" } else { "add" };
            changes.push(json!({"op": op, "path": pointer(key), "value": text(value)}));
        }
        for (key, _) in image.properties.iter() {
            if properties.get(key).is_none() {
                changes.push(json!({"op": "remove", "path": pointer(key)}));
            }
        }
        let keeps_to_itself =
            matches!(image.visibility, Visibility::Community | Visibility::Shared);
        if rules.writes_make_private && keeps_to_itself {
            let private = Visibility::Private.as_str();
            changes.push(json!({"op": "replace", "path": "/visibility", "value": private}));
        }
        Self(changes)
    }

    /// Its body.
    #[must_use]
    pub fn to_json(&self) -> String {
        Value::Array(self.0.clone()).to_string()
    }
}

fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Glance's properties are texts.
fn text(value: &PropertyValue) -> Value {
    match value {
        PropertyValue::Text(text) | PropertyValue::Json(text) => text.as_str().into(),
        PropertyValue::Null => "".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::Patch;
    use crate::domain::{Image, Properties, PropertyValue, Visibility};
    use crate::service::ImageRules;

    #[test]
    fn only_what_differs_is_changed() {
        let image = Image::builder("i")
            .visibility(Visibility::Shared)
            .property("a", "1")
            .property("b", "2")
            .property("gone/~", "3")
            .build();
        let properties: Properties = [("a", "1"), ("b", "two"), ("c", "4")]
            .map(|(key, value)| (key.to_owned(), PropertyValue::from(value)))
            .into_iter()
            .collect();
        let users = Patch::of(&image, &properties, &ImageRules::GLANCE_V2_FOR_USERS);
        assert_eq!(
            users.to_json(),
            r#"[{"op":"replace","path":"/b","value":"two"},{"op":"add","path":"/c","value":"4"},{"op":"remove","path":"/gone~1~0"}]"#
        );
        let exact = Patch::of(&image, &image.properties, &ImageRules::GLANCE_V2);
        assert_eq!(
            exact.to_json(),
            r#"[{"op":"replace","path":"/visibility","value":"private"}]"#
        );
        let nothing = Patch::of(&image, &image.properties, &ImageRules::GLANCE_V1_FOR_USERS);
        assert_eq!(nothing.to_json(), "[]");
    }
}
