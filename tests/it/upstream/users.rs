//! For users: through the proxy a list shows, and a filter finds, what an emulator with the same images
//! does, in both forms and all trees.

use super::{before, cloud};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture, Profile};

const PROJECT: &str = "dddddddddddddddddddddddddddddddd";
const GLANCE: &str = "http://glance.example.org";
const TOKENS: [&str; 3] = ["member", "other", "root"];

const IMAGES: &str = r#"{"images": [
    {"id": "a0", "name": "plain", "visibility": "public", "status": "active", "min_ram": 512,
     "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-02-03T00:00:00Z", "size": 7},
    {"id": "a1", "name": "in:alpha", "owner": "dddddddddddddddddddddddddddddddd",
     "visibility": "private", "status": "queued", "min_disk": 3,
     "created_at": "2025-01-02T00:00:00Z", "updated_at": "2025-02-03T00:00:01Z"},
    {"id": "a2", "name": "a, \"b\": c", "owner": "dddddddddddddddddddddddddddddddd",
     "visibility": "private", "status": "saving", "created_at": "2025-01-03T00:00:00Z",
     "instance_uuid": "7f0e4d1c-0001-4b1c-9d8e-111111111111", "image_type": "snapshot"},
    {"id": "a3", "name": "", "owner": "dddddddddddddddddddddddddddddddd", "visibility": "shared",
     "status": "deactivated", "created_at": "2025-01-04T00:00:00Z", "auto_disk_config": "True",
     "os_type": "linux", "colour": ""},
    {"id": "a4", "name": null, "owner": "dddddddddddddddddddddddddddddddd",
     "visibility": "private", "status": "importing", "created_at": "2025-01-05T00:00:00Z",
     "name_of": "x", "size_min": "5"},
    {"id": "a5", "name": "Ünï <b> & \"q\"", "owner": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
     "visibility": "community", "status": "active", "created_at": "2025-01-06T00:00:00Z"},
    {"id": "a6", "name": "theirs", "owner": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
     "visibility": "private", "status": "active", "created_at": "2025-01-07T00:00:00Z"},
    {"id": "a7", "name": "PLAIN", "visibility": "public", "status": "active", "min_ram": 512,
     "created_at": "2025-01-08T00:00:00Z", "protected": true, "mappings": "[{\"virtual\": \"x\"}]",
     "long": "a value"}],
    "projects": [{"id": "dddddddddddddddddddddddddddddddd", "name": "p"},
                 {"id": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", "name": "q"}],
    "users": [{"id": "u", "name": "u", "password": "x",
               "roles": [{"project": "p", "role": "member"}]},
              {"id": "v", "name": "v", "password": "x",
               "roles": [{"project": "q", "role": "member"}]},
              {"id": "w", "name": "w", "password": "x",
               "roles": [{"project": "p", "role": "admin"}]}],
    "tokens": [{"id": "member", "user": "u", "project": "p"},
               {"id": "other", "user": "v", "project": "q"},
               {"id": "root", "user": "w", "project": "p"}]}"#;

const QUERIES: [&str; 38] = [
    "",
    "name=plain",
    "name=in:alpha",
    "name=eq:in:alpha",
    "name=a,%20%22b%22:%20c",
    "name=",
    "name=in:plain,PLAIN",
    "name=in:%22plain%22,in:alpha",
    "name=in:%22plain",
    "name=nobody",
    "status=ACTIVE",
    "status=SAVING",
    "status=saving",
    "status=UNKNOWN",
    "status=ERROR",
    "status=DELETED",
    "status=queued",
    "status=nonsense",
    "minRam=512",
    "minRam=abc",
    "minRam=-1",
    "minDisk=3&status=SAVING",
    "changes-since=2025-02-03T00:00:00Z",
    "changes-since=2025-02-03T00:00:01Z&name=plain",
    "changes-since=yesterday",
    "server=http://nova/v2/servers/7f0e4d1c-0001-4b1c-9d8e-111111111111",
    "type=snapshot",
    "property-os_type=linux",
    "property-colour=",
    "property-size_min=5",
    "property-name=plain",
    "property-long=a%20value",
    "type=snapshot&property-image_type=other",
    "limit=2",
    "limit=2&marker=a4",
    "limit=0",
    "limit=x",
    "marker=nobody",
];

fn pair(profile: Profile) -> (Server, Server, nova_images::Emulator) {
    let fixture = || Fixture::parse("users", IMAGES).unwrap();
    let own = builder()
        .fixture(fixture())
        .auth(AuthMode::Strict)
        .profile(profile)
        .glance_url(GLANCE);
    let cloud = cloud(fixture());
    let proxy = before(&cloud, profile).glance_url(GLANCE);
    (Server::start(own), Server::start(proxy), cloud)
}

/// What both say, wherever they listen.
fn said(server: &Server, target: &str, token: &str, accept: &str) -> (u16, String) {
    let headers = [("X-Auth-Token", token), ("Accept", accept)];
    let answer = server.get_with(target, &headers);
    let text = answer.text().replace(&server.address().to_string(), "HOST");
    (answer.status(), text)
}

/// Everybody in the first form, and a member in the others.
fn asking<'a>(accepts: &'a [&'a str]) -> impl Iterator<Item = (&'static str, &'a str)> {
    let everybody = TOKENS.map(|token| (token, accepts[0]));
    let others = accepts[1..].iter().map(|accept| (TOKENS[0], *accept));
    everybody.into_iter().chain(others)
}

fn compare(profile: Profile, trees: &[&str], accepts: &[&str]) {
    let (own, proxy, _cloud) = pair(profile);
    let alike = |target: &str, token: &str, accept: &str| {
        let expected = said(&own, target, token, accept);
        let found = said(&proxy, target, token, accept);
        assert_eq!(found, expected, "{target} as {token}");
    };
    for tree in trees {
        for query in QUERIES {
            let index = format!("{tree}/images?{query}");
            alike(&index, "member", accepts[0]);
            let detail = format!("{tree}/images/detail?{query}");
            for (token, accept) in asking(accepts) {
                alike(&detail, token, accept);
            }
        }
        for image in [
            "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "none", "%2E%2E", "a%2Fb",
        ] {
            for rest in ["", "/metadata", "/metadata/colour", "/metadata/image_type"] {
                let target = format!("{tree}/images/{image}{rest}");
                for (token, accept) in asking(accepts) {
                    alike(&target, token, accept);
                }
            }
        }
    }
}

const BOTH: [&str; 2] = ["application/json", "application/xml"];

#[test]
fn the_api_of_2014() {
    let tree = format!("/v2/{PROJECT}");
    compare(Profile::Default, &[&tree], &BOTH);
}

#[test]
fn its_older_name_and_todays_api() {
    let old = format!("/v1.1/{PROJECT}");
    compare(Profile::Default, &[&old], &BOTH[..1]);
    compare(Profile::Default, &["/v2.1"], &BOTH);
}

#[test]
fn the_open_telekom_cloud() {
    let trees = [format!("/v2/{PROJECT}"), format!("/v2.1/{PROJECT}")];
    let trees = trees.each_ref().map(String::as_str);
    compare(Profile::Otc, &trees, &BOTH[..1]);
}

#[test]
fn discovery_is_this_servers_own() {
    let (own, proxy, _cloud) = pair(Profile::Default);
    let project = format!("/v2.1/{PROJECT}");
    for target in ["/", "/v2/", "/v2.1/", &project, "/nowhere"] {
        let json = BOTH[0];
        let expected = said(&own, target, "member", json);
        assert_eq!(said(&proxy, target, "member", json), expected, "{target}");
    }
    // Of the cloud behind it clients ask Glance and Waldur there.
    for target in ["/image/v2/images", "/api/openstack-images/"] {
        assert_ne!(
            proxy
                .get_with(target, &[("X-Auth-Token", "member")])
                .status(),
            200
        );
    }
}

#[test]
fn somebody_has_to_sign_in() {
    let (_, proxy, _cloud) = pair(Profile::Default);
    for token in ["", "nobody"] {
        let (status, _) = said(&proxy, "/v2.1/images", token, BOTH[0]);
        assert_eq!(status, 401, "{token:?}");
    }
    assert_eq!(proxy.get("/v2.1/images").status(), 401);
    let name = [("X-Auth-User", "u"), ("X-Auth-Key", "x")];
    assert_eq!(proxy.get_with("/v2.1/images", &name).status(), 401);
    let other = format!("/v2/{PROJECT}/images");
    assert_eq!(said(&proxy, &other, "other", BOTH[0]).0, 400);
}
