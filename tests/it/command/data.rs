//! What it starts from: fixtures, databases, and what is said of them.

use super::process::{Running, text};
use crate::scratch::Scratch;

fn page(id: &str, more: &str) -> String {
    format!(
        r#"{{"images": [{{"id": "{id}", "name": "{id}", "visibility": "public",
            "created_at": "2026-01-01T00:00:00Z"}}], "first": "/v2/images"{more}}}"#
    )
}

#[test]
fn d2_docs_are_for_a_new_database() {
    let scratch = Scratch::new("docs-once");
    let own = scratch.file("own.json", page("own", ""));
    let list = |arguments: &[&str]| {
        let mut server = Running::serve(arguments);
        let list = server.ask("GET", "/v2/openstack/images", &[], "").1;
        server.signal("-TERM");
        assert!(server.child.wait().unwrap().success());
        list
    };
    let path = scratch.path("cloud.db");
    let database = ["--database", text(&path)];
    let first = list(&[&database[..], &["--fixture", text(&own)]].concat());
    assert!(first.contains("\"own\""), "{first}");
    let second = list(&database);
    assert!(
        second.contains("\"own\"") && !second.contains("fakeimage"),
        "{second}"
    );
    // Who asks for them has them all the same.
    let third = list(&[&database[..], &["--fixture", "docs"]].concat());
    assert!(
        third.contains("\"own\"") && third.contains("fakeimage7"),
        "{third}"
    );

    let path = scratch.path("new.db");
    let database = ["--database", text(&path)];
    for _ in 0..2 {
        assert!(list(&database).contains("fakeimage7"));
    }
    // An empty file is a new database.
    let path = scratch.file("empty.db", "");
    assert!(list(&["--database", text(&path)]).contains("fakeimage7"));
}

#[test]
fn d3_an_image_that_is_gone_is_a_warning() {
    let scratch = Scratch::new("gone-image");
    let instance = |image: &str| {
        format!(
            r#"{{"projects": [{{"id": "p", "name": "p"}}], "instances": [
                {{"id": "i", "name": "vm", "project": "p", "image": {image}}}]}}"#
        )
    };
    for (image, warns) in [("null", false), ("\"gone\"", true)] {
        let path = scratch.file("instances.json", instance(image));
        let logs = Running::serve(&["--fixture", text(&path)]).logs_at_the_end();
        assert_eq!(
            logs.contains("WARN") && logs.contains("gone of instance vm"),
            warns,
            "{logs}"
        );
    }
}

#[test]
fn d4_a_list_that_goes_on_is_a_warning() {
    let scratch = Scratch::new("pages");
    let first = page("a", r#", "next": "/v2/images?marker=a&limit=1""#);
    let last = page("b", "");
    let nova = r#"{"images": [], "images_links": [{"rel": "next", "href": "http://c/v2/p/images/detail?marker=x"}]}"#;
    for (text_of_it, part) in [
        (first.clone(), "/v2/images?marker=a&limit=1"),
        (nova.to_owned(), "http://c/v2/p/images/detail?marker=x"),
        (format!("[{first}, {last}]"), ""),
        (format!("{first}\n{last}"), ""),
        (last.clone(), ""),
    ] {
        let path = scratch.file("pages.json", text_of_it);
        let logs = Running::serve(&["--fixture", text(&path)]).logs_at_the_end();
        assert_eq!(
            logs.contains("WARN") && logs.contains("missing"),
            !part.is_empty(),
            "{logs}"
        );
        assert!(logs.contains(part), "{logs}");
    }
    // Pages in files of their own: all of a folder.
    let pages = scratch.path("folder");
    std::fs::create_dir(&pages).unwrap();
    for (name, page) in [("1.json", &first), ("2.json", &last)] {
        std::fs::write(pages.join(name), page).unwrap();
    }
    let server = Running::serve(&["--fixture", text(&pages)]);
    let (_, list) = server.ask("GET", "/v2/demo/images", &[], "");
    assert!(list.contains("\"a\"") && list.contains("\"b\""), "{list}");
    assert!(!server.logs_at_the_end().contains("WARN"));
}

#[test]
fn d14_that_the_later_file_wins_is_said_once() {
    let scratch = Scratch::new("wins");
    let own = r#"{"users": [
        {"id": "demo", "name": "demo", "password": "mine", "roles": [{"role": "member", "project": "demo"}]},
        {"id": "admin", "name": "admin", "password": "mine"}]}"#;
    let own = scratch.file("own.json", own);
    let arguments = ["--fixture", "devcloud", "--fixture", text(&own)];
    let logs = Running::serve(&arguments).logs_at_the_end();
    let lines: Vec<_> = logs.lines().filter(|line| line.contains("later")).collect();
    assert!(
        matches!(lines[..], [line] if line.contains("user demo, user admin")),
        "{logs}"
    );
}

#[test]
fn d13_a_clock_that_would_leave_the_year_9999_stays() {
    let server = Running::serve(&["--clock", "9999-12-31T23:59:00Z"]);
    let advance = |seconds: u32| {
        let json = [("Content-Type", "application/json")];
        let body = format!("{{\"seconds\": {seconds}}}");
        server.ask("POST", "/_control/clock/advance", &json, &body)
    };
    let (status, body) = advance(u32::MAX);
    assert!(status == 400 && body.contains("9999-12-31"), "{body}");
    assert_eq!(advance(30).0, 204);
    assert_eq!(advance(30).0, 400);
    let headers = [
        ("Content-Type", "application/json"),
        ("X-Auth-Token", "admin-token"),
    ];
    let image = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
    let item = format!("{image}/metadata/a");
    let (status, body) = server.ask("PUT", &item, &headers, r#"{"meta": {"a": "b"}}"#);
    assert_eq!(status, 200, "{body}");
    let (_, shown) = server.ask("GET", image, &headers, "");
    assert!(shown.contains("9999-12-31T23:59:30Z"), "{shown}");
    // A token that would live longer ends with the calendar.
    let body = r#"{"auth": {"identity": {"methods": ["password"], "password": {"user":
        {"name": "demo", "domain": {"id": "default"}, "password": "secret"}}}}}"#;
    let (status, token) = server.ask("POST", "/v3/auth/tokens", &headers[..1], body);
    assert!(
        status == 201 && token.contains("\"9999-12-31T23:59:59"),
        "{token}"
    );
}

#[test]
fn f3_a_large_fixture_is_read_as_a_stream() {
    let scratch = Scratch::new("large");
    // More than the four megabytes up to which files are held.
    let image = |number: u32| {
        format!(
            r#"{{"id": "{number:08x}-0000-4000-8000-000000000000", "name": "n{number}", "owner": "p",
                "visibility": "public", "created_at": "2026-01-01T00:{:02}:{:02}Z",
                "description": "{}"}}"#,
            number / 60 % 60,
            number % 60,
            "x".repeat(9000)
        )
    };
    let images: Vec<_> = (0..500).rev().map(image).collect();
    let images = images.join(",\n");
    let members = format!(
        r#""members": {{"{:08x}-0000-4000-8000-000000000000": []}}"#,
        7
    );
    let fixture = scratch.file(
        "large.json",
        format!(r#"{{"images": [{images}], {members}}}"#),
    );
    let path = scratch.path("cloud.db");
    let arguments = ["--database", text(&path), "--fixture", text(&fixture)];
    let mut server = Running::serve(&[&arguments[..], &["--control", "full"]].concat());
    let first = |server: &Running| server.ask("GET", "/v2/p/images?limit=1", &[], "").1;
    assert!(first(&server).contains("\"n499\""), "{}", first(&server));
    let newest = "/v2/p/images/000001f3-0000-4000-8000-000000000000";
    assert_eq!(server.ask("DELETE", newest, &[], "").0, 204);
    assert!(first(&server).contains("\"n498\""));
    // It is read again, and nothing is touched when it is none by then.
    assert_eq!(server.ask("POST", "/_control/reset", &[], "").0, 204);
    assert!(first(&server).contains("\"n499\""));
    scratch.file("large.json", "{");
    let (status, said) = server.ask("POST", "/_control/reset", &[], "");
    assert!(
        status == 409 && said.contains("not JSON"),
        "{status} {said}"
    );
    assert!(first(&server).contains("\"n499\""));
    server.signal("-TERM");
    assert!(server.child.wait().unwrap().success());

    let wrong = images.replacen("\"2026-01-01T00:00:03Z\"", "\"soon\"", 1);
    let fixture = scratch.file("wrong.json", format!(r#"{{"images": [{wrong}]}}"#));
    let path = scratch.path("none.db");
    let arguments = ["--database", text(&path), "--fixture", text(&fixture)];
    let said = super::process::refused(&arguments);
    let place = "$.images[496].created_at: is not an RFC 3339 time";
    assert!(
        said.contains("wrong.json") && said.contains(place),
        "{said}"
    );
    assert!(!path.exists(), "nothing is made");
}
