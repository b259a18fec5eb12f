//! Why something was refused: more than the client is told.

use super::{ABSENT, JSON, list};
use crate::harness::{Server, builder};
use nova_images::{AuthMode, Fixture, Image, Visibility};

const HIDDEN: &str = "b2e3c4d5-0000-4000-8000-000000000001";
const PUBLIC: &str = "b2e3c4d5-0000-4000-8000-000000000002";

fn server() -> Server {
    let people = r#"{"projects": [{"id": "web", "name": "web"}, {"id": "shop", "name": "shop"}],
        "users": [{"id": "ada", "name": "ada", "password": "pass",
                   "roles": [{"project": "web", "role": "member"}]}],
        "tokens": [{"id": "ada-token", "user": "ada", "project": "web"}]}"#;
    let image = |id, visibility| Image::builder(id).visibility(visibility).owner("shop");
    let images = [
        image(HIDDEN, Visibility::Private),
        image(PUBLIC, Visibility::Public),
    ];
    let images = Fixture::of(images.map(nova_images::ImageBuilder::build));
    let people = Fixture::parse("people", people).unwrap();
    Server::start(
        builder()
            .fixture(people)
            .fixture(images)
            .auth(AuthMode::Strict),
    )
}

struct Case {
    request: (&'static str, String),
    token: &'static str,
    body: &'static str,
    status: u16,
    why: &'static str,
}

fn case(method: &'static str, target: &str, status: u16, why: &'static str) -> Case {
    Case {
        request: (method, target.to_owned()),
        token: "ada-token",
        body: "",
        status,
        why,
    }
}

impl Case {
    fn by(mut self, token: &'static str) -> Self {
        self.token = token;
        self
    }

    fn with(mut self, body: &'static str) -> Self {
        self.body = body;
        self
    }
}

const PRIVATE: &str = "no image with this id is visible to project web: it is private to shop";
const NONE: &str = "there is no image with this id";
const OTHERS: &str = "project web may not change the image: it belongs to shop";
const UNKNOWN: &str = "the token is not known";
const NO_TOKEN: &str = "no token in the request";
const MEMBER: &str = "user ada, whose roles on project web are: member";

fn of_nova() -> Vec<Case> {
    let v2 = |rest: &str| format!("/v2/web/images/{rest}");
    vec![
        case("GET", &v2(HIDDEN), 404, PRIVATE),
        case("GET", &v2(ABSENT), 404, NONE),
        case("DELETE", &v2(HIDDEN), 404, PRIVATE),
        case("DELETE", &v2(PUBLIC), 403, OTHERS),
        case("GET", &v2(&format!("{HIDDEN}/metadata")), 404, PRIVATE),
        case(
            "GET",
            &v2(&format!("{PUBLIC}/metadata/colour")),
            404,
            "the image has no property \"colour\"",
        ),
        case("PUT", &v2(&format!("{PUBLIC}/metadata/a")), 403, OTHERS)
            .with(r#"{"meta": {"a": "b"}}"#),
        case("PUT", &v2(&format!("{PUBLIC}/metadata/a")), 400, "mismatch")
            .with(r#"{"meta": {"b": "b"}}"#),
        case(
            "POST",
            &v2(&format!("{PUBLIC}/metadata")),
            400,
            "the body is no object",
        )
        .with("1"),
        case("GET", "/v2/web/images", 401, UNKNOWN).by("no-token"),
        case("GET", "/v2.1/images", 401, NO_TOKEN).by(""),
        case(
            "GET",
            "/v2/shop/images",
            400,
            "doesn't match Context's project_id 'web'",
        ),
        case("GET", "/v2/web/images?limit=x", 400, "limit"),
        case(
            "GET",
            &format!("/v2/web/images?marker={ABSENT}"),
            400,
            ABSENT,
        ),
        case(
            "GET",
            &format!("/v2/web/images?marker={HIDDEN}"),
            400,
            PRIVATE,
        ),
        case(
            "GET",
            "/v2/web/extensions/none",
            404,
            "there is no extension \"none\"",
        ),
        case("GET", "/v2/web/nowhere", 404, "no route for GET"),
        case("POST", "/v2/web/images", 405, "never made images").with("{}"),
    ]
}

fn of_glance() -> Vec<Case> {
    let v2 = |rest: &str| format!("/image/v2/images/{rest}");
    let v1 = |rest: &str| format!("/image/v1/images/{rest}");
    vec![
        case("GET", &v2(HIDDEN), 404, PRIVATE),
        case("GET", &v2(ABSENT), 404, NONE),
        case("DELETE", &v2(PUBLIC), 403, OTHERS),
        case("GET", &v2(&format!("{HIDDEN}/file")), 404, PRIVATE),
        case("PUT", &v2(&format!("{PUBLIC}/tags/a")), 403, OTHERS),
        case("GET", &v2(&format!("{HIDDEN}/members")), 404, PRIVATE),
        case("GET", "/image/v2/images", 401, UNKNOWN).by("no-token"),
        case(
            "GET",
            "/image/v2/images?limit=x",
            400,
            "limit param must be an integer",
        ),
        case(
            "GET",
            "/image/v2/images?sort_key=colour",
            400,
            "Invalid sort key: colour",
        ),
        case("POST", "/image/v2/images", 400, "visibility").with(r#"{"visibility": "odd"}"#),
        case("GET", "/image/v2/nowhere", 404, "Glance has nothing there"),
        case("GET", "/image/v2/cache", 403, MEMBER),
        case("GET", &v1(HIDDEN), 404, PRIVATE),
        case("DELETE", &v1(PUBLIC), 403, OTHERS),
        case("GET", "/image/v1/images", 401, NO_TOKEN).by(""),
    ]
}

fn of_others() -> Vec<Case> {
    let waldur = |rest: &str| format!("/api/openstack-images/{rest}");
    let wrong = r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "ada", "domain": {"id": "default"}, "password": "wrong"}}}}}"#;
    let no_role = r#"{"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "ada", "domain": {"id": "default"}, "password": "pass"}}},
        "scope": {"project": {"id": "shop"}}}}"#;
    let v2 = r#"{"auth": {"passwordCredentials": {"username": "bob", "password": "x"}}}"#;
    vec![
        case(
            "GET",
            &waldur(""),
            401,
            "no `Authorization: Token …` in the request",
        ),
        case(
            "GET",
            "/v3/users",
            403,
            "identity:list_users is not for user ada",
        ),
        case("GET", "/v3/users", 403, MEMBER),
        case("GET", "/v3/projects", 401, UNKNOWN).by("no-token"),
        case("GET", "/v3/nowhere", 404, "Keystone has no such path"),
        case(
            "POST",
            "/v3/auth/tokens",
            401,
            "not the password of user ada",
        )
        .with(wrong),
        case("POST", "/v3/auth/tokens", 401, "user ada has no role on").with(no_role),
        case("POST", "/v3/auth/tokens", 400, "Expecting to find").with("{}"),
        case("POST", "/v2.0/tokens", 401, "no enabled user is").with(v2),
        case(
            "GET",
            "/v2.0/tokens/other",
            403,
            "identity:validate_token takes the role admin",
        ),
        case("GET", "/v2.0/tokens/other", 401, UNKNOWN).by("no-token"),
    ]
}

#[test]
fn every_service_says_why_it_refuses() {
    let server = server();
    for case in of_nova().into_iter().chain(of_glance()).chain(of_others()) {
        let (method, target) = &case.request;
        let mut headers = vec![("Accept", "application/json")];
        if !case.token.is_empty() {
            headers.push(("X-Auth-Token", case.token));
        }
        if !case.body.is_empty() {
            headers.push(JSON);
        }
        let answer = server.send(method, target, &headers, case.body);
        let entry = &list(&server, "order=newest_first&limit=1")[0];
        let why = entry["why"].as_str().unwrap_or_default();
        let shown = format!(
            "{method} {target}: {} {why:?}: {}",
            answer.status(),
            answer.text()
        );
        assert_eq!(answer.status(), case.status, "{shown}");
        assert!(why.contains(case.why), "{shown}");
    }
}

#[test]
fn waldur_says_why_an_image_is_not_shown() {
    let server = Server::with("docs");
    let images = server.get("/api/openstack-images/").json();
    let uuid = images[0]["uuid"].as_str().unwrap().to_owned();
    for (rest, why) in [
        ("x/", "\"x\" is no UUID"),
        (
            "00000000000040008000000000000000/",
            "there is no image with this UUID",
        ),
        (
            &format!("{uuid}/?name=none"),
            "the filters leave this image out",
        ),
    ] {
        let answer = server.get(&format!("/api/openstack-images/{rest}"));
        assert_eq!(answer.status(), 404);
        let entry = &list(&server, "order=newest_first&limit=1")[0];
        assert_eq!(entry["why"], why, "{}", answer.text());
    }
    let answer = server.get("/api/openstack-images/?page=99");
    assert_eq!(answer.status(), 404);
    assert_eq!(
        list(&server, "order=newest_first&limit=1")[0]["why"],
        "Invalid page."
    );
}
