//! What is packed: the crate's metadata, and the container's description, which no engine reads here.

use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../README.md");
const MANIFEST: &str = include_str!("../../Cargo.toml");
const DOCKERFILE: &str = include_str!("../../Dockerfile");

/// The oldest Rust is said twice.
#[test]
fn readme_and_manifest_name_the_same_rust() {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    let named: Vec<_> = README
        .split("Rust ")
        .skip(1)
        .filter(|text| text.starts_with(|sign: char| sign.is_ascii_digit()))
        .map(|text| text.split(|sign: char| sign != '.' && !sign.is_ascii_digit()))
        .filter_map(|mut words| words.next())
        .collect();
    assert!(!named.is_empty());
    assert!(
        named.iter().all(|version| *version == oldest),
        "{named:?}, not {oldest}"
    );
}

#[test]
fn the_package_is_described_and_carries_its_pages() {
    for key in [
        "description",
        "license",
        "readme",
        "keywords",
        "categories",
        "rust-version",
    ] {
        let line = MANIFEST
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")));
        assert!(
            line.is_some_and(|line| !line.ends_with("\"\"") && !line.ends_with("[]")),
            "{key}"
        );
    }
    let listed = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&listed.stderr);
    assert!(listed.status.success(), "{said}");
    let list = String::from_utf8(listed.stdout).unwrap();
    for file in [
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "docs/fidelity.md",
        "docs/packaging.md",
        "examples/suite.rs",
        "examples/test_images.py",
        "examples/images.test.mjs",
        "fixtures/docs.json",
        "src/main.rs",
    ] {
        assert!(
            list.lines().any(|line| line == file),
            "{file} is not packed"
        );
    }
    for folder in ["tests/", "fuzz/", "fixtures/golden/", ".ci/"] {
        assert!(
            !list.lines().any(|line| line.starts_with(folder)),
            "{folder} is packed"
        );
    }
}

/// An instruction: its name, what follows, and the number of its stage.
struct Instruction {
    name: String,
    rest: String,
    stage: usize,
}

fn instructions() -> Vec<Instruction> {
    let lines = DOCKERFILE
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let text = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let mut stage = 0;
    let mut instructions = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let (name, rest) = line.split_once(' ').unwrap();
        stage += usize::from(name == "FROM");
        instructions.push(Instruction {
            name: name.to_owned(),
            rest: rest.trim().to_owned(),
            stage,
        });
    }
    instructions
}

/// What the last stage says, by the instruction's name.
fn last_stage(name: &str) -> Vec<String> {
    let all = instructions();
    let last = all.last().unwrap().stage;
    let of_last = all
        .into_iter()
        .filter(|one| one.stage == last && one.name == name);
    of_last.map(|one| one.rest).collect()
}

fn exec_form(text: &str) -> Vec<String> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn the_image_is_the_binary_alone() {
    assert_eq!(last_stage("FROM"), ["scratch"]);
    assert!(last_stage("RUN").is_empty(), "there is no shell");
    let copied = last_stage("COPY");
    assert!(
        copied.iter().all(|line| line.starts_with("--from=build ")),
        "{copied:?}"
    );
    let [entry] = &last_stage("ENTRYPOINT")[..] else {
        panic!()
    };
    let [binary] = &exec_form(entry)[..] else {
        panic!("{entry}")
    };
    assert!(
        copied[0].ends_with(binary.as_str()),
        "{binary} is not what is copied"
    );
    let [user] = &last_stage("USER")[..] else {
        panic!()
    };
    let numbers: Vec<u32> = user.split(':').map(|id| id.parse().unwrap()).collect();
    assert!(numbers.len() == 2 && numbers[0] != 0, "{user}");
    let [volume] = &last_stage("VOLUME")[..] else {
        panic!()
    };
    assert!(
        copied
            .iter()
            .any(|line| line.contains(user.as_str()) && line.ends_with(volume.as_str()))
    );
    assert_eq!(&last_stage("WORKDIR"), std::slice::from_ref(volume));
}

/// What it runs and how it is looked after are words that the command knows.
#[test]
fn the_image_says_what_the_command_understands() {
    let [health] = &last_stage("HEALTHCHECK")[..] else {
        panic!()
    };
    let (_, run) = health.split_once("CMD ").unwrap();
    assert_eq!(exec_form(run)[1..], ["healthcheck"]);
    let [serve] = &last_stage("CMD")[..] else {
        panic!()
    };
    assert_eq!(exec_form(serve), ["serve"]);
    let [port] = &last_stage("EXPOSE")[..] else {
        panic!()
    };
    let help = Command::new(env!("CARGO_BIN_EXE_nova-images"))
        .args(["serve", "--help"])
        .output();
    let help = String::from_utf8(help.unwrap().stdout).unwrap();
    for variable in last_stage("ENV") {
        let (name, value) = variable.split_once('=').unwrap();
        if name == "TMPDIR" {
            // The system's, and the one folder that there is.
            assert_eq!([value], *last_stage("VOLUME"));
            continue;
        }
        assert!(help.contains(&format!("[env: {name}=")), "{name}");
        assert!(
            name != "NOVA_IMAGES_LISTEN" || value == format!("0.0.0.0:{port}"),
            "{value}"
        );
    }
}

/// Sources come behind the build of the dependencies, and both builds are the same command.
#[test]
fn dependencies_are_a_layer_of_their_own() {
    let all = instructions();
    let at = |name: &str, part: &str| {
        let is = |one: &Instruction| one.name == name && one.rest.contains(part);
        all.iter()
            .position(is)
            .unwrap_or_else(|| panic!("no {name} {part}"))
    };
    let lock = at("COPY", "Cargo.lock");
    let dependencies = at("RUN", "cargo build");
    let sources = at("COPY", "src src");
    assert!(lock < dependencies && dependencies < sources);
    let build = |text: &str| {
        let (_, build) = text.split_once("cargo build").unwrap();
        build.split("&&").next().unwrap().trim().to_owned()
    };
    let own = &all[sources..]
        .iter()
        .find(|one| one.rest.contains("cargo build"))
        .unwrap()
        .rest;
    assert_eq!(build(&all[dependencies].rest), build(own));
    assert!(
        own.contains("touch src/lib.rs src/main.rs"),
        "older than the empty ones, they are not built"
    );
    // What the build needs besides is there: stand-ins for every target that the manifest names.
    for path in [
        "benches/image_data/main.rs",
        "benches/throughput/main.rs",
        "benches/upstream/main.rs",
        "examples/suite.rs",
        "tests/it/main.rs",
        "src/main.rs",
    ] {
        assert!(all[dependencies].rest.contains(path), "{path}");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for copy in all
        .iter()
        .filter(|one| one.name == "COPY" && !one.rest.starts_with("--from="))
    {
        let words: Vec<_> = copy.rest.split_whitespace().collect();
        for source in &words[..words.len() - 1] {
            assert!(root.join(source).exists(), "{source}");
        }
    }
}

/// Whoever embeds the library needs nothing that only the command needs, and sees nothing but what it
/// hands on.
#[test]
fn e3_the_library_is_what_a_user_names() {
    let crates = |arguments: &[&str]| {
        let tree = Command::new(env!("CARGO"))
            .args(["tree", "--locked", "--edges", "normal", "--prefix", "none"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(tree.status.success());
        let text = String::from_utf8(tree.stdout).unwrap();
        let names = text.lines().filter_map(|line| line.split(' ').next());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let (library, command) = (crates(&["--no-default-features"]), crates(&[]));
    for name in ["clap", "kdam", "mimalloc", "tracing-subscriber"] {
        assert!(!library.contains(&name.to_owned()), "{name}");
        assert!(command.contains(&name.to_owned()), "{name}");
    }
    let lib = include_str!("../../src/lib.rs");
    let open: Vec<_> = lib
        .lines()
        .filter(|line| line.starts_with("pub mod"))
        .collect();
    // It is there for fuzzing alone.
    assert_eq!(open, ["pub mod fuzzing;"]);
}
