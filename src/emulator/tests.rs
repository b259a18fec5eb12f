//! A request's way without a socket: each facade's doors one by one, and all of them behind the one.
#![allow(clippy::unwrap_used)]

use super::entrance::Entrance;
use super::front;
use super::server::Server;
use super::shared::Shared;
use super::texts::TEXTS;
use crate::api::{control, keystone, nova, waldur};
use crate::config::{ServerConfig, SpaceConfig};
use crate::control::{Clock, Fixture, Ids};
use crate::domain::{BodyWanted, Operation, Plan, Untold};
use crate::http::{
    Body, CutOff, Head, HeaderMap, HeaderName, Method, Refusal, Reply, Request, StatusCode,
};
use crate::service::{Shelf, Spaces, Start};
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

const HOST: &str = "cloud.example.org";

const DOOR: control::Door = control::Door {
    bound: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 1),
    health_only: false,
    shared_port: None,
};

fn entrance() -> Entrance {
    Entrance::Shared(DOOR)
}

fn shared() -> Arc<Shared> {
    let (spaces, _) = Spaces::open(Start {
        server: ServerConfig::default(),
        config: SpaceConfig::default(),
        fixture: Fixture::docs().unwrap(),
        reread: None,
        clock: Clock::real(),
        ids: Ids::seeded(1),
        texts: TEXTS,
        progress: Box::new(Untold),
        operations: || front::operations().collect(),
        resolve: |_| Ok(Vec::new()),
        upstream: None,
        snapshots: Shelf::default(),
    })
    .unwrap();
    Shared::new(spaces, None).0
}

fn head(server: &Server, method: Method, target: &str, headers: &[(&str, &str)]) -> Head {
    let mut map = HeaderMap::new();
    for (name, value) in [("host", HOST)].iter().chain(headers) {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        map.append(name, value.parse().unwrap());
    }
    server.head(method, target, map, ([127, 0, 0, 1], 1).into())
}

fn get(target: &str) -> Head {
    head(&Server::new(shared(), entrance()), Method::GET, target, &[])
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(reply.bytes().unwrap()).into_owned()
}

fn wants_all(plan: &Plan) -> bool {
    matches!(plan.body, BodyWanted::Whole(_))
}

#[test]
fn novas_doors() {
    let shared = shared();
    let app = &shared.spaces.root;
    let head = get("/v2/openstack/images/detail?limit=1");
    let (plan, placed) = nova::plan(app, &head);
    assert_eq!(plan.operation.as_str(), "nova.images.detail");
    assert_eq!(plan.project.as_deref(), Some("openstack"));
    assert!(wants_all(&plan));
    let refused = nova::refuse(
        app,
        &head,
        &placed,
        &Refusal::new(StatusCode::NOT_IMPLEMENTED, "not today"),
    );
    assert_eq!(
        text(&refused),
        r#"{"notImplemented": {"message": "not today", "code": 501}}"#
    );
    let request = Request {
        head,
        body: Body::empty(),
    };
    let reply = nova::answer(app, &RefCell::default(), &request, &placed);
    assert_eq!(reply.status(), StatusCode::OK);
    assert!(text(&reply).contains("http://cloud.example.org/v2/openstack/images/"));
    assert_eq!(reply.why(), None);
}

#[test]
fn a_failure_says_why_to_who_looks_from_inside() {
    let shared = shared();
    let request = Request {
        head: get("/v2/openstack/images/no-such-id"),
        body: Body::empty(),
    };
    let (_, placed) = nova::plan(&shared.spaces.root, &request.head);
    let reply = nova::answer(&shared.spaces.root, &RefCell::default(), &request, &placed);
    assert_eq!(reply.status(), StatusCode::NOT_FOUND);
    assert!(
        reply
            .why()
            .is_some_and(|why| why.contains("no image with this id"))
    );
    assert!(!text(&reply).contains("no-such-id"));
}

#[test]
fn keystones_doors() {
    let shared = shared();
    let app = &shared.spaces.root;
    let server = Server::new(Arc::clone(&shared), entrance());
    let head = head(
        &server,
        Method::GET,
        "/identity/v3/auth/tokens",
        &[
            ("x-auth-token", "admin-token"),
            ("x-subject-token", "demo-token"),
        ],
    );
    let head = head.mounted_under("/identity");
    let (plan, placed) = keystone::plan(app, &head, keystone::Door::Shared);
    assert_eq!(plan.operation.as_str(), "keystone.tokens.show");
    assert_eq!(plan.project.as_deref(), Some("openstack"));
    assert!(wants_all(&plan));
    let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "not today");
    let refused = keystone::refuse(app, &head, &placed, &refusal);
    assert!(text(&refused).contains("\"message\": \"not today\""));
    let request = Request {
        head,
        body: Body::empty(),
    };
    let reply = keystone::answer(app, &request, &placed);
    assert_eq!(reply.status(), StatusCode::OK);
    assert!(text(&reply).contains("http://cloud.example.org/v2.1/openstack"));
}

#[test]
fn waldurs_doors() {
    let shared = shared();
    let head = get("/api/openstack-images/?page_size=1");
    assert!(waldur::owns(&head));
    let (plan, placed) = waldur::plan(&shared.spaces.root, &head);
    assert_eq!(plan.operation.as_str(), "waldur.openstack_images.list");
    assert_eq!(plan.body, BodyWanted::No);
    let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "slowly");
    let refused = waldur::refuse(&shared.spaces.root, &head, &placed, &refusal);
    assert_eq!(text(&refused), r#"{"detail":"slowly"}"#);
    let reply = waldur::answer(&shared.spaces.root, &head, &placed);
    assert_eq!(reply.status(), StatusCode::OK);
    assert!(text(&reply).contains("http://cloud.example.org/api/openstack-images/"));
}

#[test]
fn the_control_apis_doors() {
    let shared = shared();
    let head = get("/_control/health/ready").mounted_under("/_control");
    let (plan, placed) = control::plan(&ServerConfig::default(), &head, DOOR);
    assert_eq!(
        (plan.operation.as_str(), plan.body),
        ("control.health.ready", BodyWanted::No)
    );
    let refused = control::refuse(&Refusal::new(StatusCode::FORBIDDEN, "no"));
    assert!(text(&refused).contains("\"no\""));
    let request = Request {
        head,
        body: Body::empty(),
    };
    let reply = control::answer(&shared.spaces, &shared.spaces.root, &request, &placed);
    assert_eq!(text(&reply), r#"{"status":"ok"}"#);
}

/// On the runtime that the servers run on, for what is done elsewhere.
fn call(
    server: &Server,
    method: Method,
    target: &str,
    headers: &[(&str, &str)],
    body: Body,
) -> Reply {
    let head = head(server, method, target, headers);
    let answered = server.call(Request { head, body });
    actix_web::rt::System::new().block_on(answered)
}

#[test]
fn all_services_answer_without_a_socket() {
    let server = Server::new(shared(), entrance());
    for (target, status) in [
        ("/", 200),
        ("/v2.1/openstack/images", 200),
        ("/compute/v2/openstack/images", 200),
        ("/identity/v3", 200),
        ("/v3", 200),
        ("/api/openstack-images/", 200),
        ("/api//openstack-images/", 404),
        ("/_control/health/live", 200),
        ("/_control/nothing", 404),
    ] {
        let reply = call(&server, Method::GET, target, &[], Body::empty());
        assert_eq!(reply.status().as_u16(), status, "{target}");
    }
}

#[test]
fn bodies_are_read_as_the_plan_says() {
    let server = Server::new(shared(), entrance());
    let chunks = |chunks: Vec<Result<&'static [u8], CutOff>>| {
        let chunks = chunks
            .into_iter()
            .map(|chunk| chunk.map(Bytes::from_static));
        Body::Stream(futures_util::stream::iter(chunks).boxed_local())
    };
    let path = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b/metadata";
    let headers = [
        ("content-type", "application/json"),
        ("x-auth-token", "admin-token"),
    ];
    let post = |body| call(&server, Method::POST, path, &headers, body);
    let good = post(chunks(vec![Ok(br#"{"metadata": {"a""#), Ok(br#": "b"}}"#)]));
    assert_eq!(good.status(), StatusCode::OK);
    assert!(text(&good).contains(r#""a": "b""#));
    let large = post(chunks(vec![Ok(&[b' '; 60_000]), Ok(&[b' '; 60_000])]));
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let large = post(Body::Whole(vec![b' '; 120_000].into()));
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let cut = post(chunks(vec![Ok(b"{"), Err(CutOff("gone".into()))]));
    assert_eq!(cut.status(), StatusCode::BAD_REQUEST);
    assert_eq!(cut.why(), Some("the body was cut off: gone"));
}

#[test]
fn every_operation_has_one_name() {
    let names: Vec<_> = front::operations().map(Operation::as_str).collect();
    let mut once = names.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), names.len());
    for name in names {
        let parts: Vec<_> = name.split('.').collect();
        let plain = |part: &&str| {
            part.bytes()
                .all(|byte| byte.is_ascii_lowercase() || b"_".contains(&byte))
        };
        assert!(
            (2..=3).contains(&parts.len()) && parts.iter().all(plain),
            "{name}"
        );
    }
}
