//! Input that nobody should send. The server answers all of it, at once, in the service's shape;
//! what is no HTTP request at all gets HTTP's own refusal.

use crate::element::Element;
use crate::golden::client::{Answer, read_answer};
use crate::harness::{Response, Server, builder};
use nova_images::{Fixture, Profile};
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Far more than any answer takes; whoever runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(10);

const IMAGE: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
const LISTS: [&str; 4] = [
    "/v2/openstack/images",
    "/v2/openstack/images/detail",
    "/v2.1/openstack/images",
    "/v2.1/openstack/images/detail",
];

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends bytes as they are and reads one answer.
fn raw(server: &Server, bytes: &[u8]) -> Answer {
    let mut stream = connect(server.address());
    // A server may refuse before it has read everything.
    _ = stream.write_all(bytes);
    read_answer(&mut BufReader::new(stream), "GET").unwrap().0
}

fn get(server: &Server, target: &str) -> Answer {
    let request = format!("GET {target} HTTP/1.1\r\nHost: nova\r\n\r\n");
    raw(server, request.as_bytes())
}

/// The refusal of what is no HTTP: empty, and the end of the connection.
fn assert_no_http(answer: &Answer) {
    assert!(
        matches!(answer.status, 400 | 431),
        "{}: {}",
        answer.status,
        answer.text()
    );
    assert!(answer.body.is_empty(), "{}", answer.text());
    assert_eq!(answer.header("connection").unwrap(), "close");
}

/// Nova's JSON: a list, a fault of the answer's own status, or the 300 choices.
fn assert_json(status: u16, content_type: &str, body: &str) {
    assert!(content_type.starts_with("application/json"), "{body}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let (name, content) = body.as_object().unwrap().iter().next().unwrap();
    match status {
        200 => assert!(content.is_array() || content.is_object(), "{body}"),
        300 => assert_eq!(name, "choices"),
        _ => assert_eq!(content["code"], status, "{body}"),
    }
}

fn assert_served(answer: &Answer) {
    let content_type = answer.header("content-type").unwrap();
    assert!(answer.status < 500, "{}", answer.text());
    assert_json(answer.status, &content_type, &answer.text());
}

fn assert_alive(server: &Server) {
    let list = server.get("/v2/openstack/images").good();
    assert!(list.contains("fakeimage7"));
}

#[test]
fn absurd_pages() {
    let server = Server::with("docs");
    for list in LISTS {
        for limit in [
            "99999999999999999999999999999999",
            "18446744073709551615",
            "18446744073709551616",
            "9223372036854775808",
            "-9223372036854775809",
            "1e9",
            "0x10",
            "1_000",
            "%EF%BC%99",
            "%00",
            "1%0A",
            "NaN",
            "--1",
            "+",
        ] {
            for name in [
                "limit",
                "page_size",
                "offset",
                "marker",
                "minRam",
                "minDisk",
            ] {
                assert_served(&get(&server, &format!("{list}?{name}={limit}")));
            }
        }
        let digits = "9".repeat(50_000);
        assert_served(&get(&server, &format!("{list}?limit={digits}")));
        assert_served(&get(&server, &format!("{list}?marker={digits}")));
        assert_served(&get(&server, &format!("{list}?minRam={digits}")));
    }
    assert_alive(&server);
}

#[test]
fn long_queries_and_many_filters() {
    let server = Server::with("docs");
    for list in LISTS {
        assert_served(&get(&server, &format!("{list}?{}", "x".repeat(60_000))));
        assert_served(&get(&server, &format!("{list}?{}", "&".repeat(60_000))));
        assert_served(&get(
            &server,
            &format!("{list}?name={}", "%41".repeat(20_000)),
        ));
        // 10,000 filters: of one name, and of as many names.
        assert_served(&get(
            &server,
            &format!("{list}?{}", "name=a&".repeat(8_000)),
        ));
        let many = |from: u32| {
            let names = (from..from + 2_500).map(|number| format!("property-{number:x}=1"));
            names.collect::<Vec<_>>().join("&")
        };
        for from in [0, 2_500, 5_000, 7_500] {
            assert_served(&get(&server, &format!("{list}?{}", many(from))));
        }
        let short: Vec<_> = (0..10_000_u32)
            .map(|number| format!("{number:x}="))
            .collect();
        assert_served(&get(&server, &format!("{list}?{}", short.join("&"))));
        let sorted = "%26sort_key=name".repeat(3_000);
        let behind = format!("{list}?marker=70a599e0-31e7-49b7-b260-868f441e862b{sorted}");
        assert_served(&get(&server, &behind));
        let words = format!("in:{}", "a,".repeat(20_000));
        assert_served(&get(&server, &format!("{list}?name={words}")));
        // The HTTP layer takes targets up to 64 kB.
        assert_no_http(&get(&server, &format!("{list}?{}", "x".repeat(100_000))));
    }
    assert_alive(&server);
}

#[test]
fn bytes_that_are_no_text() {
    let server = Server::with("docs");
    for list in LISTS {
        for query in [
            "%FF",
            "name=%FF",
            "name=%C3",
            "name=%C3%28",
            "%FF=1",
            "name=%ED%A0%80",
            "name=%F5%80%80%80",
        ] {
            let answer = get(&server, &format!("{list}?{query}"));
            assert_eq!(answer.status, 400, "{list}?{query}: {}", answer.text());
            assert_served(&answer);
        }
        for query in [
            "%",
            "%z",
            "%zz=%",
            "name=%&name=%4",
            "limit=1%",
            "=&=&&;;=",
            "name=%2525",
        ] {
            assert_served(&get(&server, &format!("{list}?{query}")));
        }
    }
    for path in [
        "/v2/openstack/images/%FF",
        "/v2.1/openstack/images/%00",
        "/v2/%FF/images/%",
        "/%FF/%00%",
    ] {
        assert_served(&get(&server, path));
    }
    let mut request = b"GET /v2/openstack/images HTTP/1.1\r\nHost: \xff\xfe\r\n".to_vec();
    request.extend(b"Accept: \xff\xfe\r\nX-Auth-Token: \xff\r\nContent-Type: \xff\r\n\r\n");
    assert_served(&raw(&server, &request));
    // Sent as they are, bytes are taken as if they were escaped.
    let unescaped = b"GET /v2/openstack/images?name=\xff HTTP/1.1\r\nHost: nova\r\n\r\n";
    let answer = raw(&server, unescaped);
    assert_eq!(answer.status, 400);
    assert_served(&answer);
    for garbage in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"[..],
        b"GARBAGE\r\n\r\n",
        b"GET  HTTP/1.1\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\n\r\n",
        b"GET /v2/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST /v2/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ] {
        assert_no_http(&raw(&server, garbage));
    }
    assert_alive(&server);
}

#[test]
fn huge_headers() {
    let server = Server::with("docs");
    let with = |headers: &str| {
        let request = format!("GET /v2/openstack/images HTTP/1.1\r\nHost: nova\r\n{headers}\r\n");
        raw(&server, request.as_bytes())
    };
    let long = "x".repeat(60_000);
    assert_served(&with(&format!("X-Auth-Token: {long}\r\n")));
    let accept = "application/xml;q=0.1, application/json;q=0.9, ".repeat(1_000);
    assert_served(&with(&format!("Accept: {accept}\r\n")));
    assert_served(&with(&format!("Accept: {}\r\n", "\"".repeat(50_000))));
    assert_served(&with(&format!("Accept: {}\r\n", ";".repeat(50_000))));
    assert_served(&with(&format!("X-Forwarded-Proto: {long}\r\n")));
    assert_served(&with(&format!(
        "OpenStack-API-Version: {}\r\n",
        "compute ,".repeat(6_000)
    )));
    assert_no_http(&with(&"X: y\r\n".repeat(1_000)));
    // What is larger is refused before it was read: the client may see the answer or a reset.
    let mut stream = connect(server.address());
    let head = format!(
        "GET / HTTP/1.1\r\nHost: nova\r\nX: {}\r\n\r\n",
        "x".repeat(1_000_000)
    );
    _ = stream.write_all(head.as_bytes());
    if let Ok((answer, _)) = read_answer(&mut BufReader::new(stream), "GET") {
        assert_no_http(&answer);
    }
    assert_alive(&server);
}

#[test]
fn half_requests_hold_nobody_up() {
    let server = Server::with("docs");
    let halves = [
        &b"GET /v2/openst"[..],
        b"GET /v2/openstack/images HTTP/1.1\r\nHost: nova\r\nAccept: app",
        b"POST /v2/openstack/images/x/metadata HTTP/1.1\r\nHost: nova\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"metadata\"",
        b"POST /v2/openstack/images/x/metadata HTTP/1.1\r\nHost: nova\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc",
        b"",
    ];
    let open: Vec<_> = (0..20)
        .flat_map(|_| halves)
        .map(|half| {
            let mut stream = connect(server.address());
            stream.write_all(half).unwrap();
            stream
        })
        .collect();
    assert_alive(&server);
    // Who goes away in the middle of a request leaves nothing behind.
    drop(open);
    assert_alive(&server);
}

#[test]
fn requests_in_one_packet_are_answered_in_order() {
    let server = Server::with("docs");
    let mut stream = connect(server.address());
    let request = |target: &str| format!("GET {target} HTTP/1.1\r\nHost: nova\r\n\r\n");
    let targets = [
        "/v2/openstack/images?limit=1",
        "/v2/openstack/images/none",
        "/",
    ];
    let requests: String = targets.map(request).concat();
    stream.write_all(requests.as_bytes()).unwrap();
    let mut reader = BufReader::new(stream);
    for (status, member) in [(200, "images"), (404, "itemNotFound"), (200, "versions")] {
        let (answer, keep) = read_answer(&mut reader, "GET").unwrap();
        assert_eq!(answer.status, status);
        assert!(answer.text().contains(member) && keep);
    }
}

#[test]
fn http_1_0_without_a_host() {
    let server = Server::with("docs");
    let answer = raw(&server, b"GET /v2/openstack/images HTTP/1.0\r\n\r\n");
    assert_served(&answer);
    let here = format!("http://{}/v2/openstack/images/", server.address());
    assert!(answer.text().contains(&here), "{}", answer.text());
}

/// Bodies that are too large, too deep or nonsense, in every dialect.
#[test]
fn bodies() {
    let metadata = format!("{IMAGE}/metadata");
    let v21 = metadata.replace("/v2/openstack", "/v2.1/openstack");
    let (json, xml) = ("application/json", "application/xml");
    let deep = |open: &str, close: &str, times: usize| {
        format!("{}{}", open.repeat(times), close.repeat(times))
    };
    let server = Server::with("docs");
    let send = |target: &str, content_type: &str, body: &str| -> Response {
        let headers = [
            ("Content-Type", content_type),
            ("X-Auth-Token", "admin-token"),
        ];
        server.send("POST", target, &headers, body)
    };
    for target in [&metadata, &v21] {
        let large = send(target, json, &"x".repeat(120_000));
        assert_eq!(large.status(), 413);
        assert!(
            large
                .header("content-type")
                .unwrap()
                .starts_with("text/plain")
        );
        for body in [
            deep("[", "]", 50_000),
            "[".repeat(100_000),
            deep("{\"a\":", "1}", 10_000),
            format!("{{\"metadata\":{}}}", deep("{\"a\":", "}", 15_000)),
            "\u{0}".repeat(100),
            "1".repeat(100_000),
            "\"\\ud800".to_owned(),
        ] {
            let answer = send(target, json, &body);
            assert_eq!(answer.status(), 400, "{}", answer.text());
            assert_json(400, &answer.header("content-type").unwrap(), &answer.text());
        }
        let many: Vec<_> = (0..5_000).map(|n| format!("\"k{n}\":\"\"")).collect();
        let many = format!("{{\"metadata\":{{{}}}}}", many.join(","));
        assert_eq!(send(target, json, &many).status(), 403);
    }
    for body in [
        deep("<metadata>", "</metadata>", 5_000),
        "<a>".repeat(30_000),
        format!("<metadata {}/>", "a='b' ".repeat(15_000)),
        "<!DOCTYPE m [<!ENTITY a \"&b;&b;\"><!ENTITY b \"xx\">]><metadata>&a;</metadata>"
            .to_owned(),
        "<metadata><meta key='a'>&#xD800;</meta></metadata>".to_owned(),
        "\u{feff}".repeat(1_000),
    ] {
        let answer = send(&metadata, xml, &body);
        assert_eq!(answer.status(), 400, "{}: {}", &body[..40], answer.text());
        assert_json(400, &answer.header("content-type").unwrap(), &answer.text());
    }
    assert_alive(&server);
}

/// In XML, too, whatever is asked.
#[test]
fn faults_in_xml_are_documents() {
    let server = Server::with("docs");
    for target in [
        "/v2/openstack/images?limit=%3C%26%22%00",
        "/v2/openstack/images?name=%FF",
        "/v2/openstack/images/%3C%26%01.xml",
        "/v2/openstack/images/%FF/metadata/%FE",
        "/v2/%3C%01%3E/images",
        "/v2.1/openstack/images?limit=%3C%26%22%01%EF%BF%BF",
        "/v2.1/openstack/images/%01",
    ] {
        let headers = [("Accept", "application/xml"), ("Host", "\"<&>")];
        let answer = server.get_with(target, &headers);
        assert!(answer.status() < 500, "{target}: {}", answer.text());
        let content_type = answer.header("content-type").unwrap();
        assert!(content_type.starts_with("application/xml"), "{target}");
        Element::parse(&answer.text());
    }
}

/// The exact profiles fail where the real servers do, but in their own shape.
#[test]
fn exact_profiles_survive_too() {
    for profile in [Profile::Juno, Profile::Nova34, Profile::Otc] {
        let fixture = Fixture::docs().unwrap();
        let server = Server::start(builder().fixture(fixture).profile(profile));
        for query in [
            "name=%FF",
            "limit=%FF",
            "limit=1&name=%E9%9B%AA",
            "marker=%00%26%23",
            "status=in:%22",
        ] {
            for list in LISTS {
                let answer = get(&server, &format!("{list}?{query}"));
                let content_type = answer.header("content-type").unwrap();
                if content_type.starts_with("text/") {
                    // A project that is no hexadecimal number has no route in Nova 34.
                    assert_eq!(answer.status, 404);
                } else {
                    assert_json(answer.status, &content_type, &answer.text());
                }
            }
        }
    }
}
