//! A Glance, or a Keystone, that leads somewhere else.

use super::scene::{LIST, Scene, proxy};
use super::stub::{Act, Stub, image, json};
use super::{DEMO, cloud, recorded};
use nova_images::Profile;

fn led(status: &str, location: &str) -> Act {
    Act::Say(json(status, &format!("Location: {location}\r\n"), ""))
}

fn target(head: &str) -> &str {
    head.split_ascii_whitespace().nth(1).unwrap()
}

#[test]
fn the_same_server_is_followed() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 T",
        "308 P",
    ] {
        let scene = Scene::of([
            led(status, "/v2/images/?limit=1000"),
            led(status, "?limit=7"),
        ]);
        scene.is_well();
        let heads = scene.glance.heads();
        let targets: Vec<_> = heads[1..].iter().map(|head| target(head)).collect();
        assert_eq!(targets, ["/v2/images/?limit=1000", "/v2/images/?limit=7"]);
        assert!(
            heads
                .iter()
                .all(|head| head.to_lowercase().contains(DEMO.1))
        );
        assert_eq!(scene.glance.connections(), 1, "{status}");
    }
}

#[test]
fn another_server_is_shown_no_token() {
    let other = Stub::playing([]);
    for (profile, status) in [(Profile::Default, 502), (Profile::Nova34, 500)] {
        let location = format!("{}/v2/images?token=secret", other.url());
        let scene = Scene::with(profile, [led("302 Found", &location)]);
        let refused = scene.list();
        assert_eq!(refused.status(), status, "{}", refused.text());
        assert!(!refused.text().contains(&other.url()), "{}", refused.text());
        let entries = scene.proxy.emulator().requests().list();
        let why = entries.last().unwrap().why().unwrap();
        assert!(why.contains(&other.url()), "{why}");
        assert!(why.contains("--upstream-url"), "{why}");
        assert!(!why.contains("secret"), "{why}");
        scene.is_well();
    }
    assert_eq!(other.asked(), 0);
}

#[test]
fn a_circle_comes_to_an_end() {
    let scene = Scene::of((0..31).map(|_| led("302 Found", "/v2/images?limit=1")));
    assert_eq!(scene.list().status(), 502);
    assert_eq!(scene.glance.asked(), 31);
    scene.is_well();
}

#[test]
fn what_leads_nowhere_and_what_writes_is_not_followed() {
    let scene = Scene::of([Act::Say(json("302 Found", "", ""))]);
    assert_eq!(scene.list().status(), 500);
    let scene = Scene::of([
        Act::Say(json("200 OK", "", &image("a", "a"))),
        led("307 T", "/v2/images/b"),
    ]);
    let deleted = scene
        .proxy
        .send("DELETE", &format!("{LIST}/a"), &[DEMO], "");
    assert_ne!(deleted.status(), 204);
    let heads = scene.glance.heads();
    assert!(
        heads.iter().all(|head| !head.contains("/images/b")),
        "{heads:?}"
    );
}

#[test]
fn a_keystone_is_followed_as_a_glance_is() {
    let users = cloud(recorded());
    let glance = Stub::playing([]);
    let keystone = Stub::playing([led("302 Found", "http://127.0.0.1:1/v3/auth/tokens")]);
    let front = proxy(Profile::Default, &glance.url(), &users, |config| {
        config.keystone_url = Some(keystone.url());
    });
    let refused = front.get_with(LIST, &[DEMO]);
    assert_eq!(refused.status(), 503, "{}", refused.text());
    let entries = front.emulator().requests().list();
    let why = entries.last().unwrap().why().unwrap();
    assert!(why.contains("http://127.0.0.1:1,"), "{why}");
    assert_eq!((keystone.asked(), glance.asked()), (1, 0));
    // Of what is passed on, the client follows: links lead here.
    let keystone = Stub::playing([led("302 Found", "/v3/there")]);
    let front = proxy(Profile::Default, &glance.url(), &users, |config| {
        config.keystone_url = Some(keystone.url());
    });
    let passed = front.get_with("/identity/v3/here", &[DEMO]);
    assert_eq!(passed.status(), 302, "{}", passed.text());
    assert_eq!(keystone.asked(), 1);
}
