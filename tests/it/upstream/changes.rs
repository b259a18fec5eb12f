//! What is written through the proxy is written in the cloud, in all forms.

use super::{DEMO, cloud, proxy, recorded};
use crate::harness::{Response, Server};
use nova_images::{Emulator, Profile};
use serde_json::json;

const PROJECT: &str = "dddddddd00000000000000000000de01";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const XML: [(&str, &str); 2] = [
    ("Content-Type", "application/xml"),
    ("Accept", "application/xml"),
];

fn scene(profile: Profile) -> (Emulator, Server) {
    let cloud = cloud(recorded());
    let proxy = proxy(&cloud, profile);
    (cloud, proxy)
}

/// An image by its name, as the cloud's own Glance has it.
fn found(cloud: &Emulator, name: &str) -> serde_json::Value {
    let server = Glance::of(cloud);
    let list = server.get(&format!("/image/v2/images?name={name}"));
    list["images"][0].clone()
}

/// The cloud's own Glance.
struct Glance(crate::golden::client::Client);

impl Glance {
    fn of(cloud: &Emulator) -> Self {
        Self(crate::golden::client::Client::new(cloud.address()))
    }

    fn get(mut self, target: &str) -> serde_json::Value {
        let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
        let answer = self.0.send("GET", target, &headers, None).unwrap();
        serde_json::from_slice(&answer.body).unwrap()
    }
}

fn send(proxy: &Server, method: &str, target: &str, xml: bool, body: &str) -> Response {
    let headers: &[_] = if xml {
        &[DEMO, XML[0], XML[1]]
    } else {
        &[DEMO, JSON]
    };
    proxy.send(method, target, headers, body)
}

#[test]
fn metadata_in_json_and_xml() {
    let (cloud, proxy) = scene(Profile::Default);
    let id = found(&cloud, "status-active")["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for (tree, xml) in [
        ("/v2.1".to_owned(), false),
        (format!("/v2/{PROJECT}"), false),
        (format!("/v2/{PROJECT}"), true),
        (format!("/v1.1/{PROJECT}"), true),
    ] {
        let at = format!("{tree}/images/{id}/metadata");
        let body = |json: &'static str, text: &'static str| if xml { text } else { json };
        let whole = body(
            r#"{"metadata": {"a": "1", "b": "2"}}"#,
            r#"<metadata><meta key="a">1</meta><meta key="b">2</meta></metadata>"#,
        );
        let answer = send(&proxy, "PUT", &at, xml, whole);
        assert_eq!(answer.status(), 200, "{tree}: {}", answer.text());
        let more = body(
            r#"{"metadata": {"c": "3"}}"#,
            r#"<metadata><meta key="c">3</meta></metadata>"#,
        );
        assert_eq!(send(&proxy, "POST", &at, xml, more).status(), 200);
        let one = body(r#"{"meta": {"b": "two"}}"#, r#"<meta key="b">two</meta>"#);
        assert_eq!(
            send(&proxy, "PUT", &format!("{at}/b"), xml, one).status(),
            200
        );
        let gone = send(&proxy, "DELETE", &format!("{at}/a"), xml, "");
        assert_eq!(gone.status(), 204, "{}", gone.text());
        let again = send(&proxy, "DELETE", &format!("{at}/a"), xml, "");
        assert_eq!(again.status(), 404, "{}", again.text());
        let image = found(&cloud, "status-active");
        assert_eq!((&image["b"], &image["c"]), (&json!("two"), &json!("3")));
        assert!(image.get("a").is_none(), "{image}");
        let shown = proxy.get_with(&format!("/v2.1/images/{id}/metadata"), &[DEMO]);
        assert_eq!(shown.json()["metadata"], json!({"b": "two", "c": "3"}));
    }
}

#[test]
fn who_may_change_what_is_the_clouds_to_say() {
    let (cloud, proxy) = scene(Profile::Default);
    let body = r#"{"metadata": {"a": "1"}}"#;
    for (name, status, deleted) in [
        ("alt-public", 403, 403),
        ("protected-mine", 200, 403),
        ("status-queued", 200, 204),
    ] {
        let id = found(&cloud, name)["id"].as_str().unwrap().to_owned();
        let target = format!("/v2.1/images/{id}");
        let wrote = send(&proxy, "POST", &format!("{target}/metadata"), false, body);
        assert_eq!(wrote.status(), status, "{name}: {}", wrote.text());
        let gone = send(&proxy, "DELETE", &target, false, "");
        assert_eq!(gone.status(), deleted, "{name}: {}", gone.text());
        let after = proxy.get_with(&target, &[DEMO]).status();
        assert_eq!(after, if deleted == 204 { 404 } else { 200 }, "{name}");
    }
    let other = send(&proxy, "DELETE", "/v2.1/images/nobody", false, "");
    assert_eq!(other.json()["itemNotFound"]["message"], "Image not found.");
}
