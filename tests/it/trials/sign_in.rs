//! Sign-in and the catalogue.

use super::{JSON, sign_in, target, url_of};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture, Profile};
use serde_json::Value;

const PROFILES: [Profile; 4] = [
    Profile::Default,
    Profile::Juno,
    Profile::Nova34,
    Profile::Otc,
];

fn default_domain() -> &'static str {
    r#"{"id": "default"}"#
}

/// The catalogue of a token for a project, by its type and URL, and the token.
fn catalogue(server: &Server, profile: Profile, project: &str) -> (Value, String) {
    if profile == Profile::Juno {
        let body = format!(
            r#"{{"auth": {{"passwordCredentials": {{"username": "demo", "password": "secret"}},
                "tenantId": "{project}"}}}}"#
        );
        let mut access = server.send("POST", "/v2.0/tokens", &[JSON], &body).json();
        let token = access["access"]["token"]["id"].as_str().unwrap().to_owned();
        let mut catalog = access["access"]["serviceCatalog"].take();
        for service in catalog.as_array_mut().unwrap() {
            service["endpoints"][0]["url"] = service["endpoints"][0]["publicURL"].take();
        }
        return (catalog, token);
    }
    let scope = format!(r#"{{"project": {{"id": "{project}"}}}}"#);
    let answer = sign_in(server, "demo", default_domain(), &scope);
    assert_eq!(
        answer.status(),
        201,
        "{profile:?} {project}: {}",
        answer.text()
    );
    let token = answer.header("x-subject-token").unwrap();
    (answer.json()["token"]["catalog"].take(), token)
}

#[test]
fn b3_what_is_printed_and_what_the_catalogue_says_answers() {
    for profile in PROFILES {
        for name in ["docs", "devcloud", "edge", "none"] {
            for auth in [AuthMode::Open, AuthMode::Strict] {
                let fixture = Fixture::named(name).unwrap();
                let emulator = builder().fixture(fixture).profile(profile).auth(auth);
                let emulator = emulator.start().unwrap();
                let project = emulator.default_project_id();
                let token = emulator.example_token().unwrap_or_default();
                let server = Server::around(emulator);
                let headers = [("X-Auth-Token", token.as_str())];
                if auth == AuthMode::Open || !token.is_empty() {
                    let printed = format!("/v2/{project}/images/detail");
                    let answer = server.get_with(&printed, &headers);
                    assert_eq!(
                        answer.status(),
                        200,
                        "{profile:?} {name} {auth:?} {printed}"
                    );
                }
                if auth == AuthMode::Strict && token.is_empty() {
                    continue;
                }
                let (catalog, token) = catalogue(&server, profile, &project);
                let headers = [("X-Auth-Token", token.as_str())];
                let compute = url_of(&catalog, "compute");
                for url in [format!("{compute}/images"), url_of(&catalog, "identity")] {
                    let answer = server.get_with(target(&url), &headers);
                    assert_eq!(answer.status(), 200, "{profile:?} {name} {auth:?} {url}");
                }
            }
        }
    }
}

#[test]
fn b4_the_catalogue_follows_the_image_service() {
    let glance = "https://glance.example.org:9292";
    for (profile, follows) in PROFILES.into_iter().zip([true, false, false, true]) {
        let docs = || {
            builder()
                .fixture(Fixture::named("docs").unwrap())
                .profile(profile)
        };
        let server = Server::start(docs().glance_url(glance));
        let (catalog, _) = catalogue(&server, profile, "openstack");
        let here = format!("http://{}/image", server.address());
        let expected = if follows { glance } else { &here };
        assert_eq!(url_of(&catalog, "image"), expected, "{profile:?}");

        let server = Server::start(
            docs()
                .glance_url(glance)
                .catalog("image", "http://other/image")
                .catalog("volumev3", "http://cinder/v3/$(project_id)s"),
        );
        let (catalog, token) = catalogue(&server, profile, "openstack");
        assert_eq!(url_of(&catalog, "image"), "http://other/image");
        assert_eq!(url_of(&catalog, "volumev3"), "http://cinder/v3/openstack");
        if profile != Profile::Juno {
            let headers = [("X-Auth-Token", token.as_str())];
            let own = server.get_with("/v3/auth/catalog", &headers).json();
            assert_eq!(
                url_of(&own["catalog"], "volumev3"),
                "http://cinder/v3/openstack"
            );
        }
    }
}

#[test]
fn b5_the_region_is_the_profiles_or_the_one_that_is_asked_for() {
    for (profile, region) in
        PROFILES
            .into_iter()
            .zip(["RegionOne", "RegionOne", "RegionOne", "eu-de"])
    {
        let docs = || {
            builder()
                .fixture(Fixture::named("docs").unwrap())
                .profile(profile)
        };
        for (builder, region) in [(docs(), region), (docs().region("here"), "here")] {
            let server = Server::start(builder);
            let (catalog, token) = catalogue(&server, profile, "openstack");
            for service in catalog.as_array().unwrap() {
                assert_eq!(service["endpoints"][0]["region"], region, "{profile:?}");
            }
            if profile == Profile::Juno {
                continue;
            }
            let headers = [("X-Auth-Token", token.as_str())];
            let regions = server.get_with("/v3/regions", &headers).json();
            assert_eq!(regions["regions"][0]["id"], region);
            assert_eq!(
                server
                    .get_with(&format!("/v3/regions/{region}"), &headers)
                    .status(),
                200
            );
        }
    }
}

const TWO_DOMAINS: &str = r#"{
    "images": [],
    "domains": [{"id": "default", "name": "Default"}, {"id": "d2", "name": "OTC-EU-DE-0001"}],
    "projects": [
        {"id": "a1", "name": "eu-de", "domain": "default"},
        {"id": "a2", "name": "eu-de", "domain": "d2"},
        {"id": "a3", "name": "other", "domain": "d2"}
    ],
    "users": [
        {"id": "u1", "name": "me", "password": "secret", "domain": "d2",
         "roles": [{"project": "a2", "role": "member"}]}
    ]
}"#;

fn two_domains(profile: Profile) -> Server {
    let fixture = Fixture::parse("domains", TWO_DOMAINS).unwrap();
    Server::start(
        builder()
            .fixture(fixture)
            .auth(AuthMode::Strict)
            .profile(profile),
    )
}

#[test]
fn b5_the_open_telekom_cloud_scopes_by_the_name_alone_and_shows_own_projects() {
    let server = two_domains(Profile::Otc);
    let scope = r#"{"project": {"name": "eu-de"}}"#;
    let domain = r#"{"name": "OTC-EU-DE-0001"}"#;
    let answer = sign_in(&server, "me", domain, scope);
    assert_eq!(answer.status(), 201, "{}", answer.text());
    assert_eq!(answer.json()["token"]["project"]["id"], "a2");
    let token = answer.header("x-subject-token").unwrap();
    let headers = [("X-Auth-Token", token.as_str())];
    for query in ["", "?name=eu-de"] {
        let list = server.get_with(&format!("/v3/projects{query}"), &headers);
        let list: Value = serde_json::from_str(&list.good()).unwrap();
        assert_eq!(list["projects"].as_array().unwrap().len(), 1);
        assert_eq!(list["projects"][0]["id"], "a2");
    }
    let body = format!(
        r#"{{"auth": {{"identity": {{"methods": ["token"], "token": {{"id": "{token}"}}}},
            "scope": {scope}}}}}"#
    );
    let again = server.send("POST", "/v3/auth/tokens", &[JSON], &body);
    assert_eq!(again.json()["token"]["project"]["id"], "a2");

    let server = two_domains(Profile::Default);
    assert_eq!(sign_in(&server, "me", domain, scope).status(), 400);
}

#[test]
fn b6_a_domain_is_known_by_its_name_and_by_its_id() {
    let scope = |domain: &str| format!(r#"{{"project": {{"name": "eu-de", "domain": {domain}}}}}"#);
    let forms = [
        r#"{"name": "OTC-EU-DE-0001"}"#,
        r#"{"id": "d2"}"#,
        r#"{"name": "d2"}"#,
        r#"{"id": "OTC-EU-DE-0001"}"#,
    ];
    for profile in [Profile::Default, Profile::Otc] {
        let server = two_domains(profile);
        for domain in forms {
            let answer = sign_in(&server, "me", domain, &scope(domain));
            assert_eq!(answer.status(), 201, "{profile:?} {domain}");
        }
        assert_eq!(
            sign_in(&server, "me", r#"{"name": "default"}"#, "\"unscoped\"").status(),
            401
        );
    }
    let exact = two_domains(Profile::Nova34);
    for (domain, status) in forms.into_iter().zip([201, 201, 401, 401]) {
        assert_eq!(
            sign_in(&exact, "me", domain, &scope(domain)).status(),
            status,
            "{domain}"
        );
    }
}

#[test]
fn b8_a_name_and_a_key_in_headers_sign_in_where_there_is_no_keystone() {
    let server = Server::with("docs");
    let key = ("X-Auth-Key", "k");
    let user = ("X-Auth-User", "u");
    for path in [
        "/v1.1/",
        "/v1.1",
        "/v2/",
        "/v2.1/",
        "/v1.1/openstack/images",
    ] {
        let answer = server.get_with(path, &[user, key]);
        assert_eq!(answer.status(), 204, "{path}: {}", answer.text());
        let url = answer.header("x-server-management-url").unwrap();
        let version = path.split('/').nth(1).unwrap();
        assert_eq!(
            url,
            format!("http://{}/{version}/openstack", server.address())
        );
        let token = answer.header("x-auth-token").unwrap();
        let list = format!("{}/images", target(&url));
        assert_eq!(
            server.get_with(&list, &[("X-Auth-Token", &token)]).status(),
            200
        );
    }
    let project = ("X-Auth-Project-Id", "my project");
    let answer = server.get_with("/v1.1/", &[user, key, project]);
    let url = answer.header("x-server-management-url").unwrap();
    assert!(url.ends_with("/v1.1/my%20project"), "{url}");
    let token = ("X-Auth-Token", "whatever");
    assert_eq!(server.get_with("/v1.1/", &[user, key, token]).status(), 200);
    assert_eq!(server.get("/v1.1/openstack/images").status(), 200);
    let docs = Fixture::named("docs").unwrap();
    let strict = Server::start(builder().fixture(docs).auth(AuthMode::Strict));
    assert_eq!(
        strict
            .get_with("/v1.1/openstack/images", &[user, key])
            .status(),
        401
    );
}

#[test]
fn b9_the_catalogues_url_is_the_version_document() {
    let accept = ("Accept", "application/json");
    let open = Server::with("docs");
    let document = |answer: &crate::harness::Response| {
        answer.status() == 200 && answer.json()["version"]["id"] == "v2.1"
    };
    assert!(document(&open.get_with("/v2.1/openstack", &[accept])));
    for word in ["flavors", "nobody", "images.json"] {
        assert_eq!(
            open.get_with(&format!("/v2.1/{word}"), &[accept]).status(),
            404,
            "{word}"
        );
    }
    let docs = Fixture::named("docs").unwrap();
    let strict = Server::start(builder().fixture(docs).auth(AuthMode::Strict));
    let token = ("X-Auth-Token", "demo-token");
    assert!(document(
        &strict.get_with("/v2.1/openstack", &[accept, token])
    ));
    assert_eq!(strict.get_with("/v2.1/openstack", &[accept]).status(), 401);
    assert_eq!(
        strict.get_with("/v2.1/flavors", &[accept, token]).status(),
        404
    );
    assert_eq!(
        strict
            .send("POST", "/v2.1/openstack", &[token], "")
            .status(),
        404
    );
}
