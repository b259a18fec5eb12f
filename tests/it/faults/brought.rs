//! Faults that requests bring themselves.

use super::{ASKED, IMAGE, LIST, MARK, NONE, exchange, parts, with};
use crate::harness::{Server, builder};
use nova_images::Fixture;
use serde_json::json;
use std::io::ErrorKind;

const OWN: &str = "X-Nova-Images-Fault";

fn open() -> Server {
    let builder = builder().fixture(Fixture::docs().unwrap());
    Server::start(builder.request_faults(true))
}

#[test]
fn a_request_says_what_becomes_of_it_and_of_no_other() {
    let server = open();
    for (_, target, headers) in ASKED {
        let fault = (OWN, "status=503; message=Not now.; retry_after=9");
        let answer = server.get_with(target, &[headers, &[fault]].concat());
        assert_eq!(answer.status(), 503, "{target}");
        assert!(answer.text().contains("Not now."), "{target}");
        assert_eq!(answer.header(MARK).as_deref(), Some("request"));
        assert_eq!(answer.header("retry-after").as_deref(), Some("9"));
        let plain = server.get_with(target, headers);
        assert_ne!(plain.status(), 503, "{target}");
        assert_eq!(plain.header(MARK), None, "{target}");
    }
}

#[test]
fn every_effect_can_be_brought() {
    let server = open();
    let get = |fault: &str| exchange(&server, "GET", LIST, &[(OWN, fault)], "");
    let whole = parts(&exchange(&server, "GET", LIST, NONE, "").0).1;
    assert_eq!(get("reset").1, Some(ErrorKind::ConnectionReset));
    assert_eq!(get("raw=no").0, b"no");
    assert_eq!(parts(&get("cut=5").0).1, whole[..5]);
    assert_eq!(parts(&get("malformed").0).1, whole[..whole.len() / 2]);
    assert_eq!(parts(&get("delay=1ms; slow=10000000").0).1, whole);
    assert!(
        parts(&get("content_type=a/b").0)
            .0
            .contains("content-type: a/b\r\n")
    );
    let reply = r#"{"reply": {"status": 204, "headers": {"X-A": "b"}}}"#;
    let (head, body) = parts(&get(reply).0);
    assert!(
        head.starts_with("http/1.1 204") && head.contains("x-a: b\r\n"),
        "{head}"
    );
    assert_eq!(body, b"");
}

#[test]
fn a_change_is_made_all_the_same() {
    let server = open();
    let path = format!("/v2/openstack/images/{IMAGE}/metadata/colour");
    let body = json!({"meta": {"colour": "red"}}).to_string();
    let headers = |fault| [super::ADMIN, &[(OWN, fault)]].concat();
    let put = |fault| server.send("PUT", &path, &headers(fault), &body).status();
    assert_eq!(put("status=500"), 500);
    assert_eq!(server.get(&path).status(), 404);
    assert_eq!(put("status=500; apply"), 500);
    assert_eq!(server.get(&path).status(), 200);
}

#[test]
fn what_is_none_is_refused_by_the_service() {
    let server = open();
    for (fault, why) in [
        ("", "does nothing"),
        ("statuss=503", "unknown field `statuss`"),
        ("status=1", "from 400 to 599"),
        ("stale", "stale is of the moment"),
        ("{", "EOF"),
    ] {
        for (_, target, headers) in ASKED {
            let answer = server.get_with(target, &[headers, &[(OWN, fault)]].concat());
            assert_eq!(answer.status(), 400, "{fault} {target}");
            assert!(
                answer.text().contains(why),
                "{fault} {target}: {}",
                answer.text()
            );
        }
    }
    // The control API does not look at it.
    let health = server.get_with("/_control/health/live", &[(OWN, "status=503")]);
    assert_eq!(health.status(), 200);
}

#[test]
fn where_it_is_not_switched_on_nobody_looks() {
    let server = with(&[]);
    for fault in ["status=503", "nonsense"] {
        let answer = server.get_with(LIST, &[(OWN, fault)]);
        assert_eq!((answer.status(), answer.header(MARK)), (200, None));
    }
}

#[test]
fn a_space_has_it_as_its_server() {
    let server = open();
    server.emulator().make_space("a").make().unwrap();
    let answer = server.get_with(&format!("/_space/a{LIST}"), &[(OWN, "status=503")]);
    assert_eq!(answer.status(), 503);
    // What is brought comes before what is there.
    super::add(&server, &json!({"status": 500, "count": 1}));
    assert_eq!(server.get_with(LIST, &[(OWN, "status=418")]).status(), 418);
    assert_eq!(server.get(LIST).status(), 500);
}
