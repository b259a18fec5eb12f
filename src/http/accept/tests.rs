use super::{Policy, URLMAP, WEBOB, WERKZEUG, breaks, parameter, qvalue};

const JSON: &str = "application/json";
const XML: &str = "application/xml";
const HTML: &str = "text/html";
const HOME: &str = "application/json-home";

fn assert_chosen(policy: &Policy, offers: &[&'static str], cases: &[(&str, Option<&str>)]) {
    for (header, expected) in cases {
        let chosen = policy.best_match(header, offers).map(|(offer, _)| offer);
        assert_eq!(chosen, *expected, "{header}");
    }
}

/// Juno, recordings 001 to 045, and what its urlmap.py does.
#[test]
fn urlmap() {
    let offers = [
        JSON,
        "application/vnd.openstack.compute+json",
        XML,
        "application/vnd.openstack.compute+xml",
    ];
    let cases = [
        ("", None),
        (",", None),
        ("garbage", None),
        ("*", None),
        ("*/json", None),
        ("text/plain", None),
        ("*/*", Some(JSON)),
        ("application/*", Some(JSON)),
        ("application/xml, application/json", Some(JSON)),
        ("application/json;q=0.5, application/xml;q=0.9", Some(XML)),
        ("application/xml;q=0", Some(XML)),
        ("application/json;q=0, */*", Some(JSON)),
        ("*/*;q=0.1, application/xml", Some(XML)),
        ("application/xml;q=abc, application/json;q=0.1", Some(JSON)),
        ("application/xml;q=NaN, application/json;q=0.1", Some(JSON)),
        ("application/xml;q=2, application/json", Some(XML)),
        ("application/xml;q=-2", None),
        ("APPLICATION/XML", None),
        ("APPLICATION/*", None),
        ("application/*, application/xml", Some(XML)),
        ("text/html, application/xml;q=0.1", Some(XML)),
        ("application/xml;q=0, application/json;q=0", Some(JSON)),
        ("application/xml;q=0, */*;q=0.1", Some(JSON)),
        ("application/xml ; q = 0.1, */*;q=0.05", Some(XML)),
        ("application/xml;charset=utf-8", Some(XML)),
        ("a/b;x=\",application/xml,\", */*;q=0.1", Some(JSON)),
        ("application/xml;x=\"\\\";q=0\", */*;q=0.1", Some(JSON)),
        (
            "application/vnd.openstack.compute+xml, application/xml",
            Some(XML),
        ),
        (
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            Some(XML),
        ),
    ];
    assert_chosen(&URLMAP, &offers, &cases);
}

#[test]
fn the_version_comes_from_the_chosen_range() {
    let header = "application/xml;version=1.1, application/json;q=0.1;version=2";
    let chosen = |offers| URLMAP.best_match(header, offers);
    assert_eq!(chosen(&[JSON, XML]), Some((XML, Some("1.1"))));
    assert_eq!(chosen(&[JSON]), Some((JSON, Some("2"))));
    assert_eq!(parameter("a/b; version=\"2\"", "version"), Some("2"));
    assert_eq!(parameter("a/b; version=1; version=2", "version"), Some("2"));
    assert_eq!(parameter("a/b; version", "version"), None);
}

/// Glance 33, recordings `accept-404-*`, and what WebOb 1.8.11 answers.
#[test]
fn webob() {
    let cases = [
        ("", None),
        ("zzz", Some(HTML)),
        ("*", Some(HTML)),
        ("*/*", Some(HTML)),
        ("*/*;x=1", Some(HTML)),
        ("*/*;q=0", None),
        ("*/json", None),
        ("text/*", Some(HTML)),
        ("text/html", Some(HTML)),
        ("text/html/x", Some(HTML)),
        ("text/plain", None),
        ("application/*", Some(JSON)),
        ("application/json", Some(JSON)),
        ("APPLICATION/JSON", Some(JSON)),
        ("APPLICATION/*", Some(JSON)),
        ("application/xml", None),
        ("application/json, */*", Some(HTML)),
        ("application/json, */*;q=0.8", Some(JSON)),
        ("application/json;q=0, text/plain", None),
        ("application/json;q=0, */*", Some(HTML)),
        ("text/html;q=0, */*;q=0.1", Some(JSON)),
        ("text/plain, */*;q=0.1", Some(HTML)),
        ("application/json; charset=utf-8", None),
        ("application/json;q=0.2, text/html;q=0.1", Some(JSON)),
        ("application/json;q=0.4, application/*;q=0.5", Some(JSON)),
        (
            "application/json, application/json;q=0, text/*;q=0.5",
            Some(JSON),
        ),
        ("text/html ; q=0.1 , application/json;Q=0.2", Some(JSON)),
        (
            "text/html;q=0.5;level=1, application/json;q=0.4",
            Some(HTML),
        ),
        (
            "text/html;level=1;q=0.5, application/json;q=0.4",
            Some(JSON),
        ),
        ("application/json;q=0.5;a, text/html;q=0.4", Some(JSON)),
        ("a/b;x=\",text/html\",application/json", Some(JSON)),
        // What breaks the grammar likes all types alike.
        ("application/json;q=abc", Some(HTML)),
        ("application/json;q=2", Some(HTML)),
        ("application/json;q=.5", Some(HTML)),
        ("application/json;q=0.1234", Some(HTML)),
        ("application/json;q = 0.1", Some(HTML)),
        ("application/json;q=\"0.5\"", Some(HTML)),
        ("application/json;a;q=0.5", Some(HTML)),
        ("application/json;", Some(HTML)),
        ("application/json;x=\"", Some(HTML)),
        ("application/json, zzz", Some(HTML)),
    ];
    assert_chosen(&WEBOB, &[HTML, JSON], &cases);
}

/// Keystone 30, recordings `doc-*-jsonhome*`, and what Werkzeug 3.1.9 answers.
#[test]
fn werkzeug() {
    let cases = [
        ("", None),
        ("garbage", None),
        ("*", None),
        ("*/json", None),
        ("text/html", None),
        ("*/*", Some(JSON)),
        ("*/*;x=1", Some(JSON)),
        ("application/*", Some(JSON)),
        ("APPLICATION/*, application/json-home;q=0.5", Some(JSON)),
        ("application/json-home", Some(HOME)),
        ("APPLICATION/JSON-HOME", Some(HOME)),
        ("application/json-home;charset=utf-8", None),
        ("application/json-home;q=0", None),
        ("application/json-home;q=abc", None),
        (
            "application/json-home;q=2, application/json;q=0.5",
            Some(JSON),
        ),
        ("application/json-home, */*;q=0.1", Some(HOME)),
        ("application/json-home;q=0.5, */*;q=0.5", Some(HOME)),
        ("application/json-home;q=0.5, */*", Some(JSON)),
        ("application/json-home, application/json", Some(JSON)),
        ("application/json, application/json-home;q=0.5", Some(JSON)),
        (
            "application/json;q=0.2, application/json-home;q=0.5",
            Some(HOME),
        ),
        (
            "application/json;q=0.5, application/json-home;Q=0.6",
            Some(HOME),
        ),
        ("application/json;q=0.2, */*", Some(HOME)),
        ("application/json;q=0, */*", Some(HOME)),
        ("a;x=\",\",application/json-home", Some(HOME)),
    ];
    assert_chosen(&WERKZEUG, &[JSON, HOME], &cases);
}

#[test]
fn difference_39_blanks_end_a_name_and_parameters_have_values() {
    let cases = [
        ("application/xml application/json", Some(XML)),
        (" application/xml */*;q=0", Some(XML)),
        ("application/xml*/*", None),
    ];
    assert_chosen(&URLMAP, &[JSON, XML], &cases);
    for header in [
        "garbage;q=",
        "application/xml;q",
        "application/xml;version=",
        "=",
        ";",
    ] {
        assert!(breaks(header), "{header}");
    }
    for header in ["", "application/xml;a=", "application/xml;q=x", ","] {
        assert!(!breaks(header), "{header}");
    }
}

#[test]
fn weights() {
    for (text, value) in [
        ("0", Some(0.0)),
        ("0.", Some(0.0)),
        ("0.125", Some(0.125)),
        ("1", Some(1.0)),
        ("1.000", Some(1.0)),
        ("0.1234", None),
        ("1.001", None),
        ("2", None),
        (".5", None),
        ("-0", None),
        ("0.x", None),
        ("", None),
    ] {
        assert_eq!(qvalue(text), value, "{text:?}");
    }
}
