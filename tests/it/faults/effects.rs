//! Each effect that is no error, in every service and form.

use super::{
    ASKED, Headers, IMAGE, LIST, MARK, NONE, XML, add, clear, exchange, parts, raw, timed, with,
};
use crate::harness::Server;
use nova_images::{Fault, FaultReply};
use serde_json::json;
use std::io::ErrorKind;
use std::time::Duration;

/// What is answered when nothing goes wrong.
fn real(server: &Server, target: &str, headers: Headers) -> Vec<u8> {
    parts(&raw(server, target, headers).0).1
}

#[test]
fn half_a_body_passes_for_all_of_it() {
    let server = with(&[]);
    for (_, target, headers) in ASKED {
        let whole = real(&server, target, headers);
        add(&server, &json!({"malformed": true, "count": 1}));
        let (head, body) = parts(&raw(&server, target, headers).0);
        assert!(head.contains(MARK), "{target}: {head}");
        assert!(
            head.contains(&format!("content-length: {}\r\n", body.len())),
            "{head}"
        );
        assert_eq!(body.len(), whole.len() / 2, "{target}");
        clear(&server);
    }
    // Neither JSON nor XML any more.
    add(&server, &json!({"malformed": true}));
    let json = server.get(LIST).good();
    assert!(serde_json::from_str::<serde_json::Value>(&json).is_err());
    let xml = server.get_with(LIST, XML).good();
    assert!(roxmltree::Document::parse(&xml).is_err());
}

#[test]
fn a_body_is_cut_off() {
    let server = with(&[]);
    for (_, target, headers) in ASKED {
        let whole = real(&server, target, headers);
        add(&server, &json!({"cut": 9, "count": 1}));
        let (came, error) = raw(&server, target, headers);
        let (head, body) = parts(&came);
        assert!(
            head.contains(&format!("content-length: {}\r\n", whole.len())),
            "{head}"
        );
        assert_eq!((body.as_slice(), error), (&whole[..9], None), "{target}");
        clear(&server);
    }
}

#[test]
fn a_connection_is_reset() {
    let server = with(&[json!({"reset": true})]);
    for (_, target, headers) in ASKED {
        let (came, error) = raw(&server, target, headers);
        let expected = (&b""[..], Some(ErrorKind::ConnectionReset));
        assert_eq!((came.as_slice(), error), expected, "{target}");
    }
}

#[test]
fn the_type_is_wrong_and_the_body_is_not() {
    let server = with(&[]);
    for (_, target, headers) in ASKED {
        let whole = real(&server, target, headers);
        add(&server, &json!({"content_type": "image/png", "count": 1}));
        let (head, body) = parts(&raw(&server, target, headers).0);
        assert_eq!(head.matches("content-type:").count(), 1, "{head}");
        assert!(head.contains("content-type: image/png\r\n"), "{head}");
        assert_eq!(body, whole, "{target}");
        clear(&server);
    }
}

#[test]
fn bytes_come_in_place_of_an_answer() {
    let server = with(&[json!({"raw": "SSH-2.0-OpenSSH_9.6\r\n"})]);
    for (_, target, headers) in ASKED {
        let came = raw(&server, target, headers);
        assert_eq!(
            came,
            (b"SSH-2.0-OpenSSH_9.6\r\n".to_vec(), None),
            "{target}"
        );
    }
}

#[test]
fn an_answer_comes_as_it_stands() {
    let page = json!({"status": 502, "headers": {"Content-Type": "text/html", "X-Proxy": "a"}, "body": "<h1>"});
    let server = with(&[json!({"reply": page})]);
    for (_, target, headers) in ASKED {
        let answer = server.get_with(target, headers);
        assert_eq!(
            (answer.status(), answer.text()),
            (502, "<h1>".to_owned()),
            "{target}"
        );
        assert_eq!(answer.header("content-type").as_deref(), Some("text/html"));
        assert_eq!(answer.header("x-proxy").as_deref(), Some("a"));
        assert_eq!(answer.header(MARK).as_deref(), Some("1"));
    }
    let nova = server.emulator();
    nova.faults().clear();
    let bytes = FaultReply::new(200, [0xff, 0]).header("Content-Type", "a/b");
    nova.faults().add(Fault::anywhere().reply(bytes)).unwrap();
    assert_eq!(real(&server, LIST, NONE), [0xff, 0]);
    // What is no text is shown as well as it can be.
    let shown = server.get("/_control/faults").json();
    assert_eq!(shown["faults"][0]["reply"]["body"], "\u{fffd}\0");
}

#[test]
fn an_answer_is_slow() {
    let server = with(&[]);
    for (_, target, headers) in ASKED {
        let whole = raw(&server, target, headers).0;
        // In about a tenth of a second.
        let rate = u32::try_from(whole.len()).unwrap() * 10;
        add(&server, &json!({"slow": rate, "count": 1}));
        let (body, took) = timed(|| real(&server, target, headers));
        assert!(took > Duration::from_millis(40), "{target}");
        assert_eq!(body, parts(&whole).1, "{target}");
        clear(&server);
    }
}

#[test]
fn a_delay_holds_one_up_and_goes_with_any_effect() {
    let server = with(&[
        json!({"operation": "nova.images.detail", "delay": "60ms"}),
        json!({"operation": "nova.images.index", "delay": "50ms..70ms", "status": 503}),
    ]);
    for (target, status) in [(LIST, 200), ("/v2/openstack/images", 503)] {
        let (answer, took) = timed(|| server.get(target));
        assert_eq!(answer.status(), status);
        assert!(took >= Duration::from_millis(50), "{target}");
        assert!(answer.header(MARK).is_some());
    }
    let quick = server.get(&format!("/v2/openstack/images/{IMAGE}"));
    assert_eq!((quick.status(), quick.header(MARK)), (200, None));
}

/// The deed is done, and its answer lost on the way.
#[test]
fn a_change_is_made_and_its_answer_lost() {
    for effect in [
        Fault::anywhere().reset(),
        Fault::anywhere().raw("no"),
        Fault::anywhere().reply(FaultReply::new(504, "late")),
    ] {
        let server = with(&[]);
        let fault = effect.method("PUT").applied().times(1);
        server.emulator().faults().add(fault).unwrap();
        let body = r#"{"meta": {"colour": "red"}}"#;
        let path = format!("/v2/openstack/images/{IMAGE}/metadata/colour");
        let length = body.len().to_string();
        let (came, _) = exchange(&server, "PUT", &path, &[("Content-Length", &length)], body);
        assert!(!came.starts_with(b"HTTP/1.1 200"));
        let shown = server.get(&path).good();
        assert!(shown.contains("red"), "{shown}");
    }
}

/// Long lists and image data are streams.
#[test]
fn streams_can_be_wrong_too() {
    let server = with(&[]);
    let image = r#"{"disk_format": "raw", "container_format": "bare"}"#;
    let made = server.send("POST", "/image/v2/images", super::ADMIN, image);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let file = format!("/image/v2/images/{id}/file");
    let octets: Headers = &[
        ("Content-Type", "application/octet-stream"),
        ("X-Auth-Token", "admin-token"),
    ];
    let data = "0123456789".repeat(10_000);
    assert_eq!(server.send("PUT", &file, octets, &data).status(), 204);
    add(&server, &json!({"malformed": true, "count": 1}));
    let (head, body) = parts(&raw(&server, &file, octets).0);
    assert!(head.contains("content-length: 50000\r\n"), "{head}");
    assert_eq!(body, data.as_bytes()[..50_000]);
    add(&server, &json!({"cut": 70_000, "count": 1}));
    let (head, body) = parts(&raw(&server, &file, octets).0);
    assert!(head.contains("content-length: 100000\r\n"), "{head}");
    assert_eq!(body, data.as_bytes()[..70_000]);
}
