//! Where the default profile departs from the real servers: the rows of docs/fidelity.md.

use crate::harness::{Server, builder};
use nova_images::{Fixture, Microversion};

const XML: (&str, &str) = ("Accept", "application/xml");
const JSON_BODY: (&str, &str) = ("Content-Type", "application/json");

/// One private image that the project may write to, with whatever else the test needs.
fn over(extra: &str) -> Server {
    let text = format!(
        r#"{{"images": [{{"id": "one", "name": "one", "owner": "p", "visibility": "private",
            "created_at": "2025-01-01T00:00:00Z", "disk_format": "raw", "container_format": "bare"
            {extra}}}]}}"#
    );
    Server::start(builder().fixture(Fixture::parse("test", &text).unwrap()))
}

#[test]
fn xml_on_v21_for_who_asks_for_it_and_not_for_json() {
    let server = Server::with("docs");
    let target = "/v2.1/openstack/images/detail";
    let answer = server.get_with(target, &[XML]);
    assert_eq!(
        answer.header("content-type").as_deref(),
        Some("application/xml")
    );
    let text = answer.good();
    assert!(text.contains("/v2.1/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b"));
    let root = roxmltree::Document::parse(&text).unwrap();
    assert_eq!(root.root_element().tag_name().name(), "images");
    for accept in [
        "application/json, application/xml",
        "application/xml, application/json;q=0.1",
        "*/*",
        "",
    ] {
        let answer = server.get_with(target, &[("Accept", accept)]);
        assert_eq!(
            answer.header("content-type").as_deref(),
            Some("application/json"),
            "{accept}"
        );
        assert!(answer.good().starts_with('{'));
    }
    let error = server.get_with("/v2.1/openstack/images/nope", &[XML]);
    assert_eq!(error.status(), 404);
    assert!(error.text().starts_with("<itemNotFound code=\"404\""));
}

#[test]
fn microversions_end_where_the_image_api_does() {
    let newest = |server: &Server| {
        let versions = server.get("/").json();
        versions["versions"][1]["version"]
            .as_str()
            .map(str::to_owned)
    };
    let server = Server::with("none");
    assert_eq!(newest(&server).as_deref(), Some("2.35"));
    let refused = server.get_with("/v2.1/images", &[("X-OpenStack-Nova-API-Version", "2.36")]);
    assert_eq!(refused.status(), 406);
    assert_eq!(
        refused.header("x-openstack-nova-api-version").as_deref(),
        Some("2.36")
    );

    let server = Server::start(builder().max_microversion(Microversion::v2(60)));
    assert_eq!(newest(&server).as_deref(), Some("2.60"));
    let gone = server.get_with("/v2.1/images", &[("X-OpenStack-Nova-API-Version", "2.36")]);
    assert_eq!(gone.status(), 404);
}

#[test]
fn errors_under_a_vendors_media_type_are_errors() {
    let server = Server::with("docs");
    let vendor = |kind: &str| {
        let accept = format!("application/vnd.openstack.compute+{kind}");
        server.get_with("/v2/openstack/images/nope", &[("Accept", &accept)])
    };
    let json = vendor("json");
    assert_eq!(json.status(), 404);
    assert_eq!(json.json()["itemNotFound"]["message"], "Image not found.");
    assert!(
        vendor("xml")
            .text()
            .contains("<message>Image not found.</message>")
    );
}

#[test]
fn next_links_can_be_followed() {
    let server = Server::with("edge");
    let project = "eb0bef0260fa3e457c2b1910c4bdd72c";
    let since = "changes-since=2024-01-01T02:00:00%2B02:00";
    let first = server
        .get(&format!("/v2/{project}/images?limit=1&x=%E2%98%83&{since}"))
        .json();
    let href = first["images_links"][0]["href"].as_str().unwrap();
    let (_, target) = href.split_once("/v2/").unwrap();
    let second = server.get(&format!("/v2/{target}")).json();
    assert_ne!(first["images"][0]["id"], second["images"][0]["id"]);
    assert_eq!(second["images"].as_array().map(Vec::len), Some(1));
}

#[test]
fn queries_that_are_no_text_are_refused() {
    let server = Server::with("docs");
    for tree in ["/v2/openstack", "/v2.1/openstack"] {
        let answer = server.get(&format!("{tree}/images?name=%FF"));
        assert_eq!(answer.status(), 400, "{tree}");
        assert_eq!(
            answer.json()["badRequest"]["message"],
            "Query string is not UTF-8 encoded"
        );
    }
}

#[test]
fn bodies_of_the_wrong_shape_are_refused_with_a_reason() {
    let server = over("");
    for (method, path, body) in [
        ("POST", "metadata", "null"),
        ("POST", "metadata", "[\"metadata\"]"),
        ("POST", "metadata", "{\"metadata\": null}"),
        ("POST", "metadata", "{\"metadata\": [\"a\"]}"),
        ("PUT", "metadata", "[]"),
        ("PUT", "metadata", "{\"metadata\": \"a\"}"),
        ("PUT", "metadata", ""),
        ("PUT", "metadata/a", "{\"meta\": null}"),
    ] {
        let answer = server.send(
            method,
            &format!("/v2/p/images/one/{path}"),
            &[JSON_BODY],
            body,
        );
        assert_eq!(answer.status(), 400, "{method} {body}");
        assert!(answer.json()["badRequest"]["message"].is_string());
    }
    assert_eq!(
        server.get("/v2/p/images/one/metadata").json()["metadata"],
        serde_json::json!({})
    );
}

#[test]
fn no_value_breaks_later_reads() {
    let server = over("");
    let body = r#"{"metadata": {"block_device_mapping": "no JSON", "bell": "a\u0007b"}}"#;
    let written = server.send("POST", "/v2/p/images/one/metadata", &[JSON_BODY], body);
    assert_eq!(written.status(), 200);
    for target in [
        "/v2/p/images/detail",
        "/v2.1/p/images/detail",
        "/v2/p/images/one",
    ] {
        let json = server.get(target).good();
        assert!(
            json.contains("\"block_device_mapping\": \"no JSON\""),
            "{target}: {json}"
        );
        let xml = server.get_with(target, &[XML]).good();
        let document = roxmltree::Document::parse(&xml).unwrap();
        let texts: Vec<_> = document
            .descendants()
            .filter_map(|node| node.text())
            .collect();
        assert!(
            texts.contains(&"no JSON") && texts.contains(&"a\u{fffd}b"),
            "{target}: {xml}"
        );
    }
}

#[test]
fn null_properties_are_shown_everywhere() {
    let server = over(", \"nothing\": null");
    for tree in ["/v2/p", "/v2.1/p"] {
        let expected = if tree == "/v2/p" {
            serde_json::Value::Null
        } else {
            "".into()
        };
        let image = server.get(&format!("{tree}/images/one")).json();
        let list = server.get(&format!("{tree}/images/detail")).json();
        let item = server
            .get(&format!("{tree}/images/one/metadata/nothing"))
            .json();
        assert_eq!(image["image"]["metadata"]["nothing"], expected);
        assert_eq!(list["images"][0]["metadata"]["nothing"], expected);
        assert_eq!(item["meta"]["nothing"], expected);
    }
}

#[test]
fn images_without_formats_can_be_written_to() {
    let text = r#"{"images": [{"id": "bare", "status": "queued", "owner": "p",
        "visibility": "private", "created_at": "2025-01-01T00:00:00Z"}]}"#;
    let server = Server::start(builder().fixture(Fixture::parse("test", text).unwrap()));
    let body = r#"{"metadata": {"a": "b"}}"#;
    let answer = server.send("POST", "/v2/p/images/bare/metadata", &[JSON_BODY], body);
    assert_eq!(answer.status(), 200);
    let answer = server.send("POST", "/v2.1/p/images/bare/metadata", &[JSON_BODY], body);
    assert_eq!(answer.status(), 200);
}

#[test]
fn keys_beyond_ascii_have_a_path() {
    let server = over(", \"κλειδί\": \"αξία\"");
    for tree in ["/v2/p", "/v2.1/p"] {
        let path = format!("{tree}/images/one/metadata/%CE%BA%CE%BB%CE%B5%CE%B9%CE%B4%CE%AF");
        assert_eq!(server.get(&path).json()["meta"]["κλειδί"], "αξία");
    }
}

#[test]
fn version_documents_need_no_token_and_no_slash() {
    let server = Server::start(builder().auth(nova_images::AuthMode::Strict));
    for path in ["/", "/v2", "/v2/", "/v2.1", "/v2.1/"] {
        let text = server.get(path).good();
        assert!(text.contains("\"links\""), "{path}");
    }
    assert_eq!(server.get("/v2/p/images").status(), 401);
    assert_eq!(server.get("/v2.1/p/images").status(), 401);
}

#[test]
fn links_take_the_scheme_of_a_proxy() {
    let server = Server::with("docs");
    let headers = [("Host", "nova.example.org"), ("X-Forwarded-Proto", "https")];
    for tree in ["v2", "v2.1"] {
        let list = server
            .get_with(&format!("/{tree}/openstack/images"), &headers)
            .json();
        let href = list["images"][0]["links"][0]["href"].as_str().unwrap();
        assert!(
            href.starts_with(&format!("https://nova.example.org/{tree}/openstack/")),
            "{href}"
        );
    }
}
