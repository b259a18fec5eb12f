//! What an entry says.

use super::{ABSENT, IMAGE, JSON, ask, list, numbers};
use crate::harness::{NOW, Server, builder};
use http::StatusCode;
use nova_images::{
    AuthMode, Exchange, Fixture, Image, Interceptor, JournalMode, Refusal, Verdict, Visibility,
    Wire,
};

const DETAIL: &str = "/v2/openstack/images/detail?limit=2";

#[test]
fn an_entry_says_what_was_asked_and_answered() {
    let server = Server::with("docs");
    let answer = server.get_with(DETAIL, &[("Accept", "application/json"), ("X-One", "1")]);
    let entries = list(&server, "bodies=true");
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(entry["number"], 1);
    assert_eq!(entry["at"], NOW.replace('Z', ".000000Z"));
    assert!(entry["duration_micros"].is_u64());
    assert_eq!(entry["service"], "nova");
    assert_eq!(entry["operation"], "nova.images.detail");
    assert_eq!(entry["method"], "GET");
    assert_eq!(entry["target"], DETAIL);
    assert_eq!(entry["project"], "openstack");
    assert_eq!(entry["status"], 200);
    assert_eq!(
        (&entry["end"], &entry["error"]),
        (&"whole".into(), &false.into())
    );
    assert!(entry["why"].is_null() && entry["fault"].is_null() && entry["image"].is_null());
    assert_eq!(entry["request"]["headers"]["x-one"][0], "1");
    assert_eq!(entry["request"]["body"]["bytes"], 0);
    let body = &entry["answer"]["body"];
    assert_eq!(body["text"], answer.text());
    assert_eq!(body["bytes"], answer.text().len());
    assert_eq!(body["truncated"], false);
    let id = answer.header("x-compute-request-id").unwrap();
    assert_eq!(entry["request_id"], id);
    assert_eq!(entry["answer"]["headers"]["x-compute-request-id"][0], id);
    assert_eq!(list(&server, &format!("request_id={id}")).len(), 1);
    // Without bodies unless they are asked for.
    assert!(list(&server, "")[0]["answer"]["body"]["text"].is_null());
    let one = ask(&server, "/1");
    assert_eq!(one, *entry);
    let gone = server.get("/_control/requests/2");
    assert_eq!(gone.status(), 404);
    assert!(gone.text().contains("the newest is 1"), "{}", gone.text());
    assert_eq!(server.get("/_control/requests/x").status(), 404);
}

#[test]
fn bodies_that_were_sent_are_kept() {
    let server = Server::with("docs");
    let path = format!("/v2/openstack/images/{IMAGE}/metadata");
    let body = r#"{"metadata": {"colour": "red"}}"#;
    let headers = [("X-Auth-Token", "admin-token"), JSON];
    server.send("POST", &path, &headers, body).good();
    // Nobody reads the body of this.
    let sent = server.send("GET", "/v2/openstack/images", &[], "never mind");
    assert_eq!(sent.status(), 200);
    let large = server.send("POST", &path, &headers, &" ".repeat(120_000));
    assert_eq!(large.status(), 413);
    let entries = list(&server, "bodies=true");
    let bodies: Vec<_> = entries
        .iter()
        .map(|entry| &entry["request"]["body"])
        .collect();
    assert_eq!(
        (&bodies[0]["text"], &bodies[0]["bytes"]),
        (&body.into(), &body.len().into())
    );
    assert_eq!(entries[0]["image"], IMAGE);
    assert_eq!(bodies[1]["text"], "never mind");
    assert_eq!(bodies[2]["truncated"], true);
    assert_eq!(bodies[2]["text"].as_str().unwrap().len(), 65_536);
}

/// A server of which nine things were asked.
fn asked() -> Server {
    let server = Server::with("docs");
    for target in [
        "/v2/openstack/images/detail",
        "/v2.1/openstack/images",
        &format!("/v2/openstack/images/{ABSENT}"),
        "/v2.1/other/images",
        "/image/v2/images",
        "/identity/v3",
        "/api/openstack-images/",
        "/v2/openstack/nowhere",
    ] {
        _ = server.get(target).status();
    }
    assert_eq!(
        server
            .send("DELETE", "/v2/openstack/images/x", &[], "")
            .status(),
        404
    );
    server
}

#[test]
fn filters_and_their_order() {
    let server = asked();
    for (query, expected) in [
        ("", &[1, 2, 3, 4, 5, 6, 7, 8, 9][..]),
        ("operation=nova.images.*", &[1, 2, 3, 4, 9]),
        ("operation=nova.images.detail", &[1]),
        ("operation=*.list", &[5, 7]),
        ("service=glance", &[5]),
        ("service=keystone", &[6]),
        ("method=delete", &[9]),
        ("path=/v2/*", &[1, 3, 8, 9]),
        ("path=/v2/*/detail", &[1]),
        ("status=404", &[3, 8, 9]),
        ("status=4xx", &[3, 8, 9]),
        ("status=5xx", &[]),
        ("project=other", &[4]),
        (&format!("image={ABSENT}"), &[3]),
        ("error=true", &[3, 8, 9]),
        ("error=false&service=nova", &[1, 2, 4]),
        ("fault=*", &[]),
        ("since=7", &[8, 9]),
        ("since=99", &[]),
        ("limit=2", &[1, 2]),
        ("limit=2&order=newest_first", &[9, 8]),
        ("since=2&limit=3&order=newest_first&status=200", &[7, 6, 5]),
    ] {
        assert_eq!(numbers(&list(&server, query)), expected, "{query}");
        if !query.contains("limit") && !query.contains("order") {
            let count = &ask(&server, &format!("/count?{query}"))["count"];
            assert_eq!(*count, expected.len(), "{query}");
        }
    }
    assert_eq!(ask(&server, "?limit=1")["newest"], 9);
    // Nothing of this is in it.
    assert_eq!(list(&server, "").len(), 9);
}

#[test]
fn what_is_no_filter_is_refused() {
    let server = Server::with("none");
    for query in [
        "status=no",
        "status=0xx",
        "limit=0",
        "limit=1001",
        "error=maybe",
        "order=random",
        "colour=red",
        "since=-1",
    ] {
        let refused = server.get(&format!("/_control/requests?{query}"));
        assert_eq!(refused.status(), 400, "{query}");
        assert!(refused.json()["error"]["message"].is_string());
    }
}

#[test]
fn an_entry_says_why() {
    let image = "b2e3c4d5-0000-4000-8000-000000000001";
    let images = Image::builder(image)
        .visibility(Visibility::Private)
        .owner("Y");
    let server = Server::start(builder().fixture(Fixture::of([images.build()])));
    for target in [
        format!("/v2/X/images/{image}"),
        format!("/v2.1/X/images/{image}"),
        format!("/v2/X/images/{image}/metadata"),
    ] {
        assert_eq!(server.get(&target).status(), 404);
        let entry = &list(&server, "order=newest_first&limit=1")[0];
        assert_eq!(
            entry["why"],
            "no image with this id is visible to project X: it is private to Y"
        );
    }
}

#[test]
fn a_space_sees_its_own_entries_only() {
    let server = Server::with("docs");
    for name in ["a", "b"] {
        server.emulator().make_space(name).make().unwrap();
    }
    for target in ["/v2/openstack/images", "/_space/a/v2.1/openstack/images"] {
        assert_eq!(server.get(target).status(), 200);
    }
    assert_eq!(
        server.get("/_space/nobody/v2/openstack/images").status(),
        404
    );
    let of_space = |name: &str| {
        let answer = server.get(&format!("/_space/{name}/_control/requests"));
        answer.json()["requests"].as_array().unwrap().clone()
    };
    let (root, a) = (list(&server, ""), of_space("a"));
    assert_eq!(numbers(&root), [1, 2]);
    assert_eq!(root[0]["target"], "/v2/openstack/images");
    // Whose request that was is nobody's business but the server's.
    assert_eq!(root[1]["target"], "/_space/nobody/v2/openstack/images");
    assert_eq!(
        root[1]["why"],
        "There is no space \"nobody\" on this server."
    );
    assert_eq!(numbers(&a), [1]);
    assert_eq!(a[0]["target"], "/v2.1/openstack/images");
    assert!(of_space("b").is_empty());
    // It goes with its space.
    assert!(server.emulator().remove_space("a"));
    server.emulator().make_space("a").make().unwrap();
    assert!(of_space("a").is_empty());
}

#[test]
fn what_is_cleared_is_gone_and_numbers_go_on() {
    let server = Server::with("docs");
    assert_eq!(server.get("/").status(), 200);
    assert_eq!(
        server
            .send("DELETE", "/_control/requests", &[], "")
            .status(),
        204
    );
    assert_eq!(ask(&server, "")["newest"], 1);
    assert!(list(&server, "").is_empty());
    assert_eq!(server.get("/").status(), 200);
    assert_eq!(numbers(&list(&server, "")), [2]);
    assert_eq!(
        server.send("POST", "/_control/reset", &[], "").status(),
        204
    );
    assert!(list(&server, "").is_empty());
    assert_eq!(server.get("/").status(), 200);
    assert_eq!(numbers(&list(&server, "")), [3]);
}

#[test]
fn a_journal_that_is_off_says_so() {
    let builder = builder().journal(JournalMode::Off);
    let server = Server::start(builder.fixture(Fixture::docs().unwrap()));
    assert_eq!(server.get("/v2/openstack/images").status(), 200);
    for path in ["", "/1", "/count", "/follow"] {
        let refused = server.get(&format!("/_control/requests{path}"));
        assert_eq!(refused.status(), 409, "{path}");
        assert!(refused.text().contains("--journal off"));
    }
    assert!(server.emulator().requests().list().is_empty());
}

/// Some do to requests what nobody expects.
struct Broken;

impl Interceptor for Broken {
    fn look(&self, exchange: &Exchange<'_>) -> Verdict {
        let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Try later.");
        let refused = exchange.refuse(&refusal);
        match exchange.plan.operation.as_str() {
            "nova.images.detail" => Verdict::Answer(refused.over(Wire::CutAfter(3))),
            "nova.images.index" => Verdict::Answer(refused.because("it is Monday")),
            _ => Verdict::Pass,
        }
    }
}

#[test]
fn what_was_broken_on_purpose_is_no_whole_answer() {
    let builder = builder().fixture(Fixture::docs().unwrap());
    let server = Server::start(builder.interceptor(Broken));
    assert_eq!(server.get("/v2/openstack/images").status(), 503);
    let mut cut = super::sent(
        &server,
        "GET /v2/openstack/images/detail HTTP/1.1\r\nHost: h\r\n\r\n",
    );
    super::read_until(&mut cut, "\r\n\r\n");
    let entries = list(&server, "");
    assert_eq!(entries[0]["why"], "it is Monday");
    let ends: Vec<_> = entries.iter().map(|entry| &entry["end"]).collect();
    assert_eq!(ends, ["whole", "cut"]);
}

#[test]
fn nobody_looks_who_may_not() {
    use nova_images::ControlAccess;
    let start = |access| {
        let builder = builder().fixture(Fixture::docs().unwrap()).control(access);
        Server::start(builder.auth(AuthMode::Strict))
    };
    assert_eq!(
        start(ControlAccess::Off).get("/_control/requests").status(),
        403
    );
    let server = start(ControlAccess::Read);
    assert_eq!(server.get("/_control/requests").status(), 200);
    let cleared = server.send("DELETE", "/_control/requests", &[], "");
    assert_eq!(cleared.status(), 403);
    // No page of a stranger's, by no name that was bent to point here.
    for header in [("Origin", "http://evil.example"), ("Host", "evil.example")] {
        for path in ["", "/1", "/count", "/follow"] {
            let refused = server.get_with(&format!("/_control/requests{path}"), &[header]);
            assert_eq!(refused.status(), 403, "{path} {header:?}");
        }
    }
    // Nor from afar.
    let afar = builder().listen("0.0.0.0:0").control(ControlAccess::Read);
    let afar = Server::start(afar.control_token("T"));
    assert_eq!(afar.get("/_control/requests").status(), 403);
    let shown = afar.get_with("/_control/requests", &[("X-Control-Token", "T")]);
    assert_eq!(shown.status(), 200);
}
