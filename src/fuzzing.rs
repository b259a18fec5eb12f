//! Entry points of the fuzz targets in `fuzz/`, with the invariants that must hold for any input.
//!
//! Each target looks at its own piece first, then sends what it got the whole way through servers of
//! every profile that never listen.

use crate::api::fuzzing as api;
use crate::control::Fixture;
use crate::domain::Caller;
use crate::domain::disk::Inspection;
use crate::emulator::offline::Offline;
use crate::http::path::RequestPath;
use crate::http::xml::reader::{self, Element};
use crate::http::xml::writer::XmlWriter;
use crate::http::{Method, accept, query as http_query};
use crate::python::Value;
use crate::service::{ImageRules, glance_query, glance_v1};
use std::collections::HashSet;

/// XML bodies: what is accepted can be written again and is the same when it is read back.
pub fn xml(data: &[u8]) {
    write_metadata("application/xml", data);
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
    let path = RequestPath::parse(&raw);
    let tidy = path.view().to_text();
    let again = RequestPath::parse(&tidy.replace('%', "%25"));
    assert_eq!(again.view().to_text(), tidy);
    assert!(again.view().is_text);
    let raw = escaped(data);
    for path in ["/v2/openstack/images", "/v2.1/openstack/images/detail"] {
        ask(Method::GET, &format!("{path}?{raw}"), &[], &[]);
    }
    ask(
        Method::GET,
        &format!("/api/openstack-images/?{raw}"),
        &[],
        &[],
    );
    ask(Method::GET, &format!("/{raw}"), &[], &[]);
    let raw = String::from_utf8_lossy(data);
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
    drop(glance_v1::read(&caller, &ImageRules::GLANCE_V1, &pairs));
}

/// `Accept` and the microversion headers: the choice is one of those on offer.
pub fn headers(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (first, second) = text.split_once('\n').unwrap_or((&text, ""));
    let offers = ["application/json", "application/xml"];
    if let Some((chosen, _)) = accept::URLMAP.best_match(first, &offers) {
        assert!(offers.contains(&chosen));
    }
    api::headers(first, second);
    let headers = [
        ("accept", first.as_bytes()),
        ("openstack-api-version", second.as_bytes()),
    ];
    for path in [
        "/",
        "/v2/openstack/images",
        "/v2.1/openstack/images",
        "/v3",
        "/v2.0",
        "/api/openstack-images/",
    ] {
        ask(Method::GET, path, &headers, &[]);
    }
}

/// Whole requests: a line with method and target, a line of headers each, an empty line, a body.
pub fn request(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let head = String::from_utf8_lossy(parts.next().unwrap_or_default());
    let body = parts.next().unwrap_or_default();
    let mut lines = head.lines();
    let (method, target) = lines
        .next()
        .and_then(|line| line.split_once(' '))
        .unwrap_or(("GET", "/"));
    let Ok(method) = Method::from_bytes(method.as_bytes()) else {
        return;
    };
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name, value.trim().as_bytes()))
        .collect();
    ask(method, &escaped(target.as_bytes()), &headers, body);
}

const METADATA: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata";

/// Writes metadata with a body, and looks at what came of it.
fn write_metadata(media_type: &str, body: &[u8]) {
    let headers = [
        ("content-type", media_type.as_bytes()),
        ("x-auth-token", b"admin-token"),
    ];
    for method in [Method::POST, Method::PUT] {
        ask(method, METADATA, &headers, body);
    }
    ask(Method::GET, METADATA, &[], &[]);
    ask(
        Method::GET,
        "/v2/openstack/images/detail",
        &[("accept", b"application/xml")],
        &[],
    );
}

/// What a target can hold: everything else escaped.
fn escaped(data: &[u8]) -> String {
    const KEPT: &percent_encoding::AsciiSet = &percent_encoding::CONTROLS
        .add(b' ')
        .add(b'"')
        .add(b'<')
        .add(b'>')
        .add(b'#');
    percent_encoding::percent_encode(data, KEPT).to_string()
}

/// Asks every profile; the one for users never fails.
fn ask(method: Method, target: &str, headers: &[(&str, &[u8])], body: &[u8]) {
    thread_local! {
        static SERVERS: Vec<Offline> = Offline::every_profile().expect("servers that never listen");
    }
    SERVERS.with(|servers| {
        for server in servers {
            let status = server.ask(&method, target, headers, body);
            assert!(
                status < 500 || status == 501 || !server.is_for_users(),
                "{status} for {method} {target}"
            );
        }
    });
}

/// Fixtures: what is accepted has unique ids.
pub fn fixture(data: &[u8]) {
    let Ok(fixture) = Fixture::parse("fuzz", &String::from_utf8_lossy(data)) else {
        return;
    };
    let ids: HashSet<_> = fixture.images.iter().map(|image| &image.id).collect();
    assert_eq!(ids.len(), fixture.images.len());
}

/// What disks look like: wherever data are cut on their way, the same is found in them.
pub fn disk(data: &[u8]) {
    let mut whole = Inspection::new();
    whole.see(data);
    let found = whole.finish();
    let step = usize::from(data.first().copied().unwrap_or_default()) + 1;
    let mut pieces = Inspection::new();
    for piece in data.chunks(step) {
        pieces.see(piece);
    }
    assert_eq!(pieces.finish(), found);
    for format in ["raw", "qcow2", "vhd", "vmdk", "iso", "gpt", "ploop"] {
        drop(found.fit(format));
    }
}

/// Python's JSON: what is accepted can be written again and is the same when it is read back.
pub fn python(data: &[u8]) {
    write_metadata("application/json", data);
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
