//! A Glance that is down, slow, or answers nonsense: Nova's answer in bounded time, and all is well
//! afterwards.

use super::stub::{Act, Stub, image, json, page};
use super::{DEMO, cloud, recorded};
use crate::golden::client::Client;
use crate::harness::{Response, Server, builder};
use nova_images::{Clock, Emulator, Profile, UpstreamConfig};
use std::net::TcpListener;
use std::time::Duration;

const LIST: &str = "/v2.1/images";

/// No fault takes longer to be told, in seconds.
const BOUND: i64 = 10;

/// For whoever answers at all, however busy the machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// A proxy whose image service is a stub, and whose identity service is an emulator's.
struct Scene {
    glance: Stub,
    proxy: Server,
    _keystone: Emulator,
}

impl Scene {
    fn of(script: impl IntoIterator<Item = Act>) -> Self {
        Self::with(Profile::Default, script)
    }

    fn with(profile: Profile, script: impl IntoIterator<Item = Act>) -> Self {
        Self::waiting(PATIENCE, profile, script)
    }

    /// Whose answers have to begin so soon.
    fn waiting(limit: Duration, profile: Profile, script: impl IntoIterator<Item = Act>) -> Self {
        let glance = Stub::playing(script);
        let keystone = cloud(recorded());
        let proxy = proxy(limit, profile, &glance.url(), &keystone);
        Self {
            glance,
            proxy,
            _keystone: keystone,
        }
    }

    fn list(&self) -> Response {
        let begun = Clock::real().now();
        let answer = self.proxy.get_with(LIST, &[DEMO]);
        let seconds = Clock::real().now().seconds() - begun.seconds();
        assert!(seconds <= BOUND, "{seconds} s");
        answer
    }

    /// Whether the next list is one.
    fn is_well(&self) {
        let list = self.list().good();
        assert!(list.contains(r#""name": "good""#), "{list}");
    }
}

fn proxy(limit: Duration, profile: Profile, glance: &str, keystone: &Emulator) -> Server {
    let mut config = UpstreamConfig::new(glance, keystone.identity_url());
    config.first_byte_timeout = limit;
    Server::start(builder().profile(profile).upstream(config))
}

/// What users are told.
fn unavailable(answer: &Response) {
    assert_eq!(answer.status(), 503, "{}", answer.text());
    let said = &answer.json()["serviceUnavailable"]["message"];
    assert_eq!(
        said,
        "The server is currently unavailable. Please try again at a later time."
    );
    assert!(answer.header("x-compute-request-id").is_some());
}

#[test]
fn down() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let keystone = cloud(recorded());
    let users = proxy(PATIENCE, Profile::Default, &url, &keystone);
    unavailable(&users.get_with(LIST, &[DEMO]));
    unavailable(&users.send("DELETE", "/v2.1/images/x", &[DEMO], ""));
    let demo = "dddddddd00000000000000000000de01";
    let xml = users.get_with(&format!("/v2/{demo}/images.xml"), &[DEMO]);
    assert_eq!(xml.status(), 503);
    assert!(
        xml.text().starts_with("<serviceUnavailable"),
        "{}",
        xml.text()
    );
    // Nova 34 says what its own exception is called.
    let exact = proxy(PATIENCE, Profile::Nova34, &url, &keystone);
    let answer = exact.get_with(LIST, &[DEMO]);
    assert_eq!(answer.status(), 500);
    let said = answer.json()["computeFault"]["message"].to_string();
    assert!(
        said.contains("nova.exception.GlanceConnectionFailed"),
        "{said}"
    );
    // Health does not follow it: all replicas would drop together.
    assert_eq!(users.get("/_control/health/ready").status(), 200);
}

#[test]
fn a_connection_is_used_again() {
    let scene = Scene::of([]);
    for _ in 0..20 {
        scene.is_well();
    }
    assert_eq!(scene.glance.asked(), 20);
    assert_eq!(scene.glance.connections(), 1);
}

#[test]
fn many_at_once_are_all_answered() {
    let scene = Scene::of([]);
    let address = scene.proxy.address();
    std::thread::scope(|scope| {
        let ask = || {
            let mut client = Client::new(address);
            let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
            let answers = (0..5).map(|_| client.send("GET", LIST, &headers, None));
            answers.map(|answer| answer.unwrap().status).collect()
        };
        let asking: Vec<_> = (0..40).map(|_| scope.spawn(ask)).collect();
        for client in asking {
            let statuses: Vec<u16> = client.join().unwrap();
            assert_eq!(statuses, [200; 5]);
        }
    });
    assert_eq!(scene.glance.asked(), 200);
    assert!(
        scene.glance.connections() <= 40,
        "{}",
        scene.glance.connections()
    );
}

#[test]
fn slow() {
    let limit = Duration::from_millis(300);
    let scene = Scene::waiting(limit, Profile::Default, [Act::Hold]);
    unavailable(&scene.list());
    assert_eq!(scene.glance.asked(), 1);
}

#[test]
fn a_broken_connection_is_tried_once_more() {
    let cut = || {
        Act::SayAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"images\": [".to_vec())
    };
    for broken in [Act::Reset, cut(), Act::SayAndClose(Vec::new())] {
        let scene = Scene::of([broken.clone()]);
        scene.is_well();
        assert_eq!(scene.glance.asked(), 2);
        let scene = Scene::of([broken.clone(), broken]);
        unavailable(&scene.list());
        assert_eq!(scene.glance.asked(), 2);
        scene.is_well();
    }
}

#[test]
fn nonsense() {
    let wrong_time = page(&["a"], None).replace("2025-01-01T00:00:00Z", "yesterday");
    for bytes in [
        b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>".to_vec(),
        json("200 OK", "", "[]"),
        json("200 OK", "", r#"{"images": 7}"#),
        json("200 OK", "", &wrong_time),
        json("404 Not Found", "", "{}"),
        json("300 Multiple Choices", "", "{}"),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let is_choice = shown.contains("Choices");
        let scene = Scene::of([Act::SayAndClose(bytes)]);
        let answer = scene.list();
        let expected = if is_choice { 500 } else { 503 };
        assert_eq!(answer.status(), expected, "{shown}: {}", answer.text());
        scene.is_well();
    }
}

#[test]
fn a_token_that_ends_between_two_pages() {
    let first = || {
        Act::Say(json(
            "200 OK",
            "",
            &page(&["a"], Some("/v2/images?marker=a")),
        ))
    };
    let refused = || Act::Say(json("401 Unauthorized", "", "{}"));
    let scene = Scene::of([first(), refused()]);
    let answer = scene.list();
    assert_eq!(answer.status(), 401, "{}", answer.text());
    assert!(answer.header("www-authenticate").is_some());
    scene.is_well();
    // What has been sent cannot be taken back: the connection is cut.
    let name = "n".repeat(1200);
    let images: Vec<String> = (0..1000).map(|n| image(&format!("{n}"), &name)).collect();
    let long = format!(
        r#"{{"images": [{}], "next": "/v2/images?marker=999"}}"#,
        images.join(", ")
    );
    let scene = Scene::of([Act::Say(json("200 OK", "", &long)), refused()]);
    let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
    let mut client = Client::new(scene.proxy.address());
    assert!(
        client
            .send("GET", "/v2.1/images/detail", &headers, None)
            .is_err()
    );
    scene.is_well();
}

#[test]
fn busy() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let soon = Act::Say(json(status, "Retry-After: 0\r\n", "{}"));
        let scene = Scene::of([soon]);
        scene.is_well();
        assert_eq!(scene.glance.asked(), 2, "{status}");
        // Nobody is kept waiting for minutes.
        let late = Act::Say(json(status, "Retry-After: 120\r\n", "{}"));
        let scene = Scene::of([late]);
        let answer = scene.list();
        unavailable(&answer);
        assert_eq!(answer.header("retry-after").as_deref(), Some("120"));
        assert_eq!(scene.glance.asked(), 1, "{status}");
        scene.is_well();
    }
}

#[test]
fn a_deletion_is_not_sent_twice() {
    let scene = Scene::of([Act::Reset]);
    let delete = || scene.proxy.send("DELETE", "/v2.1/images/good", &[DEMO], "");
    unavailable(&delete());
    assert_eq!(scene.glance.asked(), 1);
    assert_eq!(delete().status(), 204);
    // Unless the connection was gone before it could take it.
    let list = json("200 OK", "", &page(&["good"], None));
    let scene = Scene::of([Act::SayAndClose(list)]);
    scene.is_well();
    let delete = scene.proxy.send("DELETE", "/v2.1/images/good", &[DEMO], "");
    assert_eq!(delete.status(), 204);
    assert_eq!(scene.glance.asked(), 2);
}

#[test]
fn what_glance_refuses_is_told_in_novas_words() {
    let html = "<html>\n <head>\n  <title>409 Conflict</title>\n </head>\n <body>\n  \
                <h1>409 Conflict</h1>\n  Image x is in use<br /><br />\n </body>\n</html>";
    let conflict = format!(
        "HTTP/1.1 409 Conflict\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{html}",
        html.len()
    );
    let scene = Scene::of([Act::Say(conflict.into_bytes())]);
    let answer = scene.proxy.send("DELETE", "/v2.1/images/x", &[DEMO], "");
    assert_eq!(answer.status(), 409);
    let said = answer.json()["conflictingRequest"]["message"].to_string();
    assert!(said.contains("409 Conflict: Image x is in use"), "{said}");
    scene.is_well();
}

#[test]
fn an_endless_list_ends() {
    // A page that is its own next one, and pages without images.
    let itself = page(&["a"], Some("/v2/images?limit=1000"));
    let scene = Scene::of([Act::Say(json("200 OK", "", &itself))]);
    unavailable(&scene.list());
    let empty = page(&[], Some("/v2/images?marker=b"));
    let scene = Scene::of([Act::Say(json("200 OK", "", &empty))]);
    assert_eq!(scene.list().good(), r#"{"images": []}"#);
    assert_eq!(scene.glance.asked(), 1);
}

#[test]
fn what_goes_with_a_request_is_passed_on() {
    let scene = Scene::with(Profile::Nova34, []);
    let id = "req-6f1e0e2c-6e9f-4f0d-9d4e-2f3c5a7b9d10";
    let headers = [
        DEMO,
        ("X-OpenStack-Request-ID", id),
        ("X-Forwarded-For", "192.0.2.7"),
        ("X-Roles", "admin"),
    ];
    _ = scene.proxy.get_with(LIST, &headers).good();
    let head = scene.glance.heads().remove(0).to_lowercase();
    assert!(head.starts_with("get /v2/images?limit=1000 "), "{head}");
    for line in [
        "x-auth-token: demo-token",
        &format!("x-openstack-request-id: {id}"),
        "x-forwarded-for: 192.0.2.7",
    ] {
        assert!(head.contains(line), "{head}");
    }
    assert!(!head.contains("x-roles"), "{head}");
}
