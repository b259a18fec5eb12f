//! In front of a cloud as this server's own account, for clients that cannot sign in there.

use super::stub::{Act, Stub, json, page};
use crate::harness::{Response, Server, builder};
use crate::scratch::Scratch;
use nova_images::{
    AuthMode, CloudSource, Emulator, Fixture, Matching, Profile, Secret, UpstreamConfig,
};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

const CLOUD: &str = r#"{"images": [
    {"id": "open", "name": "for all", "visibility": "public", "status": "active",
     "created_at": "2025-01-01T00:00:00Z"},
    {"id": "ours", "name": "of the service", "owner": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeee01",
     "visibility": "private", "status": "active", "created_at": "2025-01-02T00:00:00Z"},
    {"id": "theirs", "name": "of others", "owner": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeee02",
     "visibility": "private", "status": "active", "created_at": "2025-01-03T00:00:00Z"}],
    "projects": [{"id": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeee01", "name": "service"},
                 {"id": "eeeeeeeeeeeeeeeeeeeeeeeeeeeeee02", "name": "others"}],
    "users": [{"id": "s", "name": "robot", "password": "right",
               "roles": [{"project": "service", "role": "member"}]},
              {"id": "o", "name": "other", "password": "right",
               "roles": [{"project": "others", "role": "member"}]}]}"#;

/// How long somebody waits for what is under way already.
const PATIENCE: Duration = Duration::from_secs(20);

/// A cloud, and where the credentials for it stand.
struct Scene {
    cloud: Emulator,
    scratch: Scratch,
}

impl Scene {
    fn new(test: &str) -> Self {
        let cloud = builder()
            .seed(2)
            .fixture(Fixture::parse("cloud", CLOUD).unwrap())
            .auth(AuthMode::Strict)
            .profile(Profile::Nova34)
            .token_ttl(3600);
        let scene = Self {
            cloud: cloud.start().unwrap(),
            scratch: Scratch::new(&format!("service-{test}")),
        };
        scene.write("robot", "right", "service");
        scene
    }

    /// Writes who signs in.
    fn write(&self, user: &str, password: &str, project: &str) -> PathBuf {
        let url = self.cloud.identity_url();
        let text = format!(
            "clouds:\n  dev:\n    auth:\n      auth_url: {url}/v3\n      username: {user}\n      \
             password: {password}\n      project_name: {project}\n"
        );
        self.scratch.file("clouds.yaml", text)
    }

    fn config(&self) -> UpstreamConfig {
        UpstreamConfig::service(CloudSource::of_file(
            self.scratch.path("clouds.yaml"),
            "dev",
        ))
    }

    /// A server in front that finds everything in the catalogue.
    fn front(&self) -> Server {
        Server::start(builder().upstream(self.config()))
    }

    fn sign_ins(&self) -> u64 {
        let sign_ins = Matching::operation("keystone.tokens.create");
        self.cloud.requests().count(&sign_ins)
    }

    /// Waits for a sign-in that nobody waits for.
    fn wait_for_sign_in(&self, number: u64) {
        let sign_ins = Matching::operation("keystone.tokens.create");
        let requests = self.cloud.requests();
        requests.wait_for(number, &sign_ins, PATIENCE).unwrap();
    }
}

/// The names on a list.
fn names(list: &Response) -> Vec<String> {
    let list = list.json();
    let images = list["images"].as_array().unwrap().iter();
    let mut names: Vec<_> = images
        .map(|image| image["id"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

fn unavailable(answer: &Response) {
    assert_eq!(answer.status(), 503, "{}", answer.text());
}

/// Why the last request was refused, for whoever runs the server.
fn why(front: &Server) -> String {
    let requests = front.emulator().requests().list();
    requests.last().unwrap().why().unwrap().into_owned()
}

#[test]
fn lists_need_no_token() {
    let scene = Scene::new("lists");
    let front = scene.front();
    assert_eq!(scene.sign_ins(), 0);
    for path in [
        "/v2/any/images",
        "/v2/any/images/detail",
        "/v1.1/another/images",
        "/v2.1/images/detail",
        "/v2.1/eeeeeeeeeeeeeeeeeeeeeeeeeeeeee01/images",
    ] {
        assert_eq!(names(&front.get(path)), ["open", "ours"], "{path}");
        let anything = [("X-Auth-Token", "anything")];
        let list = front.get_with(path, &anything);
        assert_eq!(names(&list), ["open", "ours"], "{path}");
    }
    assert_eq!(front.get("/v2/any/images/theirs").status(), 404);
    let shown = front.get("/v2/any/images/ours").good();
    assert!(shown.contains("of the service"), "{shown}");
    let xml = front.get("/v2/any/images/detail.xml").good();
    assert!(xml.contains("<images") && xml.contains("of the service"));
    assert!(!xml.contains("of others"), "{xml}");
    let xml = front.get_with("/v2/any/images/ours", &[("Accept", "application/xml")]);
    assert!(xml.good().contains("<image "));
    let metadata = front.get("/v2/any/images/ours/metadata").good();
    assert_eq!(metadata, r#"{"metadata": {}}"#);
    assert_eq!(scene.sign_ins(), 1);
}

#[test]
fn links_are_those_of_the_project_in_the_url() {
    let scene = Scene::new("links");
    let front = scene.front();
    let shown = front.get("/v2/old-tenant/images/open").json();
    let links = shown["image"]["links"].as_array().unwrap();
    let base = format!("http://{}/v2/old-tenant/images/open", front.address());
    assert_eq!(links[0]["href"].as_str(), Some(base.as_str()));
    // Images are the real Glance's.
    let alternate = format!("{}/old-tenant/images/open", scene.cloud.image_url());
    assert_eq!(links[2]["href"].as_str(), Some(alternate.as_str()));
}

#[test]
fn writes_are_refused_unless_they_are_allowed() {
    let scene = Scene::new("writes");
    let front = scene.front();
    let gone = front.send("DELETE", "/v2/any/images/ours", &[], "");
    assert_eq!(gone.status(), 403);
    let said = &gone.json()["forbidden"]["message"];
    assert_eq!(said, "You are not allowed to delete the image.");
    let body = r#"{"metadata": {"colour": "red"}}"#;
    let type_of = [("Content-Type", "application/json")];
    for (method, path, body) in [
        ("POST", "/metadata", body),
        ("PUT", "/metadata", body),
        ("PUT", "/metadata/colour", r#"{"meta": {"colour": "red"}}"#),
    ] {
        let path = format!("/v2.1/images/ours{path}");
        let refused = front.send(method, &path, &type_of, body);
        assert_eq!(refused.status(), 403, "{}", refused.text());
        let said = &refused.json()["forbidden"]["message"];
        assert_eq!(said, "Not authorized for image ours.");
    }
    let xml = [("Accept", "application/xml")];
    let refused = front.send("DELETE", "/v2/any/images/ours", &xml, "");
    assert!(
        refused.text().starts_with("<forbidden "),
        "{}",
        refused.text()
    );
    let changes = Matching::all().method("DELETE");
    scene.cloud.requests().verify(0, changes);

    let mut config = scene.config();
    config.writes = true;
    let front = Server::start(builder().upstream(config));
    let set = front.send("PUT", "/v2.1/images/ours/metadata", &type_of, body);
    assert!(set.good().contains("red"));
    let gone = front.send("DELETE", "/v2/any/images/ours", &[], "");
    assert_eq!(gone.status(), 204);
    assert_eq!(names(&front.get("/v2.1/images")), ["open"]);
    // What the account may not, its clients may not either.
    let gone = front.send("DELETE", "/v2/any/images/open", &[], "");
    assert_eq!(gone.status(), 403);
}

/// A sign-in at v2.0.
fn v2(front: &Server, password: &str) -> Response {
    let body = format!(
        r#"{{"auth": {{"tenantName": "old", "passwordCredentials": {{"username": "anybody",
            "password": "{password}"}}}}}}"#
    );
    let json = [("Content-Type", "application/json")];
    front.send("POST", "/v2.0/tokens", &json, &body)
}

#[test]
fn clients_that_must_sign_in_do_so_here() {
    let scene = Scene::new("sign-in");
    let front = scene.front();
    let access = v2(&front, "whatever").json();
    let access = &access["access"];
    let services = access["serviceCatalog"].as_array().unwrap();
    let kinds: Vec<_> = services.iter().map(|it| it["type"].as_str()).collect();
    // There is no Glance here.
    assert_eq!(kinds, [Some("compute"), Some("identity")]);
    let url = services[0]["endpoints"][0]["publicURL"].as_str().unwrap();
    let base = format!("http://{}", front.address());
    let path = url.strip_prefix(&base).unwrap();
    assert_eq!(path, "/v2/old");
    let token = access["token"]["id"].as_str().unwrap();
    let list = front.get_with(&format!("{path}/images"), &[("X-Auth-Token", token)]);
    assert_eq!(names(&list), ["open", "ours"]);
    // As Nova itself once did.
    let key = [("X-Auth-User", "anybody"), ("X-Auth-Key", "whatever")];
    let v1 = front.get_with("/v1.1", &key);
    assert_eq!(v1.status(), 204, "{}", v1.text());
    assert!(v1.header("x-server-management-url").is_some());
    // Nobody signs in at the real one but this server.
    assert_eq!(scene.sign_ins(), 1);
}

#[test]
fn a_secret_keeps_others_out() {
    let scene = Scene::new("secret");
    let mut config = scene.config();
    config.client_secret = Some(Secret::new("open sesame"));
    let front = Server::start(builder().upstream(config));
    let path = "/v2/any/images";
    let by = |token: &str| front.get_with(path, &[("X-Auth-Token", token)]);
    assert_eq!(front.get(path).status(), 401);
    for wrong in ["", "open", "open sesame!", "demo-token", "admin-token"] {
        assert_eq!(by(wrong).status(), 401, "{wrong:?}");
    }
    let xml = front.get_with(path, &[("Accept", "application/xml")]);
    assert_eq!(xml.status(), 401);
    let delete = front.send("DELETE", "/v2/any/images/ours", &[], "");
    assert_eq!(delete.status(), 401);
    assert_eq!(scene.sign_ins(), 0);
    assert_eq!(names(&by("open sesame")), ["open", "ours"]);

    assert_eq!(v2(&front, "secret").status(), 401);
    let access = v2(&front, "open sesame").json();
    let token = access["access"]["token"]["id"].as_str().unwrap();
    assert_eq!(names(&by(token)), ["open", "ours"]);
    for (key, status) in [("wrong", 401), ("open sesame", 204)] {
        let key = [("X-Auth-User", "demo"), ("X-Auth-Key", key)];
        assert_eq!(front.get_with("/v1.1", &key).status(), status);
    }
    let sign_in = |password: &str| {
        let domain = r#""domain": {"id": "default"}"#;
        let body = format!(
            r#"{{"auth": {{"identity": {{"methods": ["password"], "password": {{"user":
                {{"name": "demo", {domain}, "password": "{password}"}}}}}},
                "scope": {{"project": {{"name": "demo", {domain}}}}}}}}}"#
        );
        let json = [("Content-Type", "application/json")];
        front.send("POST", "/v3/auth/tokens", &json, &body).status()
    };
    assert_eq!((sign_in("secret"), sign_in("open sesame")), (401, 201));
    // Versions are told to everybody.
    assert_eq!(front.get("/").status(), 200);
}

#[test]
fn without_a_secret_it_stays_on_this_machine() {
    let scene = Scene::new("loopback");
    let far = |config: UpstreamConfig| builder().listen("0.0.0.0:0").upstream(config).start();
    let said = far(scene.config()).unwrap_err().to_string();
    assert!(said.contains("loopback only, and 0.0.0.0:"), "{said}");
    assert!(said.contains("--upstream-client-secret-file"), "{said}");
    let identity = builder()
        .identity_listen("0.0.0.0:0")
        .upstream(scene.config());
    assert!(identity.start().is_err());
    let mut config = scene.config();
    config.client_secret = Some(Secret::new("open sesame"));
    assert!(far(config).is_ok());
    assert!(
        builder()
            .listen("[::1]:0")
            .upstream(scene.config())
            .start()
            .is_ok()
    );
}

#[test]
fn a_token_that_has_ended_is_renewed() {
    let scene = Scene::new("ended");
    let front = scene.front();
    assert_eq!(front.get("/v2/any/images").status(), 200);
    let clock = scene.cloud.clock();
    clock.advance(Duration::from_secs(3601)).unwrap();
    // This server does not know that it has.
    assert_eq!(names(&front.get("/v2/any/images")), ["open", "ours"]);
    assert_eq!(scene.sign_ins(), 2);
    assert_eq!(front.get("/v2/any/images").status(), 200);
    assert_eq!(scene.sign_ins(), 2);
    // When it does, it asks nobody first.
    let asked = scene.cloud.requests().count(&Matching::all());
    for clock in [clock, front.emulator().clock()] {
        clock.advance(Duration::from_secs(3601)).unwrap();
    }
    assert_eq!(front.get("/v2/any/images").status(), 200);
    assert_eq!(scene.sign_ins(), 3);
    assert_eq!(scene.cloud.requests().count(&Matching::all()), asked + 2);
}

#[test]
fn it_is_renewed_before_it_ends_and_nobody_waits() {
    let scene = Scene::new("renewed");
    let front = scene.front();
    let advance = |seconds| {
        for clock in [scene.cloud.clock(), front.emulator().clock()] {
            clock.advance(Duration::from_secs(seconds)).unwrap();
        }
        assert_eq!(front.get("/v2/any/images").status(), 200);
    };
    advance(0);
    advance(3299);
    assert_eq!(scene.sign_ins(), 1);
    advance(1);
    scene.wait_for_sign_in(2);
    // Well behind the first one's end.
    advance(3000);
    assert_eq!(scene.sign_ins(), 2);
}

#[test]
fn a_stampede_signs_in_once() {
    let scene = Scene::new("stampede");
    let front = scene.front();
    let address = front.address();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(move || {
                let mut client = crate::golden::client::Client::new(address);
                let list = client.send("GET", "/v2/any/images", &[], None);
                assert_eq!(list.unwrap().status, 200);
            });
        }
    });
    assert_eq!(scene.sign_ins(), 1);
}

#[test]
fn whoever_is_not_let_in_says_so_and_tries_again_later() {
    let scene = Scene::new("wrong");
    scene.write("robot", "wrong", "service");
    let front = scene.front();
    let refused = front.get("/v2/any/images");
    unavailable(&refused);
    assert!(!refused.text().contains("robot"));
    let why = why(&front);
    let said = format!("nobody signs in at {}", scene.cloud.identity_url());
    assert!(why.contains(&said), "{why}");
    let xml = front.get("/v2/any/images.xml");
    unavailable(&xml);
    // Keystone counts wrong passwords.
    assert_eq!(scene.sign_ins(), 1);
    let clock = front.emulator().clock();
    clock.advance(Duration::from_secs(6)).unwrap();
    unavailable(&front.get("/v2/any/images"));
    assert_eq!(scene.sign_ins(), 2);
    // Another file is another chance, at once.
    scene.write("robot", "right", "service");
    assert_eq!(names(&front.get("/v2/any/images")), ["open", "ours"]);
}

#[test]
fn other_credentials_are_taken_while_it_runs() {
    let scene = Scene::new("rotated");
    let front = scene.front();
    assert_eq!(names(&front.get("/v2/any/images")), ["open", "ours"]);
    let clock = front.emulator().clock();
    let look = || clock.advance(Duration::from_secs(6)).unwrap();
    // Half a file is no reason to do without the token that there is.
    let path = scene.scratch.file("clouds.yaml", "clouds: [");
    look();
    assert_eq!(names(&front.get("/v2/any/images")), ["open", "ours"]);
    std::fs::remove_file(path).unwrap();
    look();
    assert_eq!(names(&front.get("/v2/any/images")), ["open", "ours"]);
    scene.write("other", "right", "others");
    look();
    assert_eq!(front.get("/v2/any/images").status(), 200);
    scene.wait_for_sign_in(2);
    let mut client = crate::golden::client::Client::new(front.address());
    let is_other = |_| {
        let list = client.send("GET", "/v2/any/images", &[], None).unwrap();
        list.text().contains("theirs")
    };
    assert!((0..10_000).any(is_other));
}

/// Says that the token is none.
fn refused() -> Act {
    let body = r#"{"error": {"code": 401, "message": "no", "title": "Unauthorized"}}"#;
    Act::Say(json("401 Unauthorized", "", body))
}

#[test]
fn what_the_image_service_does_not_take_is_got_anew_once() {
    let scene = Scene::new("refused");
    let glance = Stub::playing([refused()]);
    let mut config = scene.config();
    config.url = Some(glance.url());
    let front = Server::start(builder().upstream(config.clone()));
    assert_eq!(names(&front.get("/v2/any/images")), ["good"]);
    assert_eq!((glance.asked(), scene.sign_ins()), (2, 2));

    // Between two pages, too.
    let first = page(&["first"], Some("/v2/images?marker=first"));
    let glance = Stub::playing([Act::Say(json("200 OK", "", &first)), refused()]);
    config.url = Some(glance.url());
    let front = Server::start(builder().upstream(config.clone()));
    assert_eq!(names(&front.get("/v2/any/images")), ["first", "good"]);
    assert_eq!((glance.asked(), scene.sign_ins()), (3, 4));

    let glance = Stub::playing([refused(), refused()]);
    config.url = Some(glance.url());
    let front = Server::start(builder().upstream(config));
    unavailable(&front.get("/v2/any/images"));
    assert_eq!((glance.asked(), scene.sign_ins()), (2, 6));
    // Nobody is asked for a while.
    unavailable(&front.get("/v2/any/images"));
    assert_eq!((glance.asked(), scene.sign_ins()), (2, 6));
    let clock = front.emulator().clock();
    clock.advance(Duration::from_secs(6)).unwrap();
    assert_eq!(names(&front.get("/v2/any/images")), ["good"]);
}

#[test]
fn what_the_catalogue_does_not_have_is_said() {
    let scene = Scene::new("catalogue");
    let mut config = scene.config();
    config.region = Some("Nowhere".to_owned());
    let front = Server::start(builder().upstream(config));
    unavailable(&front.get("/v2/any/images"));
    let why = why(&front);
    assert!(why.contains("public in the region \"Nowhere\""), "{why}");
}

#[test]
fn there_have_to_be_credentials() {
    let scene = Scene::new("none");
    let source = CloudSource::of_file(scene.scratch.path("clouds.yaml"), "prod");
    let start = builder().upstream(UpstreamConfig::service(source)).start();
    let said = start.unwrap_err().to_string();
    assert!(
        said.ends_with("has no cloud \"prod\"; it has dev"),
        "{said}"
    );
    let strict = builder().auth(AuthMode::Strict).upstream(scene.config());
    let said = strict.start().unwrap_err().to_string();
    assert!(said.starts_with("--auth strict cannot be had"), "{said}");
}
