//! Entry points of the fuzz targets in `fuzz/`, with the invariants that must hold for any input.

use crate::api::fuzzing as api;
use crate::control::Fixture;
use crate::domain::Caller;
use crate::http::path::RequestPath;
use crate::http::xml::reader::{self, Element};
use crate::http::xml::writer::XmlWriter;
use crate::http::{accept, query as http_query};
use crate::python::Value;
use crate::service::{ImageRules, glance_query, glance_v1};
use std::collections::HashSet;

/// XML bodies: what is accepted can be written again and is the same when it is read back.
pub fn xml(data: &[u8]) {
    let Ok(root) = reader::read(data) else { return };
    let texts = flat(&root);
    let mut writer = XmlWriter::new();
    writer.element(
        "list",
        |_| {},
        |list| {
            for (key, text) in &texts {
                list.text_element("meta", |meta| _ = meta.push("key", key), text);
            }
        },
    );
    let written = writer.finish().expect("what XML can hold can be written");
    if written.len() > reader::MAX_BYTES || texts.len() >= reader::MAX_ELEMENTS {
        return;
    }
    let again = reader::read(&written).expect("what is written can be read");
    let read: Vec<_> = again
        .children
        .iter()
        .map(|meta| {
            (
                meta.attribute("key").unwrap_or_default().to_owned(),
                meta.text.clone(),
            )
        })
        .collect();
    assert_eq!(read, texts);
}

/// Every attribute value and text of a tree.
fn flat(root: &Element) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let mut open = vec![root];
    while let Some(element) = open.pop() {
        let key = element.attributes.first().map(|(_, value)| value.clone());
        texts.push((key.unwrap_or_default(), element.text.clone()));
        open.extend(&element.children);
    }
    texts
}

/// Query strings: decoding and encoding are inverse, and both list readers answer something.
pub fn query(data: &[u8]) {
    let raw = String::from_utf8_lossy(data);
    let text = RequestPath::parse(&raw).view().to_text();
    let again = RequestPath::parse(&text.replace('%', "%25"));
    assert_eq!(again.view().to_text(), text);
    let lossy = http_query::parse_lossy(&raw);
    let Ok(pairs) = http_query::parse(&raw) else {
        return;
    };
    assert_eq!(pairs, lossy);
    let encoded = http_query::encode(pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())));
    assert_eq!(http_query::parse(&encoded).ok().as_ref(), Some(&pairs));

    let caller = Caller::member_of("p");
    if let Ok(found) = glance_query::read(&caller, &ImageRules::GLANCE_V2, &pairs) {
        let keys: HashSet<_> = found
            .sort
            .iter()
            .map(|sort| format!("{:?}", sort.key))
            .collect();
        assert!(keys.contains("Id"), "images must not tie");
        assert_eq!(keys.len(), found.sort.len(), "a key decides once");
    }
    let filters = pairs.into_iter().collect();
    drop(glance_v1::read(&caller, &ImageRules::GLANCE_V1, &filters));
}

/// `Accept` and the microversion headers: the choice is one of those on offer.
pub fn headers(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (first, second) = text.split_once('\n').unwrap_or((&text, ""));
    let offers = ["application/json", "application/xml"];
    if let Some((chosen, _)) = accept::best_match(first, &offers) {
        assert!(offers.contains(&chosen));
    }
    api::headers(first, second);
}

/// Fixtures: what is accepted has unique ids.
pub fn fixture(data: &[u8]) {
    let Ok(fixture) = Fixture::parse("fuzz", &String::from_utf8_lossy(data)) else {
        return;
    };
    let ids: HashSet<_> = fixture.images.iter().map(|image| &image.id).collect();
    assert_eq!(ids.len(), fixture.images.len());
}

/// Python's JSON: what is accepted can be written again and is the same when it is read back.
pub fn python(data: &[u8]) {
    let Ok(value) = Value::parse(data) else {
        return;
    };
    let mut text = Vec::new();
    value.write_json(&mut text);
    let again = Value::parse(&text).expect("what is written can be read");
    let mut once_more = Vec::new();
    again.write_json(&mut once_more);
    // Compared as texts, since NaN is not equal to itself.
    assert_eq!(text, once_more);
    drop((value.str_python2(), value.repr_python3()));
}
