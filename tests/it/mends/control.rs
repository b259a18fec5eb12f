//! What the control API says of bodies that it does not want.

use super::JSON;
use crate::harness::Server;

/// Every room's, as the served document lists them.
#[test]
fn a_body_of_another_kind_is_told_in_a_persons_words() {
    let server = Server::with("none");
    let document = server.get("/_control/openapi.json").json();
    let mut tried = 0;
    for (path, verbs) in document["paths"].as_object().unwrap() {
        for (verb, operation) in verbs.as_object().unwrap() {
            let body = &operation["requestBody"];
            if body.is_null() {
                continue;
            }
            let target = format!("/_control{}", path.replace(['{', '}'], ""));
            for sent in [
                "[]",
                "[5]",
                "5",
                "\"x\"",
                "null",
                "{\"no such key\": []}",
                "{",
            ] {
                let response = server.send(&verb.to_uppercase(), &target, &[JSON], sent);
                let said = response.text();
                // A list may be a fixture, and a part of the path may name nothing that is there.
                assert!(response.status() < 500, "{target} {sent}: {said}");
                assert!(
                    !said.contains("struct ") && !said.contains("enum "),
                    "{target}: {said}"
                );
            }
            tried += 1;
        }
    }
    assert!(tried >= 3, "the document names {tried} bodies");
}
