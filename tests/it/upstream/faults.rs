//! A Glance that is down, slow, or answers nonsense: Nova's answer in bounded time, and all is well
//! afterwards.

use super::scene::{LIST, Scene, proxy, unavailable};
use super::stub::{Act, image, json, page};
use super::{DEMO, cloud, recorded};
use crate::golden::client::Client;
use nova_images::Profile;
use std::net::TcpListener;
use std::sync::{Arc, Barrier};
use std::time::Duration;

#[test]
fn down() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let keystone = cloud(recorded());
    let users = proxy(Profile::Default, &url, &keystone, |_| ());
    unavailable(&users.get_with(LIST, &[DEMO]));
    unavailable(&users.send("DELETE", "/v2.1/images/x", &[DEMO], ""));
    let demo = "dddddddd00000000000000000000de01";
    let xml = users.get_with(&format!("/v2/{demo}/images.xml"), &[DEMO]);
    assert_eq!(xml.status(), 503);
    assert!(
        xml.text().starts_with("<serviceUnavailable"),
        "{}",
        xml.text()
    );
    // Nova 34 says what its own exception is called.
    let exact = proxy(Profile::Nova34, &url, &keystone, |_| ());
    let answer = exact.get_with(LIST, &[DEMO]);
    assert_eq!(answer.status(), 500);
    let said = answer.json()["computeFault"]["message"].to_string();
    assert!(
        said.contains("nova.exception.GlanceConnectionFailed"),
        "{said}"
    );
    // Health does not follow it: all replicas would drop together.
    assert_eq!(users.get("/_control/health/ready").status(), 200);
}

#[test]
fn a_connection_is_used_again() {
    let scene = Scene::of([]);
    for _ in 0..20 {
        scene.is_well();
    }
    assert_eq!(scene.glance.asked(), 20);
    assert_eq!(scene.glance.connections(), 1);
}

#[test]
fn many_at_once_are_all_answered() {
    let scene = Scene::of([]);
    let address = scene.proxy.address();
    std::thread::scope(|scope| {
        let ask = || {
            let mut client = Client::new(address);
            let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
            let answers = (0..5).map(|_| client.send("GET", LIST, &headers, None));
            answers.map(|answer| answer.unwrap().status).collect()
        };
        let asking: Vec<_> = (0..40).map(|_| scope.spawn(ask)).collect();
        for client in asking {
            let statuses: Vec<u16> = client.join().unwrap();
            assert_eq!(statuses, [200; 5]);
        }
    });
    assert_eq!(scene.glance.asked(), 200);
    assert!(
        scene.glance.connections() <= 40,
        "{}",
        scene.glance.connections()
    );
}

#[test]
fn silence() {
    let limit = Duration::from_millis(300);
    let scene = Scene::set(Profile::Default, [Act::Hold], |config| {
        config.first_byte_timeout = limit;
    });
    unavailable(&scene.list());
    assert_eq!(scene.glance.asked(), 1);
}

#[test]
fn an_answer_that_does_not_go_on() {
    let begun = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"images\": [";
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ima";
    let head = b"HTTP/1.1 200 OK\r\nContent-";
    for begun in [&begun[..], chunked, head] {
        let script = [Act::SayAndHold(begun.to_vec())];
        let scene = Scene::set(Profile::Default, script, |config| {
            config.total_timeout = Duration::from_millis(400);
        });
        unavailable(&scene.list());
        assert_eq!(scene.glance.asked(), 1);
    }
    let scene = Scene::set(
        Profile::Default,
        [Act::SayAndHold(begun.to_vec())],
        |config| {
            config.total_timeout = Duration::from_secs(2);
        },
    );
    unavailable(&scene.list());
    scene.is_well();
}

#[test]
fn the_time_for_all_of_it_counts_what_is_waited_before_the_second_try() {
    let busy = Act::Say(json("503 Service Unavailable", "Retry-After: 3\r\n", "{}"));
    let scene = Scene::set(Profile::Default, [busy], |config| {
        config.total_timeout = Duration::from_secs(2);
    });
    let answer = scene.list();
    unavailable(&answer);
    assert_eq!(answer.header("retry-after").as_deref(), Some("3"));
    assert_eq!(scene.glance.asked(), 1);
    scene.is_well();
}

#[test]
fn a_broken_connection_is_tried_once_more() {
    let cut = || {
        Act::SayAndClose(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"images\": [".to_vec())
    };
    let no_chunks = || {
        Act::SayAndClose(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}".to_vec())
    };
    for broken in [Act::Reset, cut(), no_chunks(), Act::SayAndClose(Vec::new())] {
        let scene = Scene::of([broken.clone()]);
        scene.is_well();
        assert_eq!(scene.glance.asked(), 2);
        let scene = Scene::of([broken.clone(), broken]);
        unavailable(&scene.list());
        assert_eq!(scene.glance.asked(), 2);
        scene.is_well();
    }
}

#[test]
fn nonsense() {
    let wrong_time = page(&["a"], None).replace("2025-01-01T00:00:00Z", "yesterday");
    for bytes in [
        b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>".to_vec(),
        json("200 OK", "", "[]"),
        json("200 OK", "", r#"{"images": 7}"#),
        json("200 OK", "", &wrong_time),
        json("404 Not Found", "", "{}"),
        // Neither a length that is none, nor a head that does not end.
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}".to_vec(),
        [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'x'; 1 << 20]].concat(),
        json("300 Multiple Choices", "", "{}"),
    ] {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let is_choice = shown.contains("Choices");
        let scene = Scene::of([Act::SayAndClose(bytes)]);
        let answer = scene.list();
        let expected = if is_choice { 500 } else { 503 };
        assert_eq!(answer.status(), expected, "{shown}: {}", answer.text());
        scene.is_well();
    }
}

#[test]
fn a_token_that_ends_between_two_pages() {
    let first = || {
        Act::Say(json(
            "200 OK",
            "",
            &page(&["a"], Some("/v2/images?marker=a")),
        ))
    };
    let refused = || Act::Say(json("401 Unauthorized", "", "{}"));
    let scene = Scene::of([first(), refused()]);
    let answer = scene.list();
    assert_eq!(answer.status(), 401, "{}", answer.text());
    assert!(answer.header("www-authenticate").is_some());
    scene.is_well();
    // What has been sent cannot be taken back: the connection is cut.
    let name = "n".repeat(1200);
    let images: Vec<String> = (0..1000).map(|n| image(&format!("{n}"), &name)).collect();
    let long = format!(
        r#"{{"images": [{}], "next": "/v2/images?marker=999"}}"#,
        images.join(", ")
    );
    let scene = Scene::of([Act::Say(json("200 OK", "", &long)), refused()]);
    let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
    let mut client = Client::new(scene.proxy.address());
    assert!(
        client
            .send("GET", "/v2.1/images/detail", &headers, None)
            .is_err()
    );
    scene.is_well();
}

#[test]
fn busy() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let soon = Act::Say(json(status, "Retry-After: 0\r\n", "{}"));
        let scene = Scene::of([soon]);
        scene.is_well();
        assert_eq!(scene.glance.asked(), 2, "{status}");
        // Nobody is kept waiting for minutes.
        let late = Act::Say(json(status, "Retry-After: 120\r\n", "{}"));
        let scene = Scene::of([late]);
        let answer = scene.list();
        unavailable(&answer);
        assert_eq!(answer.header("retry-after").as_deref(), Some("120"));
        assert_eq!(scene.glance.asked(), 1, "{status}");
        scene.is_well();
    }
}

#[test]
fn a_deletion_is_not_sent_twice() {
    let scene = Scene::of([Act::Reset]);
    let delete = || scene.proxy.send("DELETE", "/v2.1/images/good", &[DEMO], "");
    unavailable(&delete());
    assert_eq!(scene.glance.asked(), 1);
    assert_eq!(delete().status(), 204);
    // Unless the connection was gone before it could take it. Word of that may come too late on a busy
    // machine; then nobody can tell whether it was taken.
    let is_gone = || {
        let list = json("200 OK", "", &page(&["good"], None));
        let scene = Scene::of([Act::SayAndClose(list)]);
        scene.is_well();
        let delete = scene.proxy.send("DELETE", "/v2.1/images/good", &[DEMO], "");
        match delete.status() {
            204 => assert_eq!(scene.glance.asked(), 2),
            _ => unavailable(&delete),
        }
        delete.status() == 204
    };
    assert!((0..20).any(|_| is_gone()));
}

#[test]
fn what_glance_refuses_is_told_in_novas_words() {
    let html = "<html>\n <head>\n  <title>409 Conflict</title>\n </head>\n <body>\n  \
                <h1>409 Conflict</h1>\n  Image x is in use<br /><br />\n </body>\n</html>";
    let conflict = format!(
        "HTTP/1.1 409 Conflict\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n{html}",
        html.len()
    );
    let scene = Scene::of([Act::Say(conflict.into_bytes())]);
    let answer = scene.proxy.send("DELETE", "/v2.1/images/x", &[DEMO], "");
    assert_eq!(answer.status(), 409);
    let said = answer.json()["conflictingRequest"]["message"].to_string();
    assert!(said.contains("409 Conflict: Image x is in use"), "{said}");
    scene.is_well();
}

#[test]
fn an_endless_list_ends() {
    // A page that is its own next one, and pages without images.
    let itself = page(&["a"], Some("/v2/images?limit=1000"));
    let scene = Scene::of([Act::Say(json("200 OK", "", &itself))]);
    unavailable(&scene.list());
    let empty = page(&[], Some("/v2/images?marker=b"));
    let scene = Scene::of([Act::Say(json("200 OK", "", &empty))]);
    assert_eq!(scene.list().good(), r#"{"images": []}"#);
    assert_eq!(scene.glance.asked(), 1);
}

#[test]
fn pages_of_ten_megabytes() {
    let name = "n".repeat(10_000);
    let images: Vec<String> = (0..1000).map(|n| image(&format!("{n}"), &name)).collect();
    let long = format!(r#"{{"images": [{}]}}"#, images.join(", "));
    assert!(long.len() > 10_000_000);
    let scene = Scene::of([Act::Say(json("200 OK", "", &long))]);
    assert_eq!(scene.list().good().matches(&name).count(), 1000);
    scene.is_well();
    assert_eq!(scene.glance.connections(), 1);
    // More than is taken is not read to its end.
    let endless = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 1_u64 << 40);
    let endless = [endless.into_bytes(), vec![b' '; 33 << 20]].concat();
    let scene = Scene::of([Act::SayAndHold(endless)]);
    unavailable(&scene.list());
    assert_eq!(scene.glance.asked(), 1);
    scene.is_well();
}

#[test]
fn a_type_is_only_what_is_said_of_a_body() {
    // Glance's own client reads JSON whatever it is called, too.
    let list = page(&["good"], None);
    for of_type in ["text/plain", "text/html; charset=UTF-8", "nonsense"] {
        let length = list.len();
        let bytes = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {of_type}\r\nContent-Length: {length}\r\n\r\n{list}"
        );
        let scene = Scene::of([Act::Say(bytes.into_bytes())]);
        scene.is_well();
        assert_eq!(scene.glance.asked(), 1);
    }
    for (of_type, body) in [("application/xml", "<images/>"), ("application/json", "")] {
        let length = body.len();
        let bytes = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: {of_type}\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let scene = Scene::of([Act::Say(bytes.into_bytes())]);
        unavailable(&scene.list());
        scene.is_well();
        assert_eq!(scene.glance.connections(), 1);
    }
}

#[test]
fn connections_that_all_died_cost_one_more_try() {
    // Each is kept, and breaks when it is asked a second time.
    let both = Arc::new(Barrier::new(2));
    let good = || {
        Act::Meet(
            Arc::clone(&both),
            json("200 OK", "", &page(&["good"], None)),
        )
    };
    let scene = Scene::of([good(), good(), Act::Reset]);
    let address = scene.proxy.address();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let headers = [(DEMO.0.to_owned(), DEMO.1.to_owned())];
                let answer = Client::new(address).send("GET", LIST, &headers, None);
                assert_eq!(answer.unwrap().status, 200);
            });
        }
    });
    assert_eq!(scene.glance.connections(), 2);
    scene.is_well();
    assert_eq!(scene.glance.connections(), 3, "not over the other old one");
    assert_eq!(scene.glance.asked(), 4);
}

#[test]
fn a_change_is_sent_once() {
    let id = "5a0c4a4e-7d1c-4f0a-9a56-0d4b61c1b001";
    let body = image(id, "good");
    let show = || Act::Say(json("200 OK", "", &body));
    for fault in [
        Act::Reset,
        Act::SayAndClose(Vec::new()),
        Act::Say(json("503 Service Unavailable", "Retry-After: 0\r\n", "{}")),
        Act::Say(json("429 Too Many Requests", "Retry-After: 0\r\n", "{}")),
    ] {
        let scene = Scene::of([show(), fault]);
        let target = format!("/v2.1/images/{id}/metadata/colour");
        let json = [DEMO, ("Content-Type", "application/json")];
        let meta = r#"{"meta": {"colour": "red"}}"#;
        unavailable(&scene.proxy.send("PUT", &target, &json, meta));
        let heads = scene.glance.heads();
        let patches = heads.iter().filter(|head| head.starts_with("PATCH "));
        assert_eq!(patches.count(), 1, "{heads:?}");
        scene.is_well();
    }
}
