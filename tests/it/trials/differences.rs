//! Where random requests told us from the real servers: the values that recordings do not hold.

use super::{JSON, sign_in};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Clock, Fixture, Profile, Timestamp};
use serde_json::{Value, json};

const ID: &str = "11111111-1111-4111-8111-111111111111";

fn image(extra: &Value) -> Value {
    let mut image = json!({
        "id": ID, "name": "one", "owner": "a0", "visibility": "private", "disk_format": "raw",
        "container_format": "bare", "created_at": "2025-01-01T00:00:00Z",
        "updated_at": "2025-01-01T00:00:00Z",
    });
    for (key, value) in extra.as_object().unwrap() {
        image[key] = value.clone();
    }
    image
}

fn over(profile: Profile, extra: &Value) -> Server {
    let text = json!({"images": [image(extra)], "projects": [{"id": "a0", "name": "p"}]});
    let fixture = Fixture::parse("differences", &text.to_string()).unwrap();
    Server::start(builder().fixture(fixture).profile(profile))
}

fn path(tree: &str, rest: &str) -> String {
    format!("/{tree}/a0/images/{ID}{rest}")
}

fn post(server: &Server, tree: &str, metadata: &Value) -> crate::harness::Response {
    let body = json!({ "metadata": metadata }).to_string();
    server.send("POST", &path(tree, "/metadata"), &[JSON], &body)
}

#[test]
fn difference_2_a_write_keeps_the_visibility_for_users() {
    for (profile, status) in [(Profile::Default, 200), (Profile::Nova34, 404)] {
        let server = over(profile, &json!({"visibility": "community"}));
        assert_eq!(post(&server, "v2.1", &json!({"a": "b"})).status(), 200);
        let other = format!("/v2.1/b0/images/{ID}");
        assert_eq!(server.get(&other).status(), status, "{profile:?}");
    }
}

#[test]
fn difference_3_a_write_that_changes_nothing_is_not_noted() {
    for (profile, tree) in [
        (Profile::Default, "v2"),
        (Profile::Default, "v2.1"),
        (Profile::Nova34, "v2.1"),
    ] {
        let text = json!({"images": [image(&json!({"a": "b"}))]}).to_string();
        let clock = Clock::frozen(Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap());
        let fixture = Fixture::parse("3", &text).unwrap();
        let server = Server::start(builder().fixture(fixture).profile(profile).clock(clock));
        let updated = || server.get(&path(tree, "")).json()["image"]["updated"].take();
        let put = json!({"metadata": {"a": "b"}}).to_string();
        server
            .send("PUT", &path(tree, "/metadata"), &[JSON], &put)
            .good();
        post(&server, tree, &json!({})).good();
        post(&server, tree, &json!({"a": "b"})).good();
        assert_eq!(updated(), "2025-01-01T00:00:00Z", "{profile:?} {tree}");
        post(&server, tree, &json!({"a": "c"})).good();
        assert_eq!(updated(), "2026-01-01T00:00:00Z", "{profile:?} {tree}");
    }
}

#[test]
fn difference_4_keys_that_are_attributes() {
    let exact = over(Profile::Nova34, &json!({}));
    let users = over(Profile::Default, &json!({}));
    for (key, value, real, here) in [
        ("size", "1", 500, 400),
        ("tags", "[]", 500, 400),
        ("self", "x", 500, 400),
        ("protected", "true", 500, 400),
        ("stores", "x", 500, 400),
        ("status", "nonsense", 500, 400),
        ("status", "active", 403, 403),
        ("file", "x", 403, 403),
        ("schema", "x", 403, 403),
        ("deleted", "x", 403, 403),
        ("os_hidden", "true", 200, 200),
        ("os_hash_value", "x", 200, 200),
        ("is_public", "x", 200, 200),
    ] {
        let sent = json!({ key: value });
        assert_eq!(post(&exact, "v2.1", &sent).status(), real, "{key}");
        let answer = post(&users, "v2.1", &sent);
        assert_eq!(answer.status(), here, "{key}");
        assert!(
            here == 200 || answer.text().contains(key),
            "{}",
            answer.text()
        );
        assert_eq!(
            post(&users, "v2", &sent).json()["metadata"][key],
            value,
            "{key}"
        );
    }
    let told = post(&exact, "v2.1", &json!({"size": "1"})).json();
    assert_eq!(
        told["computeFault"]["message"],
        "Unexpected API Error. Please contact the administrator\n<class 'TypeError'>"
    );
    assert_eq!(
        exact.get(&path("v2.1", "/metadata")).json()["metadata"],
        json!({"is_public": "x"})
    );
}

#[test]
fn difference_5_and_15_characters_and_blanks_are_stored_for_users() {
    let users = over(Profile::Default, &json!({"name": "🚀"}));
    for tree in ["v2", "v2.1"] {
        let sent = json!({"a": "🚀", " b ": "c"});
        let stored = post(&users, tree, &sent).json()["metadata"].take();
        assert_eq!(
            (&stored["a"], &stored[" b "]),
            (&json!("🚀"), &json!("c")),
            "{tree}"
        );
    }
    let exact = over(Profile::Nova34, &json!({"name": "🚀"}));
    assert_eq!(post(&exact, "v2.1", &json!({"a": "b"})).status(), 500);
}

#[test]
fn difference_6_a_content_type_counts_where_a_body_is_read() {
    let users = over(Profile::Default, &json!({}));
    let exact = over(Profile::Nova34, &json!({}));
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    for (target, users_too) in [("/", true), ("/v2.1/", true), ("/v2.1/images", true)] {
        assert_eq!(exact.get_with(target, &form).status(), 415, "{target}");
        assert_eq!(
            users.get_with(target, &form).status() == 200,
            users_too,
            "{target}"
        );
    }
    for kind in ["Application/JSON", "*/*", "text/html"] {
        let header = [("Content-Type", kind)];
        assert_eq!(
            exact.get_with("/v2/images", &header).status(),
            415,
            "{kind}"
        );
    }
    let list = users.send("GET", "/v2.1/images", &form, "a=b");
    assert_eq!(list.status(), 200);
}

#[test]
fn difference_7_one_bad_key_passes_on_v2() {
    let exact = over(Profile::Nova34, &json!({}));
    assert_eq!(post(&exact, "v2", &json!({"a&b": "v"})).status(), 200);
    let more = post(&exact, "v2", &json!({"a&b": "v", "c&d": "v"}));
    assert_eq!(more.status(), 400);
    let told = "Additional properties are not allowed ('' was unexpected)";
    assert!(more.text().contains(told), "{}", more.text());
    assert_eq!(post(&exact, "v2.1", &json!({"a&b": "v"})).status(), 400);
}

#[test]
fn difference_11_a_project_with_escapes_is_in_the_links() {
    for profile in [Profile::Default, Profile::Nova34] {
        let server = over(profile, &json!({}));
        let list = server.get("/v2.1/%61%30/images").json();
        let href = list["images"][0]["links"][0]["href"].as_str().unwrap();
        assert!(href.contains("/v2.1/a0/images/"), "{href}");
    }
}

#[test]
fn difference_14_a_service_token_must_be_one() {
    let text = json!({
        "images": [], "projects": [{"id": "a0", "name": "p"}],
        "users": [
            {"name": "me", "roles": [{"project": "p", "role": "member"}]},
            {"name": "nova", "roles": [{"project": "p", "role": "service"}]},
        ],
        "tokens": [
            {"id": "mine", "user": "me", "project": "p"},
            {"id": "novas", "user": "nova", "project": "p"},
        ],
    });
    for (profile, checks) in [
        (Profile::Default, true),
        (Profile::Nova34, true),
        (Profile::Juno, false),
    ] {
        let fixture = Fixture::parse("14", &text.to_string()).unwrap();
        let server = Server::start(
            builder()
                .fixture(fixture)
                .auth(AuthMode::Strict)
                .profile(profile),
        );
        let asked = |token| {
            let headers = [("X-Auth-Token", "mine"), ("X-Service-Token", token)];
            server.get_with("/v2/a0/images", &headers).status()
        };
        let refused = if checks { 401 } else { 200 };
        assert_eq!(
            (asked("novas"), asked("mine"), asked("x")),
            (200, refused, refused),
            "{profile:?}"
        );
    }
}

#[test]
fn difference_20_a_token_without_a_project_is_told_so() {
    for profile in [Profile::Default, Profile::Nova34] {
        let fixture = Fixture::named("docs").unwrap();
        let server = Server::start(
            builder()
                .fixture(fixture)
                .auth(AuthMode::Strict)
                .profile(profile),
        );
        let answer = sign_in(&server, "demo", r#"{"id": "default"}"#, "\"unscoped\"");
        let token = answer.header("x-subject-token").unwrap();
        let token = [("X-Auth-Token", token.as_str())];
        let id = "70a599e0-31e7-49b7-b260-868f441e862b";
        for list in ["/v2.1/images", "/v2.1/images/detail"] {
            let answer = server.get_with(list, &token);
            assert_eq!(answer.status(), 403);
            assert_eq!(
                answer.json()["forbidden"]["message"],
                "HTTP 403 Forbidden: You are not authorized to complete get_images action."
            );
        }
        let one = format!("/v2.1/images/{id}");
        assert_eq!(server.get_with(&one, &token).status(), 404);
        assert_eq!(server.send("DELETE", &one, &token, "").status(), 404);
        let answer = server.get_with("/v2.1/openstack/images", &token);
        assert_eq!(answer.status(), 400);
        assert!(
            answer.text().ends_with("Context's project_id 'None'\"}}"),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn difference_21_queries_and_ids_make_sense_for_users() {
    let users = over(Profile::Default, &json!({"a": "b"}));
    let exact = over(Profile::Nova34, &json!({"a": "b"}));
    for rest in ["/metadata?limit=1", "/metadata/a?x"] {
        assert_eq!(users.get(&path("v2.1", rest)).status(), 200);
        assert_eq!(exact.get(&path("v2.1", rest)).status(), 500);
    }
    for rest in ["%3Fx=1", "%23", "%0A"] {
        assert_eq!(users.get(&path("v2.1", rest)).status(), 404);
        assert_eq!(exact.get(&path("v2.1", rest)).status(), 200);
    }
    for query in [
        "property-locations=",
        "property-size_min=9999999999999999999",
    ] {
        let list = format!("/v2.1/images?{query}");
        assert_eq!(users.get(&list).status(), 200);
        assert_eq!(exact.get(&list).status(), 500);
    }
    let injected = format!("/v2.1/a0/images?marker={ID}%26name%3Dx");
    assert_eq!(users.get(&injected).status(), 400);
    assert_eq!(exact.get(&injected).status(), 200);
}

#[test]
fn difference_23_the_129th_item_is_one_too_many() {
    let items: Value = (0..128)
        .map(|key| (format!("k{key}"), json!("v")))
        .collect::<serde_json::Map<_, _>>()
        .into();
    for profile in [Profile::Default, Profile::Nova34] {
        let server = over(profile, &items);
        let body = r#"{"meta": {"more": "v"}}"#;
        let put = server.send("PUT", &path("v2.1", "/metadata/more"), &[JSON], body);
        for answer in [put, post(&server, "v2.1", &json!({"more": "v"}))] {
            assert_eq!(answer.status(), 403);
            assert_eq!(
                answer.json()["forbidden"]["message"],
                "Image metadata limit exceeded"
            );
        }
        assert_eq!(post(&server, "v2.1", &json!({"k1": "w"})).status(), 200);
    }
}

#[test]
fn difference_25_26_and_28_what_glance_stores() {
    let exact = over(Profile::Juno, &json!({"other": "x"}));
    let sent = json!({"A-b": 1.5, "t": true, "n": null, "u": " sp ", "e": "", "mappings": null});
    let stored = post(&exact, "v2", &sent).json()["metadata"].take();
    assert_eq!(
        stored,
        json!({"other": "x", "a_b": "1.5", "t": "True", "n": "None", "u": "sp", "e": null,
               "mappings": null})
    );
    let users = over(Profile::Default, &json!({}));
    let stored = post(
        &users,
        "v2",
        &json!({"u": " sp ", "e": "", "mappings": true}),
    )
    .json();
    assert_eq!(
        stored["metadata"],
        json!({"u": " sp ", "e": "", "mappings": true})
    );
}

#[test]
fn difference_27_markers_and_page_sizes_want_uuids() {
    let images = json!({"images": [
        {"id": "no-uuid", "visibility": "public", "created_at": "2025-01-02T00:00:00Z"},
        {"id": ID, "visibility": "public", "created_at": "2025-01-01T00:00:00Z"},
    ]});
    let server = |profile| {
        let fixture = Fixture::parse("27", &images.to_string()).unwrap();
        Server::start(builder().fixture(fixture).profile(profile))
    };
    let (exact, users) = (server(Profile::Juno), server(Profile::Default));
    for (query, status) in [
        ("marker=no-uuid", 400),
        ("page_size=1", 400),
        ("page_size=2", 200),
        ("page_size=1&limit=1", 200),
    ] {
        let list = format!("/v2/p/images?{query}");
        assert_eq!(exact.get(&list).status(), status, "{query}");
        assert_eq!(users.get(&list).status(), 200, "{query}");
    }
}

#[test]
fn difference_30_numbers_and_times_of_2014() {
    let server = over(Profile::Juno, &json!({}));
    for (query, status) in [
        ("minRam=99999999999999999999", 200),
        ("minRam=%D9%A1", 200),
        ("minRam=x", 400),
        ("changes-since=2014-1", 200),
        ("changes-since=2014-10-16T10:12:00,5Z", 400),
        ("changes-since=2014-10-16T10:12:00%2B24:00", 500),
        ("limit=%D9%A1", 500),
    ] {
        let answer = server.get(&format!("/v2/a0/images?{query}"));
        assert_eq!(answer.status(), status, "{query}");
    }
}

#[test]
fn difference_31_a_list_of_what_is_gone_goes_on_behind_it() {
    let images = json!({"images": [
        {"id": "21111111-1111-4111-8111-111111111111", "status": "deleted", "visibility": "public",
         "created_at": "2025-01-02T00:00:00Z"},
        {"id": ID, "visibility": "public", "created_at": "2025-01-01T00:00:00Z"},
    ]});
    for profile in [Profile::Juno, Profile::Default] {
        let fixture = Fixture::parse("31", &images.to_string()).unwrap();
        let server = Server::start(builder().fixture(fixture).profile(profile));
        let marker = "marker=21111111-1111-4111-8111-111111111111";
        let page = server.get(&format!("/v2/p/images?changes-since=2014-01-01&{marker}"));
        assert_eq!(page.json()["images"][0]["id"], ID);
        assert_eq!(server.get(&format!("/v2/p/images?{marker}")).status(), 400);
    }
}

#[test]
fn difference_32_the_nameless_keep_their_null_for_users() {
    for (profile, name) in [
        (Profile::Default, Value::Null),
        (Profile::Juno, json!("None")),
    ] {
        let server = over(profile, &json!({"name": null}));
        post(&server, "v2", &json!({"a": "b"})).good();
        let shown = server.get(&path("v2", "")).json();
        assert_eq!(shown["image"]["name"], name, "{profile:?}");
    }
}

#[test]
fn difference_35_the_fake_service_keeps_what_it_is_sent() {
    let set = crate::golden::set_dir("juno-docs").join("fixture.json");
    let fixture = Fixture::read(&set).unwrap();
    let server = Server::start(builder().fixture(fixture).profile(Profile::Juno));
    let id = "70a599e0-31e7-49b7-b260-868f441e862b";
    let path = |rest: &str| format!("/v2/openstack/images/{id}{rest}");
    let before = server.get(&path("")).json()["image"]["updated"].take();
    let sent = json!({"metadata": {"instance_uuid": 5, "mappings": "no JSON"}});
    let answer = server
        .send("POST", &path("/metadata"), &[JSON], &sent.to_string())
        .json();
    assert_eq!(answer["metadata"]["mappings"], "no JSON");
    let shown = server.get(&path("")).json()["image"].take();
    assert_eq!(shown["updated"], before);
    assert_eq!(shown["server"]["id"], 5);
    let href = shown["server"]["links"][0]["href"].as_str().unwrap();
    assert!(href.ends_with("/servers/5"), "{href}");
    let list = server.get("/v2/openstack/images/detail").good();
    assert!(list.contains("\"server\": {\"id\": 5, "));
}

#[test]
fn difference_38_and_42_bodies_in_front_of_the_trees_of_2014() {
    let server = over(Profile::Juno, &json!({}));
    for (target, body, status) in [
        ("/x", "]", 400),
        ("/", "]", 400),
        ("/v2/a0/extensions", "]", 400),
        ("/v2/a0/extensions", "", 404),
        ("/x", "", 300),
    ] {
        assert_eq!(
            server.send("POST", target, &[], body).status(),
            status,
            "{target} {body}"
        );
    }
    let long = "x".repeat(120_000);
    assert_eq!(server.send("PUT", "/v2.1/x", &[], &long).status(), 413);
    let version = [("Content-Type", "application/json;version=2")];
    assert_eq!(
        server.get_with("/", &version).json()["version"]["id"],
        "v2.0"
    );
    for (method, status) in [("GET", 200), ("DELETE", 404)] {
        assert_eq!(server.send(method, "/v2/", &[], "").status(), status);
    }
}

#[test]
fn difference_43_texts_like_others_are_filters() {
    let fixture = Fixture::named("docs").unwrap();
    let server = Server::start(builder().fixture(fixture).auth(AuthMode::Strict));
    let token = [("X-Auth-Token", "admin-token")];
    let names = |query: &str| {
        let list = server
            .get_with(&format!("/v3/users?{query}"), &token)
            .json();
        let mut names: Vec<_> = list["users"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["name"].as_str().unwrap().to_owned())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names("name__startswith=demo"), ["demo", "demo_reader"]);
    assert_eq!(names("name__icontains=READ"), ["demo_reader"]);
    assert_eq!(names("name__endswith=mo"), ["demo"]);
}
