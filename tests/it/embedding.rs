//! The library: emulators inside other programs, many of them, and their databases.

use crate::golden::client::Client;
use crate::harness::{Server, builder};
use crate::scratch::{APPLICATION_ID, Scratch, USER_VERSION, patch_header};
use nova_images::{Emulator, EmulatorBuilder, Fixture, Microversion, StartError};
use serde_json::json;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};

const FAKEIMAGE7: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";

/// One image of the project `p`, which is the default one.
fn one(id: &str) -> Fixture {
    let text = json!({
        "images": [{
            "id": id, "name": id, "owner": "p", "visibility": "private",
            "created_at": "2026-01-01T00:00:00Z", "container_format": "bare", "disk_format": "raw",
            "colour": "red"
        }],
        "projects": [{"id": "p", "name": "p"}]
    });
    Fixture::parse(id, &text.to_string()).unwrap()
}

fn names(server: &Server) -> Vec<String> {
    let list = server.get("/v2/p/images").json();
    let images = list["images"].as_array().unwrap().iter();
    images
        .map(|image| image["name"].as_str().unwrap().to_owned())
        .collect()
}

fn colour(server: &Server, id: &str) -> String {
    let item = server.get(&format!("/v2/p/images/{id}/metadata/colour"));
    item.json()["meta"]["colour"].as_str().unwrap().to_owned()
}

fn paint(server: &Server, id: &str, colour: &str) {
    let target = format!("/v2/p/images/{id}/metadata/colour");
    let headers = [("Content-Type", "application/json")];
    let body = json!({"meta": {"colour": colour}}).to_string();
    server.send("PUT", &target, &headers, &body).good();
}

#[test]
fn fifty_at_once_never_meet() {
    let servers: Vec<_> = (0..50)
        .map(|number| Server::start(builder().fixture(one(&format!("image-{number}")))))
        .collect();
    // Each is written to before any is looked at.
    for (number, server) in servers.iter().enumerate() {
        paint(server, &format!("image-{number}"), &format!("{number}"));
    }
    let mut ports = std::collections::HashSet::new();
    for (number, server) in servers.iter().enumerate() {
        let id = format!("image-{number}");
        assert_eq!(names(server), [id.as_str()]);
        assert_eq!(colour(server, &id), number.to_string());
        let other = format!("/v2/p/images/image-{}", (number + 1) % 50);
        assert_eq!(server.get(&other).status(), 404);
        assert!(ports.insert(server.address().port()));
    }
}

#[test]
fn the_same_seed_gives_the_same_ids() {
    let ids = |seed| {
        let server = Server::start(builder().seed(seed).fixture(one("a")));
        let id = || server.get("/v2/p/images").header("x-compute-request-id");
        [id().unwrap(), id().unwrap()]
    };
    let first = ids(7);
    assert_eq!(first, ids(7));
    assert_ne!(first, ids(8));
    assert_ne!(first[0], first[1]);
}

/// An emulator that all tests of a suite share.
static NOVA: OnceLock<Emulator> = OnceLock::new();

fn nova() -> &'static Emulator {
    NOVA.get_or_init(|| builder().fixture(one("shared")).start().unwrap())
}

#[test]
fn e1_a_static_emulator_serves_every_thread() {
    let asked: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                let mut client = Client::new(nova().address());
                client.send("GET", "/v2/p/images", &[], None).unwrap()
            })
        })
        .collect();
    for thread in asked {
        assert!(thread.join().unwrap().text().contains("shared"));
    }
}

#[test]
fn e1_the_last_of_several_threads_ends_it() {
    let nova = Arc::new(builder().fixture(one("a")).start().unwrap());
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let nova = Arc::clone(&nova);
            std::thread::spawn(move || {
                let mut client = Client::new(nova.address());
                let answer = client.send("GET", "/v2/p/images", &[], None).unwrap();
                (answer.status, nova.url())
            })
        })
        .collect();
    let url = nova.url();
    drop(nova);
    for thread in threads {
        assert_eq!(thread.join().unwrap(), (200, url.clone()));
    }
}

#[test]
fn it_starts_in_a_runtime_and_without_one() {
    let ask = || {
        let server = Server::start(builder().fixture(one("a")));
        assert_eq!(names(&server), ["a"]);
    };
    ask();
    actix_web::rt::System::new().block_on(async { ask() });
    let runtime = actix_web::rt::Runtime::new().unwrap();
    runtime.tokio_runtime().block_on(async { ask() });
    // Started in one world, used and dropped in another.
    let server = runtime
        .tokio_runtime()
        .block_on(async { Server::start(builder().fixture(one("a"))) });
    drop(runtime);
    assert_eq!(names(&server), ["a"]);
    std::thread::spawn(move || drop(server)).join().unwrap();
}

/// Whether a port can be bound once its emulator is gone. Other tests take free ports, too, and the
/// processes that they start hold copies of sockets for a moment: one of several ports will do.
fn is_freed(end: impl Fn(Emulator)) -> bool {
    (0..50).any(|_| {
        let emulator = builder().fixture(one("a")).start().unwrap();
        let address = emulator.address();
        assert!(TcpListener::bind(address).is_err());
        end(emulator);
        let again = builder().listen(address.to_string()).start();
        again.is_ok_and(|again| again.address() == address)
    })
}

#[test]
fn ending_it_frees_the_port() {
    assert!(is_freed(drop));
    assert!(is_freed(Emulator::stop));
}

#[test]
fn a_port_in_use_is_an_error() {
    let server = Server::with("docs");
    let address = server.address().to_string();
    let error = builder().listen(&address).start().unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }));
    assert!(error.to_string().contains(&address), "{error}");
    let error = builder().listen("no such host:1").start().unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }));
}

/// Nothing is bound or opened for a setting that makes no sense.
#[test]
fn d9_settings_without_sense_do_not_start() {
    for (wrong, part) in [
        (builder().public_url("http://x/ y?z#a"), "' '"),
        (builder().glance_url("x"), "http://"),
        (builder().max_microversion(Microversion::v2(105)), "2.104"),
        (builder().database(":memory:"), ":memory:"),
        (builder().database("file:a.db"), "no file"),
    ] {
        let error = wrong.start().unwrap_err();
        assert!(matches!(error, StartError::Setting(_)), "{error:?}");
        assert!(error.to_string().contains(part), "{error}");
    }
    let server = builder().public_url("http://cloud.example.com/").start();
    assert!(server.is_ok());
}

#[test]
fn b7_its_url_can_be_connected_to() {
    let nova = builder().listen("0.0.0.0:0").start().unwrap();
    let port = nova.address().port();
    assert_eq!(nova.url(), format!("http://127.0.0.1:{port}"));
    let nova = builder().identity_listen("[::]:0").start().unwrap();
    let port = nova.identity_address().unwrap().port();
    assert_eq!(nova.identity_url(), format!("http://[::1]:{port}"));
}

#[test]
fn it_says_where_it_is_and_what_it_holds() {
    let emulator: Emulator = builder()
        .fixture(Fixture::docs().unwrap())
        .fixture(one("a"))
        .start()
        .unwrap();
    assert_eq!(emulator.url(), format!("http://{}", emulator.address()));
    assert_eq!(emulator.default_project_id(), "openstack");
    assert_eq!(emulator.example_token().as_deref(), Some("demo-token"));
    assert_eq!(emulator.loaded(), (9, 0));
}

#[test]
fn a_reset_brings_the_fixture_back() {
    let server = Server::with("docs");
    let before = server.get("/v2/openstack/images/detail").good();
    let admin = [
        ("X-Auth-Token", "admin-token"),
        ("Content-Type", "application/json"),
    ];
    assert_eq!(server.send("DELETE", FAKEIMAGE7, &admin, "").status(), 204);
    let other = "/v2/openstack/images/155d900f-4e14-4e4c-a73d-069cbf4541e6/metadata";
    server
        .send("PUT", other, &admin, r#"{"metadata": {}}"#)
        .good();
    let between = server.get("/v2/openstack/images/detail").good();
    assert_ne!(before, between);
    assert_eq!(
        server.send("POST", "/_control/reset", &[], "").status(),
        204
    );
    assert_eq!(server.get("/v2/openstack/images/detail").good(), before);
    server.get(FAKEIMAGE7).good();
}

#[test]
fn the_control_api_answers_for_itself() {
    let server = Server::with("docs");
    for probe in ["/_control/health/live", "/_control/health/ready"] {
        assert_eq!(server.get(probe).json()["status"], "ok");
        assert_eq!(server.send("HEAD", probe, &[], "").status(), 200);
        let refused = server.send("DELETE", probe, &[], "");
        assert_eq!(refused.status(), 405);
        assert_eq!(refused.header("allow").unwrap(), "GET, HEAD");
    }
    let refused = server.get("/_control/reset");
    assert_eq!(refused.status(), 405);
    assert_eq!(refused.header("allow").unwrap(), "POST");
    let unknown = server.get("/_control/unknown");
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.json()["error"]["code"], 404);
}

#[test]
fn a_database_survives_and_wins_over_the_fixture() {
    let scratch = Scratch::new("survives");
    let over = |fixture| {
        builder()
            .database(scratch.path("images.db"))
            .fixture(fixture)
    };
    {
        let server = Server::start(over(one("kept")));
        paint(&server, "kept", "blue");
    }
    // The same fixture again, and another: what is kept stays as it is, what is new is added.
    let server = Server::start(over(one("kept")).fixture(one("new")));
    assert_eq!(colour(&server, "kept"), "blue");
    assert_eq!(names(&server), ["new", "kept"]);
    let headers = [("Content-Type", "application/json")];
    let deleted = server.send("DELETE", "/v2/p/images/kept", &headers, "");
    assert_eq!(deleted.status(), 204);
    drop(server);
    // A deleted image is data as well.
    let emulator = over(one("kept")).start().unwrap();
    assert_eq!(emulator.loaded(), (0, 1));
    drop(emulator);
    let server = Server::start(over(one("kept")));
    assert_eq!(names(&server), ["new"]);
}

/// What `start` says of a database that it cannot use.
fn refusal(builder: EmulatorBuilder) -> String {
    match builder.start() {
        Err(error @ StartError::Store { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_second_server_on_the_same_file_is_refused() {
    let scratch = Scratch::new("second");
    let path = scratch.path("images.db");
    let first = Server::start(builder().database(&path).fixture(one("a")));
    let error = refusal(builder().database(&path));
    assert!(
        error.contains("in use") && error.contains("images.db"),
        "{error}"
    );
    assert_eq!(names(&first), ["a"]);
    drop(first);
    builder().database(&path).start().unwrap();
}

/// Clients in the middle of a request do not keep the database from the next server.
#[test]
fn dropping_it_drops_requests_under_way() {
    let scratch = Scratch::new("under-way");
    let path = scratch.path("images.db");
    let server = Server::start(builder().database(&path).fixture(one("a")));
    let half = b"PUT /v2/p/images/a/metadata HTTP/1.1\r\nHost: nova\r\nContent-Length: 9\r\n\r\n{";
    let clients: Vec<_> = (0..5)
        .map(|_| {
            let mut client = TcpStream::connect(server.address()).unwrap();
            client.write_all(half).unwrap();
            client
        })
        .collect();
    assert_eq!(names(&server), ["a"]);
    drop(server);
    builder().database(&path).start().unwrap();
    drop(clients);
}

#[test]
fn files_of_others_are_refused_and_left_alone() {
    let scratch = Scratch::new("foreign");
    let text = "This is a letter, and long enough to be mistaken for a page. ".repeat(200);
    let letter = scratch.file("letter.txt", &text);
    let error = refusal(builder().database(&letter));
    assert!(error.contains("not a database of nova-images"), "{error}");
    assert_eq!(std::fs::read_to_string(&letter).unwrap(), text);

    let path = scratch.path("other.db");
    builder().database(&path).fixture(one("a")).start().unwrap();
    patch_header(&path, APPLICATION_ID, 0x1234_5678);
    let error = refusal(builder().database(&path));
    assert!(error.contains("not a database of nova-images"), "{error}");

    let folder = scratch.path("no-such-folder").join("images.db");
    let error = refusal(builder().database(&folder));
    assert!(error.contains("no-such-folder"), "{error}");
}

#[test]
fn a_database_of_a_later_release_is_refused_and_left_alone() {
    let scratch = Scratch::new("newer");
    let path = scratch.path("images.db");
    builder().database(&path).fixture(one("a")).start().unwrap();
    let original = std::fs::read(&path).unwrap();
    patch_header(&path, USER_VERSION, 99);
    let before = std::fs::read(&path).unwrap();
    let error = refusal(builder().database(&path));
    assert!(error.contains("version 99"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    // Nothing was lost.
    std::fs::write(&path, original).unwrap();
    let server = Server::start(builder().database(&path).fixture(one("b")));
    assert_eq!(names(&server), ["b", "a"]);
}
