//! Proof that the comparison can fail: each rule is shown a pair that is the same under it, and one
//! that is not.

use std::collections::BTreeMap;

use super::case::{Body, Expected};
use super::client::Answer;
use super::compare;
use super::pattern::Context;
use super::rules::rules;

/// The differences under the rules of a set between two answers of one media type.
fn differences(set: &str, media_type: &str, expected: &str, actual: &str) -> Vec<String> {
    answers(
        set,
        &[("content-type", media_type)],
        expected,
        &[("content-type", media_type)],
        actual,
    )
}

fn answers(
    set: &str,
    expected_headers: &[(&str, &str)],
    expected: &str,
    headers: &[(&str, &str)],
    actual: &str,
) -> Vec<String> {
    let captures = BTreeMap::from([("t".to_owned(), "secret".to_owned())]);
    let context = Context::new(rules(set), &captures, actual);
    let owned = |headers: &[(&str, &str)]| {
        headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let expected = Expected {
        status: 200,
        headers: owned(expected_headers),
        body: Some(Body::Text(expected.to_owned())),
    };
    let answer = Answer {
        status: 200,
        headers: owned(headers),
        body: actual.into(),
    };
    compare::answer(&context, &expected, &answer, true)
}

fn json(set: &str, expected: &str, actual: &str) -> Vec<String> {
    differences(set, "application/json", expected, actual)
}

fn xml(set: &str, expected: &str, actual: &str) -> Vec<String> {
    differences(set, "application/xml", expected, actual)
}

#[test]
fn status_is_compared() {
    let captures = BTreeMap::new();
    let context = Context::new(rules("nova-34"), &captures, "");
    let expected = Expected {
        status: 204,
        headers: Vec::new(),
        body: Some(Body::Text(String::new())),
    };
    let answer = Answer {
        status: 404,
        headers: Vec::new(),
        body: b"no".to_vec(),
    };
    let found = compare::answer(&context, &expected, &answer, false);
    assert_eq!(found, [r#"status: expected 204 got 404 ("no")"#]);
}

#[test]
fn headers_are_compared_by_their_rule() {
    let headers = |expected, actual| answers("nova-34", &[expected], "", &[actual], "");
    let same = [
        (
            ("content-type", "text/html; charset=UTF-8"),
            ("content-type", "text/html;charset=utf-8"),
        ),
        (("vary", "A, B"), ("vary", "B,A")),
        (("www-authenticate", "one"), ("www-authenticate", "another")),
        (
            ("x-openstack-request-id", "req-{ID}"),
            (
                "x-openstack-request-id",
                "req-01234567-89ab-cdef-0123-456789abcdef",
            ),
        ),
    ];
    for (expected, actual) in same {
        assert_eq!(headers(expected, actual), Vec::<String>::new());
        assert_eq!(
            headers(expected, ("server", "x")).len(),
            1,
            "{expected:?} is missing"
        );
        assert_eq!(
            headers(("server", "x"), actual).len(),
            1,
            "{actual:?} is too much"
        );
    }
    let different = [
        (
            ("content-type", "text/html"),
            ("content-type", "text/plain"),
        ),
        (("vary", "A, B"), ("vary", "A")),
        (("location", "/a"), ("location", "/b")),
        (
            ("x-openstack-request-id", "req-{ID}"),
            ("x-openstack-request-id", "req-1"),
        ),
    ];
    for (expected, actual) in different {
        assert_eq!(
            headers(expected, actual).len(),
            1,
            "{expected:?} {actual:?}"
        );
    }
}

#[test]
fn json_differences_have_a_path() {
    let expected = r#"{"images": [{"name": "a", "size": 1}, {"name": "b"}]}"#;
    assert!(
        json(
            "nova-34",
            expected,
            r#"{"images":[{"size":1,"name":"a"},{"name":"b"}]}"#
        )
        .is_empty()
    );
    let cases = [
        (
            r#"{"images": [{"name": "a", "size": 1}, {"name": "c"}]}"#,
            r#"$.images[1].name: expected "b" got "c""#,
        ),
        (
            r#"{"images": [{"name": "a", "size": "1"}, {"name": "b"}]}"#,
            r#"$.images[0].size: expected 1 got "1""#,
        ),
        (
            r#"{"images": [{"name": "a", "size": 1}]}"#,
            "$.images: expected 2 items got 1",
        ),
        (
            r#"{"images": [{"name": "a", "size": 1}, {"name": "b"}], "more": null}"#,
            r#"$.more: expected nothing got "null""#,
        ),
        (
            r#"{"images": [{"name": "a"}, {"name": "b"}]}"#,
            r#"$.images[0].size: expected "1" got nothing"#,
        ),
        ("<html>", r#"body: expected JSON got "<html>""#),
    ];
    for (actual, difference) in cases {
        assert_eq!(json("nova-34", expected, actual), [difference]);
    }
}

#[test]
fn order_counts_only_where_the_rules_say_so() {
    let (one, other) = (
        r#"{"images": [1, 2], "links": [3, 4]}"#,
        r#"{"images": [2, 1], "links": [3, 4]}"#,
    );
    assert_eq!(json("nova-34", one, other).len(), 1);
    assert!(json("juno-docs", one, other).is_empty());
    assert!(json("keystone-30", one, other).is_empty());
    assert_eq!(
        json("juno-docs", one, r#"{"images": [1, 2], "links": [4, 3]}"#).len(),
        1
    );
    assert_eq!(
        json("juno-docs", one, r#"{"images": [2, 2], "links": [3, 4]}"#).len(),
        1
    );
}

#[test]
fn numbers_are_free_where_the_rules_say_so() {
    assert!(
        json(
            "juno-docs",
            r#"{"retryAfter": "30"}"#,
            r#"{"retryAfter": "7"}"#
        )
        .is_empty()
    );
    assert_eq!(
        json(
            "juno-docs",
            r#"{"retryAfter": "30"}"#,
            r#"{"retryAfter": 7}"#
        )
        .len(),
        1
    );
    assert!(
        json(
            "juno-docs",
            r#"{"a": "in 30 seconds."}"#,
            r#"{"a": "in 7 seconds."}"#
        )
        .is_empty()
    );
    assert_eq!(
        json(
            "juno-docs",
            r#"{"a": "in 30 days."}"#,
            r#"{"a": "in 7 days."}"#
        )
        .len(),
        1
    );
    let size = r#"{"OS-EXT-IMG-SIZE:size": "5"}"#;
    assert!(json("juno-docs", size, r#"{"OS-EXT-IMG-SIZE:size": 5}"#).is_empty());
    assert_eq!(json("juno-docs", size, size).len(), 1);
}

#[test]
fn placeholders_have_a_shape() {
    let fits = |expected: &str, actual: &str| {
        let quoted = |text: &str| format!(r#"{{"a": "{text}"}}"#);
        json("keystone-30", &quoted(expected), &quoted(actual)).is_empty()
    };
    let hex = "0123456789abcdef0123456789abcdef";
    for (expected, actual) in [
        ("{ANY}", "whatever"),
        ("{ID}", hex),
        ("{AUDIT}", "0123456789-_abcdefABCD"),
        ("{NOW}.ffffff", "2024-02-29T23:59:59.123456"),
        ("{NOW}.000000Z", "2024-02-29T23:59:59.000000Z"),
        ("token: {t}", "token: secret"),
        ("{other}", "{other}"),
    ] {
        assert!(fits(expected, actual), "{expected} {actual}");
        assert!(
            expected == "{ANY}" || !fits(expected, &format!("{actual}x")),
            "{expected}"
        );
        assert!(
            expected == "{ANY}" || !fits(expected, &actual[1..]),
            "{expected}"
        );
    }
    assert!(!fits("{NOW}.000000Z", "2024-02-29T23:59:59.000001Z"));
    assert!(!fits("{NOW}Z", "2024-13-29T23:59:59Z"));
    assert!(!fits("{ID}", &hex.to_uppercase()));
    assert!(
        json(
            "juno-docs",
            r#"{"a": "{NOW}"}"#,
            r#"{"a": "2024-02-29T23:59:59Z"}"#
        )
        .is_empty()
    );
    assert_eq!(
        json("juno-docs", r#"{"a": "{ID}"}"#, r#"{"a": "1"}"#).len(),
        1
    );
}

#[test]
fn a_token_expires_a_day_after_it_was_issued() {
    let expected = r#"{"issued_at": "{NOW}.000000Z", "expires_at": "{NOW+24h}.000000Z"}"#;
    let ours = |expires: &str| {
        format!(
            r#"{{"issued_at": "2024-02-28T12:00:00.000000Z", "expires_at": "{expires}.000000Z"}}"#
        )
    };
    assert!(json("keystone-30", expected, &ours("2024-02-29T12:00:00")).is_empty());
    assert_eq!(
        json("keystone-30", expected, &ours("2024-03-01T12:00:00")).len(),
        1
    );
}

#[test]
fn of_a_message_of_a_schema_only_the_beginning_counts() {
    let expected = r#"{"message": "too long"}"#;
    let actual = r#"{"message": "too long\n\nFailed validating"}"#;
    assert!(json("keystone-30", expected, actual).is_empty());
    assert_eq!(json("nova-34", expected, actual).len(), 1);
}

#[test]
fn xml_is_compared_by_what_it_says() {
    let expected = "<?xml version='1.0'?>\n<a xmlns='urn:n' xmlns:x='urn:x' x:k='1' l='2'>\n <b/>\n <c>t</c>\n</a>";
    let same =
        "<p:a xmlns:p=\"urn:n\" l=\"2\" y:k=\"1\" xmlns:y=\"urn:x\"><p:b></p:b><p:c>t</p:c></p:a>";
    assert!(xml("juno-docs", expected, same).is_empty());
    let cases = [
        ("<a xmlns='urn:m'/>", "/a: expected"),
        (
            "<a xmlns='urn:n' k='1' l='2'><b/><c>t</c></a>",
            "/a/@{urn:x}k: expected",
        ),
        (
            "<a xmlns='urn:n' xmlns:x='urn:x' x:k='1' l='3'><b/><c>t</c></a>",
            "/a/@l: expected",
        ),
        (
            "<a xmlns='urn:n' xmlns:x='urn:x' x:k='1' l='2'><c>t</c><b/></a>",
            "/a[0]/b: expected",
        ),
        (
            "<a xmlns='urn:n' xmlns:x='urn:x' x:k='1' l='2'><b/><c>u</c></a>",
            "/a[1]/c[0]/text(): expected",
        ),
        (
            "<a xmlns='urn:n' xmlns:x='urn:x' x:k='1' l='2'><b/></a>",
            "/a: expected 2 children got 1",
        ),
        ("<a", "body: malformed XML"),
    ];
    for (actual, beginning) in cases {
        let found = xml("juno-docs", expected, actual);
        assert!(
            found.len() == 1 && found[0].starts_with(beginning),
            "{found:?} {beginning}"
        );
    }
}

#[test]
fn the_children_of_metadata_have_no_order() {
    let (one, other) = (
        "<metadata><m k='1'/><m k='2'/></metadata>",
        "<metadata><m k='2'/><m k='1'/></metadata>",
    );
    assert!(xml("juno-glance", one, other).is_empty());
    assert_eq!(
        xml(
            "juno-glance",
            one,
            "<metadata><m k='1'/><m k='1'/></metadata>"
        )
        .len(),
        1
    );
    let (one, other) = (
        "<images><m k='1'/><m k='2'/></images>",
        "<images><m k='2'/><m k='1'/></images>",
    );
    assert_eq!(xml("juno-glance", one, other).len(), 1);
    assert!(xml("juno-docs", one, other).is_empty());
    assert!(xml("keystone-v2", one, other).is_empty());
}

#[test]
fn other_bodies_are_text() {
    let text = |actual| differences("nova-34", "text/plain", "404 Not Found", actual);
    assert!(text("404 Not Found").is_empty());
    assert_eq!(
        text("404 Not found"),
        [r#"body at 8: expected "Found" got "found""#]
    );
    assert_eq!(
        differences("juno-docs", "text/html", "<p>a</p>", "<p >a</p>").len(),
        1
    );
}
