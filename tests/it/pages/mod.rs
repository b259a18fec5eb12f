//! What README and docs show is so: commands run in the form in which a reader copies them, answers
//! are the server's, code is that of `examples/`, links lead somewhere.
//!
//! The commands of a page run one after the other in one shell and one empty folder. Port 8774 is
//! another one, so that several pages can run at once; the rest of what is played is in `prelude.sh`.

mod page;

use crate::scratch::Scratch;
use page::{Block, anchors, blocks, links};
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The beginnings of commands that do not run here, and why.
const NOT_RUN: [(&str, &str); 10] = [
    (
        "cargo bench",
        "takes minutes; the figures of a busy machine say nothing",
    ),
    (
        "cargo build",
        "built by .ci/run, which tries what comes out",
    ),
    ("cargo install", "builds what is under test again"),
    ("cargo test", "this is it"),
    (
        "docker ",
        "there is no container engine; tests/container/run tries the parts",
    ),
    (
        "kubectl ",
        "there is no cluster; tests/deploy/run looks the manifest over",
    ),
    (
        "litestream ",
        "needs Litestream; tests/deploy/run restores a store by it",
    ),
    ("node --test", "needs Node; tests/examples/run"),
    ("pytest ", "needs pytest; tests/examples/run"),
    (
        "sudo ",
        "changes the machine; tests/deploy/run starts what the units say",
    ),
];

/// What pages do with more than it takes to try it: they run the command that users have, this is a build
/// without optimisation.
const WITH_LESS: [(&str, &str); 2] = [
    ("generate 10000 ", "generate 1500 "),
    ("generate 2000 ", "generate 500 "),
];

/// The port that pages speak of.
const SHOWN_PORT: &str = ":8774";

/// Every page, by its path from the root.
fn pages() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let docs = std::fs::read_dir(root.join("docs")).unwrap();
    let mut paths: Vec<PathBuf> = docs.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "md"));
    paths.push(root.join("README.md"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

#[test]
fn every_command_runs() {
    let mut ran = 0;
    for (name, text) in pages() {
        let blocks = blocks(&text);
        if blocks.iter().any(|block| block.language == "sh") {
            run(&name, &blocks);
            ran += 1;
        }
    }
    assert!(ran >= 4, "only {ran} pages have commands");
}

#[test]
fn every_reason_not_to_run_a_command_is_needed() {
    let pages = pages();
    let blocks: Vec<_> = pages.iter().flat_map(|(_, text)| blocks(text)).collect();
    for (beginning, why) in NOT_RUN {
        let mut commands = blocks.iter().filter(|block| block.language == "sh");
        let is_used =
            commands.any(|block| block.text.lines().any(|line| line.starts_with(beginning)));
        assert!(is_used, "no page has {beginning:?} ({why})");
    }
    for (shown, _) in WITH_LESS {
        let is_used = blocks.iter().any(|block| block.text.contains(shown));
        assert!(is_used, "no page has {shown:?}");
    }
}

/// Runs a page's commands, and compares what it shows with what they say.
fn run(page: &str, blocks: &[Block]) {
    let scratch = Scratch::new(&format!("page-{}", page.replace(['/', '.'], "-")));
    let port = format!(":{}", free_port());
    let mut script = include_str!("prelude.sh").to_owned();
    for block in blocks.iter().filter(|block| block.language == "sh") {
        let mut commands = runnable(&block.text).replace(SHOWN_PORT, &port);
        for (shown, less) in WITH_LESS {
            commands = commands.replace(shown, less);
        }
        let line = block.line;
        _ = write!(
            script,
            "at={page}:{line}\n{{\n:\n{commands}}} >.answer-{line}\n"
        );
    }
    script.push_str("at=\n");
    let path = scratch.file(".page.sh", script);
    let cloud = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pages/cloud.json");
    let output = Command::new("bash")
        .arg(&path)
        .current_dir(path.parent().unwrap())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("BINARY", env!("CARGO_BIN_EXE_nova-images"))
        .env("LISTEN", format!("127.0.0.1{port}"))
        .env("CLOUD", cloud)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{page}:\n{said}");
    for pair in blocks.windows(2) {
        let [asked, shown] = pair else { unreachable!() };
        if shows_an_answer(asked, shown) {
            let answer = scratch.path(&format!(".answer-{}", asked.line));
            let answer = std::fs::read_to_string(answer).unwrap();
            let place = format!("{page}:{}", shown.line);
            assert_shown(&place, &shown.text, &answer.replace(&port, SHOWN_PORT));
        }
    }
}

/// A port that no system gives to whoever asks for any.
fn free_port() -> u16 {
    let first = 20_000 + u16::try_from(std::process::id() % 10_000).unwrap();
    let mut ports = (first..32_000).chain(20_000..first);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.find(is_free).unwrap()
}

/// The commands without those that do not run here.
fn runnable(commands: &str) -> String {
    let is_run = |line: &&str| {
        !NOT_RUN
            .iter()
            .any(|(beginning, _)| line.starts_with(beginning))
    };
    let lines: Vec<_> = commands.lines().filter(is_run).collect();
    lines.join("\n") + "\n"
}

fn shows_an_answer(asked: &Block, shown: &Block) -> bool {
    let last = asked.text.lines().last().unwrap_or_default();
    shown.follows
        && asked.language == "sh"
        && last.starts_with("curl ")
        && matches!(shown.language.as_str(), "json" | "xml")
}

/// What is shown is in the answer, in this order, but for blanks; `…` is anything.
fn assert_shown(place: &str, shown: &str, answer: &str) {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let answer = bare(answer);
    let mut rest = answer.as_str();
    for part in bare(shown).split('…') {
        let at = rest.find(part);
        let at = at.unwrap_or_else(|| panic!("{place}: {part:?} is not in {rest}"));
        rest = &rest[at + part.len()..];
    }
}

/// Commands are called `sh`, so that none is overlooked.
#[test]
fn every_block_says_what_it_is() {
    for (name, text) in pages() {
        for block in blocks(&text) {
            let is_told =
                !["", "bash", "shell", "console", "zsh"].contains(&block.language.as_str());
            assert!(is_told, "{name}:{}: {:?}", block.line, block.language);
        }
    }
}

/// Code is that of a file that runs.
#[test]
fn code_of_the_readme_is_that_of_the_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let flush = |text: &str| -> String {
        let lines = text.lines().map(str::trim_start);
        lines.flat_map(|line| [line, "\n"]).collect()
    };
    let mut languages = Vec::new();
    for block in blocks(&readme) {
        let file = match block.language.as_str() {
            "rust" => "examples/suite.rs",
            "python" => "examples/test_images.py",
            "js" => "examples/images.test.mjs",
            // Tried above; by tests/proxies/run, out of the README; part of a manifest that is not ours.
            "sh" | "json" | "xml" | "nginx" | "haproxy" | "toml" => continue,
            other => panic!("README.md:{}: nobody tries {other:?}", block.line),
        };
        let example = std::fs::read_to_string(root.join(file)).unwrap();
        assert!(
            flush(&example).contains(&flush(&block.text)),
            "README.md:{} is not in {file}",
            block.line
        );
        languages.push(block.language);
    }
    assert_eq!(languages, ["rust", "python", "js"]);
}

#[test]
fn links_lead_somewhere() {
    let pages = pages();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let anchors_of = |name: &str| {
        let page = pages.iter().find(|(page, _)| page == name);
        page.map(|(_, text)| anchors(text)).unwrap_or_default()
    };
    for (name, text) in &pages {
        let folder = Path::new(name).parent().unwrap();
        for link in links(text) {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match path {
                "" => name.clone(),
                // From a page in docs/.
                path if path.starts_with("../") => path[3..].to_owned(),
                path => folder.join(path).to_str().unwrap().to_owned(),
            };
            assert!(root.join(&target).exists(), "{name}: {link}");
            assert!(
                anchor.is_empty() || anchors_of(&target).contains(&anchor.to_owned()),
                "{name}: {link}"
            );
        }
    }
}
