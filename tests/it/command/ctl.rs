//! `nova-images ctl`: the control API from a shell.

use super::process::{Running, command, free_address, text};
use crate::scratch::Scratch;
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// What a call ends with, and what it says on standard output and standard error.
#[derive(Debug)]
struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Said {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The document that a call is answered with that went well.
    fn json(self) -> Value {
        assert_eq!((self.code, &*self.err), (0, ""), "{self:?}");
        assert!(self.out.ends_with('\n'));
        serde_json::from_str(&self.out).unwrap()
    }

    /// Nothing to tell.
    fn done(self) {
        assert_eq!((self.code, &*self.out, &*self.err), (0, "", ""), "{self:?}");
    }

    /// The one line that says why it was refused.
    fn refused(self) -> String {
        assert_eq!((self.code, &*self.out), (1, ""), "{self:?}");
        assert_eq!(self.err.lines().count(), 1, "{self:?}");
        let why = self.err.strip_prefix("nova-images: ").unwrap();
        why.trim_end().to_owned()
    }

    /// Why nobody was asked.
    fn not_asked(self) -> String {
        assert_eq!((self.code, &*self.out), (2, ""), "{self:?}");
        self.err
    }
}

fn at(server: &Running, line: &str) -> Said {
    let words: Vec<_> = ["ctl"].into_iter().chain(line.split(' ')).collect();
    let mut command = command(&words);
    command.env("NOVA_IMAGES_URL", format!("http://{}", server.address));
    Said::of(command.output().unwrap())
}

fn alone(words: &[&str]) -> Said {
    Said::of(command(words).output().unwrap())
}

fn fed(mut command: Command, text: &str) -> Said {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    Said::of(child.wait_with_output().unwrap())
}

#[test]
fn the_clock_is_read_and_turned() {
    let server = Running::serve(&["--clock", "2026-01-01T12:00:00Z"]);
    at(&server, "clock advance --seconds 3600").done();
    let shown = at(&server, "clock show").json();
    assert_eq!(
        shown,
        json!({"now": "2026-01-01T13:00:00Z", "frozen": true})
    );
    at(&server, "clock set --now 2027-01-01T00:00:00Z").done();
    at(&server, "clock run").done();
    let shown = at(&server, "clock show").json();
    assert_eq!(shown["frozen"], false);
    at(&server, "clock freeze").done();
    at(&server, "reset").done();
    let shown = at(&server, "clock show").json();
    assert_eq!(shown["now"], "2026-01-01T12:00:00Z");
}

#[test]
fn a_space_is_made_asked_and_removed() {
    let server = Running::serve(&[]);
    let url = format!("http://{}", server.address);
    let made = at(
        &server,
        "space make a --profile juno --fixture devcloud --seed 7",
    )
    .json();
    assert_eq!(made, json!({"name": "a", "url": format!("{url}/_space/a")}));
    let listed = at(&server, "spaces list").json();
    assert_eq!(listed, json!({"spaces": [made]}));
    // By its name, and by its URL.
    at(&server, "--space a clock set --now 2030-01-01T00:00:00Z").done();
    at(&server, "clock freeze --space a").done();
    let by_url = alone(&["ctl", "clock", "show", "--url", &format!("{url}/_space/a/")]);
    let shown = by_url.json();
    assert!(
        shown["now"]
            .as_str()
            .unwrap()
            .starts_with("2030-01-01T00:00:")
    );
    assert_eq!(at(&server, "clock show").json()["frozen"], false);
    at(&server, "spaces remove a").done();
    assert_eq!(
        at(&server, "spaces remove a").refused(),
        "there is no space \"a\""
    );
    at(&server, "clock show --space a").refused();
}

/// A whole body, and what is said beside it.
#[test]
fn a_body_comes_from_a_file_a_pipe_or_the_line() {
    let server = Running::serve(&[]);
    let scratch = Scratch::new("ctl-bodies");
    let fixture = r#"{"images": [{"id": "own", "created_at": "2026-01-01T00:00:00Z"}]}"#;
    let fixture = scratch.file("fixture.json", fixture);
    at(
        &server,
        &format!("spaces make of-file --fixture @{}", text(&fixture)),
    )
    .json();
    let found = server.ask("GET", "/_space/of-file/v2/openstack/images/own", &[], "");
    assert_eq!(found.0, 404, "it is private: {}", found.1);

    let body = scratch.file("body.json", r#"{"name": "whole", "profile": "otc"}"#);
    at(&server, &format!("spaces make --json @{}", text(&body))).json();
    let other = at(
        &server,
        &format!("spaces make changed --json @{}", text(&body)),
    )
    .json();
    assert_eq!(other["name"], "changed");
    at(&server, r#"spaces make --json {"name":"here"}"#).json();
    let mut piped = command(&["ctl", "spaces", "make", "--json", "-"]);
    piped.env("NOVA_IMAGES_URL", format!("http://{}", server.address));
    fed(piped, r#"{"name": "piped"}"#).json();
    let listed = at(&server, "spaces list").json();
    let names = listed["spaces"].as_array().unwrap().iter();
    let names: Vec<_> = names.map(|space| space["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["changed", "here", "of-file", "piped", "whole"]);

    let missing = scratch.path("no.json");
    let said = at(&server, &format!("spaces make --json @{}", text(&missing))).not_asked();
    assert!(said.contains("no.json"), "{said}");
    let said = at(&server, "spaces make --json {").not_asked();
    assert!(said.contains("--json: "), "{said}");
}

#[test]
fn what_the_server_refuses_ends_with_1() {
    let server = Running::serve(&["--control", "read"]);
    let why = at(&server, "reset").refused();
    assert!(why.contains("--control full"), "{why}");
    at(&server, "clock show").json();
    let why = at(&server, "clock show --space none-such").refused();
    assert!(why.contains("none-such"), "{why}");
}

#[test]
fn what_cannot_be_asked_ends_with_2() {
    let server = Running::serve(&[]);
    for (line, part) in [
        ("clock", "Usage"),
        ("clock wind", "wind"),
        ("clock advance", "--seconds"),
        ("clock advance --seconds soon", "a whole number is wanted"),
        ("spaces make a --profile kilo", "nova-34"),
        ("clock show --url https://localhost", "no URL"),
        ("clock show --url localhost", "no URL"),
        ("clock show --url http://127.0.0.1:1", "127.0.0.1:1"),
        ("clock show --listen 127.0.0.1:0", "--port-file"),
    ] {
        let said = at(&server, line).not_asked();
        assert!(said.contains(part), "{line}: {said}");
    }
    let said = alone(&["--auth", "strict", "ctl", "clock", "show"]).not_asked();
    assert!(said.contains("behind ctl"), "{said}");
}

/// As the server is told, so is who asks it; what the line says outranks the environment.
#[test]
fn it_finds_the_server_as_that_was_told() {
    let scratch = Scratch::new("ctl-found");
    let file = scratch.path("port");
    let free = "127.0.0.1:0";
    let server = Running::start(command(&["--listen", free, "--port-file", text(&file)]));
    let by_file = ["ctl", "clock", "show", "--port-file", text(&file)];
    alone(&by_file).json();
    let mut outranked = command(&by_file);
    outranked.env("NOVA_IMAGES_URL", "http://127.0.0.1:1");
    Said::of(outranked.output().unwrap()).json();
    let mut by_environment = command(&["ctl", "clock", "show"]);
    by_environment
        .env("NOVA_IMAGES_LISTEN", free)
        .env("NOVA_IMAGES_PORT_FILE", &file);
    Said::of(by_environment.output().unwrap()).json();
    let port = server.address.port();
    alone(&[
        "ctl",
        "clock",
        "show",
        "--listen",
        &format!("localhost:{port}"),
    ])
    .json();
    alone(&[
        "ctl",
        "clock",
        "show",
        "--url",
        &format!("http://localhost:{port}"),
    ])
    .json();
}

/// The shared listener has only its health then, and whoever is asked by another name wants the token.
#[test]
fn a_listener_and_a_token_of_its_own() {
    let control = free_address();
    let server = Running::serve(&["--control-listen", &control, "--control-token", "sesame"]);
    let why = at(&server, "clock show").refused();
    assert!(why.contains("--control-listen"), "{why}");
    alone(&["ctl", "reset", "--control-listen", &control]).done();
    let wrong = alone(&[
        "ctl",
        "reset",
        "--control-listen",
        &control,
        "--control-token",
        "x",
    ]);
    assert!(wrong.refused().contains("not the control token"));
    let mut right = command(&["ctl", "reset"]);
    right
        .env("NOVA_IMAGES_CONTROL_LISTEN", &control)
        .env("NOVA_IMAGES_CONTROL_TOKEN", "sesame");
    Said::of(right.output().unwrap()).done();
}

/// What a shell offers behind these words.
fn offered(script: &str, words: &[&str]) -> Vec<String> {
    assert!(script.ends_with(" nova-images\nfi\n"), "{script}");
    let asked = format!(
        "{script}\nCOMP_WORDS=({}) COMP_CWORD={}\n_nova_images nova-images {:?} {:?}\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words
            .iter()
            .map(|word| format!("{word:?}"))
            .collect::<Vec<_>>()
            .join(" "),
        words.len() - 1,
        words[words.len() - 1],
        words[words.len() - 2],
    );
    let mut bash = Command::new("bash");
    bash.stdout(Stdio::piped()).stderr(Stdio::piped());
    let said = fed(bash, &asked);
    assert_eq!(said.err, "", "{said:?}");
    said.out.lines().map(str::to_owned).collect()
}

#[test]
fn shells_complete_what_ctl_knows() {
    for shell in ["bash", "zsh", "fish"] {
        let said = alone(&["completions", shell]);
        assert_eq!((said.code, &*said.err), (0, ""));
        for word in ["healthcheck", "advance", "nova-34", "control-token"] {
            assert!(said.out.contains(word), "{shell}: {word}");
        }
    }
    let script = alone(&["completions", "bash"]).out;
    assert_eq!(offered(&script, &["nova-images", "ctl", "clo"]), ["clock"]);
    let verbs = offered(&script, &["nova-images", "ctl", "clock", ""]);
    assert!(verbs.contains(&"advance".to_owned()), "{verbs:?}");
    let line = ["nova-images", "ctl", "spaces", "make", "--profile", ""];
    assert_eq!(
        offered(&script, &line),
        ["default", "juno", "nova-34", "otc"]
    );
    let line = ["nova-images", "ctl", "clock", "advance", "--sec"];
    assert_eq!(offered(&script, &line), ["--seconds"]);
    assert!(alone(&["completions", "csh"]).not_asked().contains("csh"));
}
