//! Every view in both formats over the two rich built-in sets: each leaf of the JSON is in the XML,
//! at its place, or is one of the few departures that are named here.

use crate::element::Element;
use crate::harness::Server;
use serde_json::Value;
use std::collections::BTreeSet;

/// Where the XML says less or something else. Numbers in brackets are recordings of Nova 2014.2,
/// as `docs/fidelity.md` has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Departure {
    /// Null is the text `None` [056, 567].
    NullIsNone,
    /// A list or an object is Python's text of it [302, 640].
    PythonText,
    /// XML has no control characters; Nova fails on them [305, 362], we mark their place.
    ControlCharacter,
}

/// What one comparison comes to.
#[derive(Default)]
struct Parity {
    leaves: usize,
    departures: BTreeSet<Departure>,
    missing: Vec<String>,
}

impl Parity {
    fn view(&mut self, target: &str, json: &Value, root: &Element) {
        for (key, value) in json.as_object().unwrap() {
            let path = format!("{target} {key}");
            match (key.as_str(), value) {
                ("meta", Value::Object(items)) => {
                    let (key, value) = items.iter().next().unwrap();
                    self.text(&path, key, root.attribute("key"));
                    self.scalar(&path, value, Some(&root.text));
                }
                ("images_links", links) => self.list(&path, links, &root.named("link")),
                (name, Value::Array(_)) if name == root.local_name() => {
                    // A list is the root; `choices` hold versions.
                    let item = match name {
                        "choices" => "version",
                        plural => plural.trim_end_matches('s'),
                    };
                    self.list(&path, value, &root.named(item));
                }
                ("metadata", items) => self.metadata(&path, items, root),
                (name, object) => {
                    assert_eq!(root.local_name(), name, "{target}");
                    self.object(&path, object, root);
                }
            }
        }
    }

    fn list(&mut self, path: &str, list: &Value, elements: &[&Element]) {
        let items = list.as_array().unwrap();
        if items.len() != elements.len() {
            let count = elements.len();
            self.missing
                .push(format!("{path}: {count} of {}", items.len()));
        }
        for (index, (item, element)) in items.iter().zip(elements).enumerate() {
            self.object(&format!("{path}[{index}]"), item, element);
        }
    }

    fn object(&mut self, path: &str, object: &Value, element: &Element) {
        for (key, value) in object.as_object().unwrap() {
            let path = format!("{path}.{key}");
            match key.as_str() {
                "links" => self.list(&path, value, &element.named("link")),
                "media-types" => {
                    let types = element.child("media-types");
                    self.list(&path, value, &types.named("media-type"));
                }
                "metadata" => self.metadata(&path, value, element.child("metadata")),
                "server" => self.object(&path, value, element.child("server")),
                key => {
                    let local = key.rsplit(':').next().unwrap();
                    let child = element.named(local);
                    let text = child.first().map(|child| child.text.as_str());
                    self.scalar(&path, value, element.attribute(local).or(text));
                }
            }
        }
    }

    fn metadata(&mut self, path: &str, items: &Value, element: &Element) {
        let items = items.as_object().unwrap();
        assert_eq!(items.len(), element.children.len(), "{path}");
        for (key, value) in items {
            let marked = marked(key);
            let mut metas = element.children.iter();
            let meta = metas.find(|meta| meta.attribute("key") == Some(&marked));
            let text = meta.map(|meta| meta.text.as_str());
            self.scalar(&format!("{path}.{key}"), value, text);
        }
    }

    fn scalar(&mut self, path: &str, value: &Value, found: Option<&str>) {
        match value {
            Value::String(text) => self.text(path, text, found),
            Value::Number(number) => self.text(path, &number.to_string(), found),
            Value::Bool(flag) => {
                let text = if *flag { "True" } else { "False" };
                self.text(path, text, found);
            }
            Value::Null => {
                self.text(path, "None", found);
                self.departures.insert(Departure::NullIsNone);
            }
            Value::Array(_) | Value::Object(_) => {
                let found = found.unwrap_or_else(|| panic!("{path} is missing"));
                assert!(found.starts_with(['[', '{']), "{path}: {found}");
                self.departures.insert(Departure::PythonText);
            }
        }
    }

    fn text(&mut self, path: &str, text: &str, found: Option<&str>) {
        self.leaves += 1;
        let expected = marked(text);
        if expected != text {
            self.departures.insert(Departure::ControlCharacter);
        }
        if found != Some(expected.as_str()) {
            self.missing.push(format!("{path}: {text:?} is {found:?}"));
        }
    }
}

/// The text with marks for what XML cannot hold.
fn marked(text: &str) -> String {
    let forbidden = |c: char| matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.replace(forbidden, "\u{fffd}")
}

/// The targets of every view over a set, as its first project and its administrator see them.
fn views(server: &Server, token: &str, version: &str) -> Vec<String> {
    let own = [("X-Auth-Token", token)];
    let project = project_of(server, token);
    let base = format!("/{version}/{project}");
    let mut targets: Vec<String> = ["/", "/v2/", "/v1.1/", "/v2.1/", "/images"]
        .map(str::to_owned)
        .into();
    for query in ["", "?limit=5", "?changes-since=2000-01-01", "?limit=x"] {
        targets.push(format!("{base}/images{query}"));
        targets.push(format!("{base}/images/detail{query}"));
    }
    targets.push(format!("{base}/extensions"));
    targets.push(format!("{base}/extensions/OS-DCF"));
    for wrong in [
        "images/unknown",
        "images/unknown/metadata",
        "extensions/unknown",
    ] {
        targets.push(format!("{base}/{wrong}"));
    }
    targets.push(format!("/{version}/other/images?limit=1"));
    let all = format!("{base}/images/detail?changes-since=2000-01-01");
    let list = server.get_with(&all, &own).json();
    for image in list["images"].as_array().unwrap() {
        let image_base = format!("{base}/images/{}", escaped(image["id"].as_str().unwrap()));
        targets.push(image_base.clone());
        targets.push(format!("{image_base}/metadata"));
        let keys = image["metadata"].as_object().unwrap().keys();
        // A slash, escaped or not, divides a path: no URL leads to such a key.
        for key in keys.filter(|key| !key.contains('/')) {
            targets.push(format!("{image_base}/metadata/{}", escaped(key)));
        }
        targets.push(format!("{image_base}/metadata/unknown"));
    }
    targets
}

fn project_of(server: &Server, token: &str) -> String {
    let own = [("X-Auth-Token", token)];
    let refused = server.get_with("/v2/none/images", &own).json();
    let message = refused["badRequest"]["message"].as_str().unwrap();
    let project = message.rsplit('\'').nth(1).unwrap();
    project.to_owned()
}

/// Everything but letters and digits as an escape; a dot would be the beginning of a suffix.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[test]
fn every_leaf_of_the_json_is_in_the_xml() {
    let mut parity = Parity::default();
    let mut views_seen = 0;
    for set in ["devcloud", "edge"] {
        let server = Server::with(set);
        for (token, version) in [
            ("demo-token", "v2"),
            ("admin-token", "v2"),
            ("demo-token", "v2.1"),
        ] {
            for target in views(&server, token, version) {
                let ask = |accept| {
                    let headers = [("X-Auth-Token", token), ("Accept", accept)];
                    server.get_with(&target, &headers)
                };
                let (json, xml) = (ask("application/json"), ask("application/xml"));
                assert_eq!(json.status(), xml.status(), "{target}");
                let content_type = xml.header("content-type").unwrap();
                assert!(
                    content_type.starts_with("application/xml"),
                    "{target}: {content_type}"
                );
                parity.view(&target, &json.json(), &Element::parse(&xml.text()));
                views_seen += 1;
            }
        }
    }
    assert!(parity.missing.is_empty(), "{:#?}", parity.missing);
    assert!(
        views_seen > 300 && parity.leaves > 10_000,
        "{views_seen} {}",
        parity.leaves
    );
    // A departure that no longer happens has no business on the list.
    let seen: Vec<_> = parity.departures.into_iter().collect();
    assert_eq!(seen, [Departure::NullIsNone, Departure::PythonText]);
}

/// Writes answer what was written, in both formats alike.
#[test]
fn answers_to_writes_agree_too() {
    let body = r#"{"metadata": {"a": "1", "b": "<&>", "c": "雪 \u0001"}}"#;
    let item = r#"{"meta": {"a": "2"}}"#;
    let image = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata";
    let mut parity = Parity::default();
    for (method, target, body) in [
        ("POST", image.to_owned(), body),
        ("PUT", image.to_owned(), body),
        ("PUT", format!("{image}/a"), item),
        ("PUT", format!("{image}/other"), item),
        ("POST", image.to_owned(), "nonsense"),
    ] {
        let ask = |accept| {
            let server = Server::with("docs");
            let headers = [
                ("X-Auth-Token", "admin-token"),
                ("Accept", accept),
                ("Content-Type", "application/json"),
            ];
            server.send(method, &target, &headers, body)
        };
        let (json, xml) = (ask("application/json"), ask("application/xml"));
        assert_eq!(json.status(), xml.status(), "{method} {target}");
        parity.view(&target, &json.json(), &Element::parse(&xml.text()));
    }
    assert!(parity.missing.is_empty(), "{:#?}", parity.missing);
    assert!(parity.leaves > 10);
    let departures = parity.departures.into_iter();
    assert_eq!(
        departures.collect::<Vec<_>>(),
        [Departure::ControlCharacter]
    );
}
