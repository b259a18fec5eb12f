//! What cannot be had in front of a real cloud is refused at the start, in words; and what is kept.

use super::{DEMO, cloud, recorded};
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{
    EmulatorBuilder, Fixture, Profile, SyncMode, UploadTransitions, UpstreamConfig, WaldurApi,
    WebSource,
};
use std::collections::BTreeSet;
use std::time::Duration;

fn config() -> UpstreamConfig {
    UpstreamConfig::new("http://127.0.0.1:1", "http://127.0.0.1:2/v3")
}

fn refusal(builder: EmulatorBuilder) -> String {
    builder.start().unwrap_err().to_string()
}

#[test]
fn what_is_not_there_beside_a_real_cloud() {
    let scratch = Scratch::new("upstream");
    let before = || builder().upstream(config());
    let fixture = Fixture::named("docs").unwrap();
    for (builder, word) in vec![
        (before().fixture(fixture), "a fixture"),
        (before().database(scratch.path("nova.db")), "a database"),
        (
            before().image_listen("127.0.0.1:0"),
            "a listener for Glance",
        ),
        (before().profile(Profile::Juno), "the profile juno"),
        (
            before().transitions(UploadTransitions::Manual),
            "transitions of uploads",
        ),
        (
            before().snapshot_dir(scratch.path("snapshots")),
            "a folder for snapshots",
        ),
        (before().sync(SyncMode::Normal), "a word on what writes"),
        (before().max_image_size(1000), "a bound of image data"),
        (
            before().allow_web_download(WebSource::Public),
            "downloads from the web",
        ),
        (
            before().waldur_api(WaldurApi::V2026),
            "a release of Waldur's API",
        ),
        (before().token_ttl(60), "a life of tokens"),
        (before().max_tokens(60), "a bound of tokens"),
        (
            before().catalog("volumev3", "http://127.0.0.1:3"),
            "a service of the catalogue",
        ),
    ] {
        let said = refusal(builder);
        assert!(said.starts_with(word), "{said}");
        assert!(said.contains("--upstream-url"), "{said}");
    }
}

/// The rooms of the control API that have nothing to do with whose the images are.
const OTHERS: [&str; 8] = [
    "clock",
    "faults",
    "health",
    "metrics",
    "openapi.json",
    "requests",
    "reset",
    "spaces",
];

#[test]
fn nobody_is_shown_images_and_people_that_are_not_served() {
    let server = Server::start(builder().upstream(config()));
    server.emulator().make_space("emulated").make().unwrap();
    let document = server.get("/_control/openapi.json").json();
    let mut rooms = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let room = path.split('/').nth(1).unwrap();
        if OTHERS.contains(&room) {
            continue;
        }
        rooms.insert(room);
        for method in methods.as_object().unwrap().keys() {
            let target = format!("/_control{}", path.replace(['{', '}'], ""));
            let method = method.to_uppercase();
            let refused = server.send(&method, &target, &[], "");
            assert_eq!(refused.status(), 409, "{method} {target}");
            assert!(
                refused.text().contains("--upstream-url"),
                "{method} {target}"
            );
            let emulated = server.send(&method, &format!("/_space/emulated{target}"), &[], "");
            assert!(
                !emulated.text().contains("--upstream-url"),
                "{method} {target}"
            );
        }
    }
    let wanted = [
        "fixtures",
        "images",
        "projects",
        "snapshots",
        "transitions",
        "users",
    ];
    assert_eq!(rooms, BTreeSet::from(wanted));
}

#[test]
fn certificates_are_read_at_the_start() {
    let mut tls = UpstreamConfig::new("https://127.0.0.1:1", "http://127.0.0.1:2");
    let scratch = Scratch::new("upstream-ca");
    tls.ca_file = Some(scratch.path("none.pem"));
    let said = refusal(builder().upstream(tls.clone()));
    assert!(said.contains("none.pem"), "{said}");
    tls.ca_file = Some(scratch.file("empty.pem", "nothing"));
    let said = refusal(builder().upstream(tls));
    assert!(said.contains("no certificate"), "{said}");
    // Also where nobody is asked over TLS, who may be tomorrow.
    for name in ["none.pem", "empty.pem"] {
        let mut plain = config();
        plain.ca_file = Some(scratch.path(name));
        let said = refusal(builder().upstream(plain));
        assert!(said.contains(name), "{said}");
        let mut plain = config();
        plain.client_cert_file = Some(scratch.path(name));
        let said = refusal(builder().upstream(plain));
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn a_list_is_kept_as_long_as_was_said() {
    let cloud = cloud(recorded());
    let mut config = UpstreamConfig::new(cloud.image_url(), cloud.identity_url());
    config.cache = Duration::from_secs(30);
    let proxy = Server::start(builder().profile(Profile::Nova34).upstream(config));
    let list = |token| {
        proxy
            .get_with("/v2.1/images", &[("X-Auth-Token", token)])
            .good()
    };
    let (mine, theirs) = (list(DEMO.1), list("alt-token"));
    assert_ne!(mine, theirs);
    let id = mine.split("\"id\": \"").nth(1).unwrap()[..36].to_owned();
    let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
    let mut glance = crate::golden::client::Client::new(cloud.address());
    let gone = glance.send("DELETE", &format!("/image/v2/images/{id}"), &headers, None);
    assert_eq!(gone.unwrap().status, 204);
    assert_eq!(list(DEMO.1), mine);
    proxy
        .emulator()
        .clock()
        .advance(Duration::from_secs(31))
        .unwrap();
    let after = list(DEMO.1);
    assert!(!after.contains(&id));
    // What is deleted through this server is gone at once.
    let id = after.split("\"id\": \"").nth(1).unwrap()[..36].to_owned();
    let gone = proxy.send("DELETE", &format!("/v2.1/images/{id}"), &[DEMO], "");
    assert_eq!(gone.status(), 204, "{}", gone.text());
    assert!(!list(DEMO.1).contains(&id));
}
