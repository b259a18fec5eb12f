//! Lists that are too long to be sent whole: the same answers, in pieces.

use crate::element::Element;
use crate::harness::{Server, builder};
use crate::scratch::Scratch;
use nova_images::{Fixture, Image, Profile, Timestamp, Visibility};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// Several slices, and more than a MiB.
const MANY: u32 = 2600;

fn images() -> impl Iterator<Item = Image> {
    (0..MANY).map(|number| {
        let day = Timestamp::parse_rfc3339("2026-01-01T00:00:00Z").unwrap();
        Image::builder(format!("00000000-0000-4000-8000-{number:012}"))
            .name(format!("image {number}"))
            .visibility(Visibility::Public)
            .owner("p")
            .created_at(day.plus_seconds(i64::from(number / 5)))
            .property("os_distro", "debian <>&\"")
            .build()
    })
}

fn server() -> Server {
    Server::start(builder().fixture(Fixture::of(images())))
}

fn ids(json: &serde_json::Value) -> Vec<String> {
    let images = json["images"].as_array().unwrap();
    let ids = images.iter().map(|image| image["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

#[test]
fn long_lists_come_in_pieces_and_are_whole() {
    let server = server();
    let expected: Vec<_> = (0..MANY)
        .rev()
        .map(|number| format!("00000000-0000-4000-8000-{number:012}"))
        .collect();
    for path in ["/v2/p/images/detail", "/v2.1/p/images/detail"] {
        let long = server.get(path);
        assert_eq!(long.header("content-length"), None);
        assert_eq!(
            long.header("content-type").as_deref(),
            Some("application/json")
        );
        assert!(long.header("x-compute-request-id").is_some());
        assert_eq!(ids(&long.json()), expected);
        assert_eq!(long.json().as_object().unwrap().len(), 1);
        let xml = server.get_with(path, &[("Accept", "application/xml")]);
        assert_eq!(xml.header("content-length"), None);
        let root = Element::parse(&xml.good());
        let names = root
            .children
            .iter()
            .map(|image| image.attribute("id").unwrap());
        assert!(names.eq(expected.iter().map(String::as_str)));
        let short = server.get(&format!("{path}?limit=100"));
        assert!(short.header("content-length").is_some());
        assert_eq!(ids(&short.json()), expected[..100]);
    }
    // An index of so many is long, too; it ends in a link when it is a full page.
    let page = server.get("/v2/p/images?limit=2599");
    assert_eq!(ids(&page.json()), expected[..2599]);
    let href = page.json()["images_links"][0]["href"]
        .as_str()
        .unwrap()
        .to_owned();
    let (_, path) = href.split_once("/v2/").unwrap();
    assert_eq!(
        ids(&server.get(&format!("/v2/{path}")).json()),
        expected[2599..]
    );
}

/// Up to a mebibyte a list is sent whole, however many slices it has and however far apart its images are.
#[test]
fn a_list_of_less_than_a_mebibyte_is_sent_whole() {
    let scratch = Scratch::new("less-than-a-mebibyte");
    let seen = |number: u32| number.is_multiple_of(3);
    let owned = images().zip(0..).map(|(mut image, number)| {
        image.visibility = Visibility::Private;
        image.owner = Some(if seen(number) { "p" } else { "q" }.to_owned());
        image
    });
    let fixture = Fixture::of(owned);
    let expected: Vec<_> = (0..MANY)
        .rev()
        .filter(|number| seen(*number))
        .map(|number| format!("00000000-0000-4000-8000-{number:012}"))
        .collect();
    let file = builder().database(scratch.path("images.db"));
    for builder in [builder(), file] {
        let server = Server::start(builder.fixture(fixture.clone()));
        let list = server.get("/v2/p/images/detail");
        assert!(list.text().len() < 1024 * 1024);
        assert!(list.header("content-length").is_some());
        assert_eq!(ids(&list.json()), expected);
        let list = server.get("/v2/q/images/detail");
        assert_eq!(ids(&list.json()).len() + expected.len(), MANY as usize);
    }
}

/// The real servers answer none of a list that one of its images makes them fail at.
#[test]
fn a_list_that_fails_behind_its_first_slice_is_refused() {
    for profile in [Profile::Nova34, Profile::Juno] {
        let images = images().zip(0..).map(|(mut image, number)| {
            // So long that after a slice nobody doubts that a mebibyte comes.
            image.properties.set("description", "x".repeat(500).into());
            if number == MANY - 600 {
                image
                    .properties
                    .set("block_device_mapping", "{not json".into());
            }
            image
        });
        let server = Server::start(builder().fixture(Fixture::of(images)).profile(profile));
        let path = match profile {
            Profile::Juno => "/v2/p/images/detail",
            _ => "/v2.1/images/detail",
        };
        let refused = server.get(path);
        assert_eq!(refused.status(), 500, "{profile:?}");
        assert!(refused.header("content-length").is_some());
        assert_eq!(server.get(&format!("{path}?limit=500")).status(), 200);
    }
}

/// HTTP/1.0 has no chunks: there the end of the connection ends the list.
#[test]
fn a_long_list_over_http_1_0() {
    let server = server();
    let mut connection = TcpStream::connect(server.address()).unwrap();
    connection
        .write_all(b"GET /v2.1/p/images/detail HTTP/1.0\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).unwrap();
    let body = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap()
        + 4;
    let json = serde_json::from_slice(&answer[body..]).unwrap();
    assert_eq!(ids(&json).len(), MANY as usize);
}

/// Who is slow holds nobody up, and gets all of the list that it asked for.
#[test]
fn a_slow_reader_holds_nobody_up() {
    let server = Server::start(
        builder()
            .fixture(Fixture::of(images()))
            .profile(Profile::Nova34),
    );
    let mut slow = TcpStream::connect(server.address()).unwrap();
    slow.write_all(b"GET /v2.1/images/detail HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut begun = [0; 1000];
    slow.read_exact(&mut begun).unwrap();
    for number in 0..20 {
        let id = format!("00000000-0000-4000-8000-{number:012}");
        assert_eq!(server.get(&format!("/v2.1/images/{id}")).status(), 200);
        assert_eq!(server.get("/v2.1/images/detail?limit=5").status(), 200);
    }
    let mut rest = Vec::new();
    slow.read_to_end(&mut rest).unwrap();
    let text = [begun.as_slice(), &rest].concat();
    let text = String::from_utf8_lossy(&text);
    assert!(text.ends_with("0\r\n\r\n"));
    // A name may be cut by the end of a chunk.
    let sizes = text.matches("\"OS-EXT-IMG-SIZE:size\"").count();
    assert!(
        (MANY as usize - 10..=MANY as usize).contains(&sizes),
        "{sizes}"
    );
}
