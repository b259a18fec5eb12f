//! Answers, taken apart into plain facts that are the same in JSON and XML.

use crate::element::Element;
use crate::harness::Response;
use serde_json::Value;
use std::collections::BTreeMap;

/// What an answer says of one image: `name`, `metadata/KEY`, …; nothing stands for null.
pub type Facts = BTreeMap<String, Option<String>>;

/// What an answer must be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Entries,
    Details,
    Detail,
    Metadata,
    Meta,
    Empty,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    Images(Vec<Facts>),
    Image(Facts),
    Metadata(Facts),
    Empty,
    /// With its message, where the model knows it.
    Fault(u16, Option<String>),
}

impl Answer {
    /// Whether `found` says this, in a format in which null is `None`.
    pub fn fits(&self, found: &Self, xml: bool) -> bool {
        let text = |value: &Option<String>| match value {
            None if xml => Some("None".to_owned()),
            other => other.clone(),
        };
        let fit = |ours: &Facts, theirs: &Facts| {
            let ours = ours.iter().map(|(key, value)| (key.clone(), text(value)));
            ours.collect::<Facts>() == *theirs
        };
        match (self, found) {
            (Self::Images(ours), Self::Images(theirs)) => {
                ours.len() == theirs.len()
                    && ours
                        .iter()
                        .zip(theirs)
                        .all(|(ours, theirs)| fit(ours, theirs))
            }
            (Self::Image(ours), Self::Image(theirs))
            | (Self::Metadata(ours), Self::Metadata(theirs)) => fit(ours, theirs),
            (Self::Empty, Self::Empty) => true,
            (Self::Fault(status, message), Self::Fault(found, said)) => {
                status == found && (message.is_none() || message == said)
            }
            _ => false,
        }
    }
}

/// Reads an answer; one that is malformed or in the wrong format fails the test.
pub fn read(response: &Response, shape: Shape, xml: bool) -> Answer {
    let content_type = response.header("content-type").unwrap_or_default();
    let expected = if xml {
        "application/xml"
    } else {
        "application/json"
    };
    match response.status() {
        204 => {
            assert_eq!(shape, Shape::Empty);
            assert!(response.text().is_empty());
            Answer::Empty
        }
        200 if xml => {
            assert_eq!(content_type, expected);
            read_xml(&Element::parse(&response.text()), shape)
        }
        200 => {
            assert_eq!(content_type, expected);
            read_json(&response.json(), shape)
        }
        status => {
            assert_eq!(content_type, format!("{expected}; charset=UTF-8"));
            Answer::Fault(status, Some(message(response, status, xml)))
        }
    }
}

fn message(response: &Response, status: u16, xml: bool) -> String {
    if xml {
        let fault = Element::parse(&response.text());
        assert_eq!(fault.attribute("code"), Some(status.to_string().as_str()));
        return fault.child("message").text.clone();
    }
    let body = response.json();
    let members = body.as_object().unwrap();
    assert_eq!(members.len(), 1);
    let (_, fault) = members.iter().next().unwrap();
    assert_eq!(fault["code"], status);
    fault["message"].as_str().unwrap().to_owned()
}

fn read_json(body: &Value, shape: Shape) -> Answer {
    match shape {
        Shape::Entries | Shape::Details => {
            let images = body["images"].as_array().unwrap().iter();
            Answer::Images(images.map(json_image).collect())
        }
        Shape::Detail => Answer::Image(json_image(&body["image"])),
        Shape::Metadata => Answer::Metadata(json_items(&body["metadata"])),
        Shape::Meta => Answer::Metadata(json_items(&body["meta"])),
        Shape::Empty => panic!("a body where none belongs: {body}"),
    }
}

fn json_items(items: &Value) -> Facts {
    let items = items.as_object().unwrap().iter();
    items
        .map(|(key, value)| (format!("metadata/{key}"), json_text(value)))
        .collect()
}

/// Booleans in Python's spelling, so that both formats say the same.
fn json_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(true) => Some("True".to_owned()),
        other => Some(other.to_string()),
    }
}

fn json_image(image: &Value) -> Facts {
    let mut facts = Facts::new();
    for (key, value) in image.as_object().unwrap() {
        match key.as_str() {
            "links" => assert_eq!(value.as_array().unwrap().len(), 3),
            "metadata" => facts.extend(json_items(value)),
            "server" => _ = facts.insert("server".to_owned(), json_text(&value["id"])),
            key => {
                let local = key.rsplit(':').next().unwrap().to_owned();
                facts.insert(local, json_text(value));
            }
        }
    }
    facts
}

fn read_xml(root: &Element, shape: Shape) -> Answer {
    let name = root.local_name();
    match shape {
        Shape::Entries | Shape::Details => {
            assert_eq!(name, "images");
            let images = root.named("image").into_iter();
            Answer::Images(images.map(xml_image).collect())
        }
        Shape::Detail => {
            assert_eq!(name, "image");
            Answer::Image(xml_image(root))
        }
        Shape::Metadata => {
            assert_eq!(name, "metadata");
            Answer::Metadata(root.children.iter().map(xml_item).collect())
        }
        Shape::Meta => {
            assert_eq!(name, "meta");
            Answer::Metadata(Facts::from([xml_item(root)]))
        }
        Shape::Empty => panic!("a body where none belongs: {root:?}"),
    }
}

fn xml_item(meta: &Element) -> (String, Option<String>) {
    assert_eq!(meta.local_name(), "meta");
    let key = meta.attribute("key").unwrap();
    (format!("metadata/{key}"), Some(meta.text.clone()))
}

fn xml_image(image: &Element) -> Facts {
    let mut facts = Facts::new();
    for (name, value) in &image.attributes {
        let local = name.rsplit('}').next().unwrap();
        facts.insert(local.to_owned(), Some(value.clone()));
    }
    assert_eq!(image.named("link").len(), 3);
    for metadata in image.named("metadata") {
        facts.extend(metadata.children.iter().map(xml_item));
    }
    for server in image.named("server") {
        let id = server.attribute("id").map(str::to_owned);
        facts.insert("server".to_owned(), id);
    }
    facts
}
