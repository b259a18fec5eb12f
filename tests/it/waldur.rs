//! Waldur over the images that Nova shows: one store, one truth.

use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture, WaldurApi};
use serde_json::Value;

const LIST: &str = "/api/openstack-images/?page_size=100";

fn images(server: &Server) -> Vec<Value> {
    server.get(LIST).json().as_array().unwrap().clone()
}

fn texts(rows: &[Value], key: &str) -> Vec<String> {
    rows.iter()
        .map(|row| row[key].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_set_shows_something_at_once() {
    for (set, fewest) in [("docs", 8), ("devcloud", 30)] {
        let server = Server::with(set);
        let rows = images(&server);
        assert!(rows.len() >= fewest, "{set}: {}", rows.len());
        let usage = server.get("/api/openstack-images/usage_stats/");
        let total: usize = usage.header("x-result-count").unwrap().parse().unwrap();
        assert!(total > 0);
        let counts = usage.json();
        assert!(
            counts
                .as_array()
                .unwrap()
                .iter()
                .all(|row| row["name"].is_string())
        );
    }
    let server = Server::with("none");
    assert_eq!(images(&server), Vec::<Value>::new());
}

#[test]
fn uuids_are_the_same_at_every_start() {
    let (first, second) = (
        images(&Server::with("devcloud")),
        images(&Server::with("devcloud")),
    );
    assert_eq!(texts(&first, "uuid"), texts(&second, "uuid"));
    assert!(texts(&first, "uuid").iter().all(|uuid| uuid.len() == 32));
}

#[test]
fn what_nova_deletes_is_gone_and_units_differ() {
    let server = Server::with("docs");
    let id = "70a599e0-31e7-49b7-b260-868f441e862b";
    assert!(
        texts(&images(&server), "backend_id")
            .iter()
            .any(|known| known == id)
    );
    assert_eq!(
        server
            .send("DELETE", &format!("/v2/openstack/images/{id}"), &[], "")
            .status(),
        204
    );
    assert!(
        !texts(&images(&server), "backend_id")
            .iter()
            .any(|known| known == id)
    );

    let snapshot = "ee10f19c-503c-44af-af2f-73d5e42f7a17";
    let rows = images(&server);
    let row = rows
        .iter()
        .find(|row| row["backend_id"] == snapshot)
        .unwrap();
    // GiB in Glance and Nova, MiB here.
    assert_eq!(row["min_disk"], 2048);
}

#[test]
fn the_release_of_2026_has_more_fields() {
    let start = |api| Server::start(builder().fixture(Fixture::docs().unwrap()).waldur_api(api));
    let keys = |server: &Server| {
        images(server)[0]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    let published = [
        "url",
        "uuid",
        "name",
        "min_disk",
        "min_ram",
        "settings",
        "backend_id",
    ];
    assert_eq!(keys(&start(WaldurApi::V2025)), published);
    let newer = [
        "backend_created_at",
        "hw_rescue_device",
        "hw_rescue_bus",
        "is_rescue_image",
    ];
    assert_eq!(
        keys(&start(WaldurApi::V2026)),
        [&published[..], &newer[..]].concat()
    );
}

#[test]
fn pages_show_each_image_once() {
    let server = Server::with("devcloud");
    let all = texts(&images(&server), "uuid");
    let mut seen = Vec::new();
    let mut page = 1;
    loop {
        let answer = server.get(&format!("/api/openstack-images/?page_size=7&page={page}"));
        seen.extend(texts(answer.json().as_array().unwrap(), "uuid"));
        if !answer.header("link").unwrap().contains("rel=\"next\"") {
            break;
        }
        page += 1;
    }
    assert_eq!(seen, all);
    assert_eq!(server.get("/api/openstack-images/?page=99").status(), 404);
}

#[test]
fn strict_mode_wants_waldurs_own_token() {
    let server = Server::start(
        builder()
            .fixture(Fixture::named("devcloud").unwrap())
            .auth(AuthMode::Strict),
    );
    for path in [
        "/api/openstack-images/",
        "/api/openstack-images/usage_stats/",
    ] {
        let refused = server.get(path);
        assert_eq!(refused.status(), 401);
        assert_eq!(refused.header("www-authenticate").as_deref(), Some("Token"));
        let wrong = server.get_with(path, &[("Authorization", "Token nonsense")]);
        assert_eq!(wrong.json()["detail"], "Invalid token.");
        let answer = server.get_with(path, &[("Authorization", "Token admin-token")]);
        assert_eq!(answer.status(), 200, "{path}");
    }
    let count = |token: &str| {
        let header = format!("Token {token}");
        let answer = server.get_with("/api/openstack-images/", &[("Authorization", &header)]);
        answer
            .header("x-result-count")
            .unwrap()
            .parse::<usize>()
            .unwrap()
    };
    // Staff sees everything, a member what the project's tenant has.
    assert!(count("demo-token") < count("admin-token"));
}
