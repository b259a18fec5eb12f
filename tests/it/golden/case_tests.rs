//! Proof that what concerns a whole case can fail: reading it, its captures, its rows without order.

use std::collections::BTreeMap;

use super::case::Case;
use super::multiset;
use super::pattern::{Context, substitute};
use super::rules::rules;
use super::unordered::Rows;

#[test]
fn a_pairing_takes_no_partner_that_another_needs() {
    // The first fits both, the second only the first's favourite.
    assert_eq!(
        multiset::pair(2, &|left, right| left == 0 || right == 0),
        Ok(())
    );
    assert_eq!(multiset::pair(2, &|_, right| right == 0), Err((1, 1)));
}

#[test]
fn rows_without_order_are_compared_over_all_pages() {
    let found = |pages: &[(&str, &str)]| {
        let captures = BTreeMap::new();
        let mut rows = Rows::default();
        let mut found = Vec::new();
        for (expected, actual) in pages {
            found.extend(rows.add(Some(expected), actual).unwrap_or_default());
        }
        found.extend(rows.difference(&Context::new(rules("waldur"), &captures, "")));
        found
    };
    assert!(
        found(&[
            (r#"[{"a":1},{"a":2}]"#, r#"[{"a":3},{"a":2}]"#),
            (r#"[{"a":3}]"#, r#"[{"a":1}]"#)
        ])
        .is_empty()
    );
    assert_eq!(
        found(&[(r#"[{"a":1},{"a":2}]"#, r#"[{"a":1},{"a":1}]"#)]).len(),
        1
    );
    // The same rows, cut at another place.
    assert_eq!(
        found(&[
            (r#"[{"a":1},{"a":2}]"#, r#"[{"a":1}]"#),
            (r#"[{"a":3}]"#, r#"[{"a":2},{"a":3}]"#)
        ])
        .len(),
        2
    );
    let named = r#"[{"name":"a","uuid":1},{"name":"a","uuid":2},{"name":"b","uuid":3}]"#;
    assert!(
        found(&[(
            named,
            r#"[{"name":"a","uuid":2},{"name":"a","uuid":1},{"name":"b","uuid":3}]"#
        )])
        .is_empty()
    );
    assert_eq!(
        found(&[(
            named,
            r#"[{"name":"a","uuid":1},{"name":"b","uuid":3},{"name":"a","uuid":2}]"#
        )])
        .len(),
        1
    );
}

#[test]
fn an_unknown_key_of_a_case_is_an_error() {
    let case = |more: &str| {
        Case::parse(&format!(
            r#"{{"id": "a", "exchanges": [{{"request": {{"method": "GET", "target": "/"{more}}},
            "response": {{"status": 200, "headers": {{}}, "body": ""}}}}]}}"#
        ))
    };
    assert!(case("").is_ok());
    assert!(case(r#", "stage": "done""#).is_err());
}

#[test]
fn captured_values_take_the_place_of_their_names() {
    let captures = BTreeMap::from([("t".to_owned(), "secret".to_owned())]);
    assert_eq!(
        substitute(r#"{"id": "{t}", "x": "{u}"}"#, &captures),
        r#"{"id": "secret", "x": "{u}"}"#
    );
}
