//! Disks that take no more: a bound on the size of files stands for one.

use super::{PEOPLE, Run, catalogue, cloud, saved_list};
use crate::command::process::{command, text};
use crate::scratch::Scratch;
use std::path::Path;
use std::process::Command;

/// The same command where no file may be larger than so many blocks of 512 bytes.
fn bounded(command: &Command, blocks: usize) -> Command {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut bounded = Command::new("/bin/sh");
    bounded
        .args(["-c", &script, "sh"])
        .arg(command.get_program());
    bounded.args(command.get_args()).env_clear();
    let given = command.get_envs();
    bounded.envs(given.filter_map(|(name, value)| Some((name, value?))));
    bounded
}

/// What it says of its failure.
fn failure(mut command: Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(output.stdout, b"");
    said
}

const TOO_LARGE: &str = "File too large (os error 27)";

/// How long a file is; nothing when it is not there.
fn bytes(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|it| it.len())
}

/// Nothing of what was begun is beside the database, which is as small as an empty one.
fn nothing_is_left(database: &Path) {
    for end in ["-wal", "-journal"] {
        let mut path = database.to_owned().into_os_string();
        path.push(end);
        assert!(bytes(Path::new(&path)).is_none_or(|it| it == 0), "{end}");
    }
    assert!(bytes(database).unwrap() < 300 * 1024);
}

#[test]
fn an_import_goes_on_when_there_is_room_again() {
    let scratch = Scratch::new("import-room");
    let cloud = cloud(&catalogue(2_500));
    let mut run = Run::new(&cloud, &scratch, "w", &[]);
    // The file of what has come takes the first page of a thousand.
    let said = failure(bounded(&run.command, 1_500));
    let told = format!("images.db.import: {TOO_LARGE}");
    assert!(said.contains(&told), "{said}");
    nothing_is_left(&run.database);
    // It takes all, and the database does not.
    let whole = 2 * bytes(&run.side_file()).unwrap() / 512 + 1_000;
    let said = failure(bounded(&run.command, usize::try_from(whole).unwrap()));
    assert!(said.contains("1000 images on 1 page"), "{said}");
    assert!(
        said.contains("images.db: database: disk I/O error"),
        "{said}"
    );
    nothing_is_left(&run.database);
    let told = run.ends_well();
    assert!(told.contains("2500 images on 4 pages"), "{told}");
    assert!(!run.side_file().exists());
    run.is_equal();
}

#[test]
fn saved_lists_come_when_there_is_room_again() {
    let scratch = Scratch::new("import-room-files");
    let database = scratch.path("images.db");
    let few = scratch.path("few.json");
    let made = command(&["generate", "300", "--out", text(&few)]).output();
    assert!(made.unwrap().status.success());
    // So many that their indexes are made when all of them are there.
    let many = scratch.file("many.json", saved_list(10_000));
    for (file, option) in [(&few, "--merge"), (&many, "--merge"), (&few, "--replace")] {
        let before = bytes(&database).unwrap_or_default();
        let options = [
            "import",
            "--database",
            text(&database),
            "--file",
            text(file),
            option,
        ];
        let blocks = usize::try_from(before / 512).unwrap() + 700;
        if option == "--merge" {
            let said = failure(bounded(&command(&options), blocks));
            assert!(
                said.contains("images.db: database: disk I/O error"),
                "{said}"
            );
            assert!(bytes(&database).unwrap() <= before.max(300 * 1024));
        }
        let output = command(&options).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

#[test]
fn data_come_when_there_is_room_again() {
    let scratch = Scratch::new("import-room-data");
    let cloud = cloud(PEOPLE);
    let small = super::data::upload(&cloud, "a", Some("hello"));
    let large = "0123456789abcdef".repeat(100_000);
    let large = super::data::upload(&cloud, "b", Some(&large));
    let mut run = Run::new(&cloud, &scratch, "w", &["--data"]);
    let said = failure(bounded(&run.command, 1_000));
    let place = format!("images.db-data: the data of image {large}: image data: {TOO_LARGE}");
    assert!(said.contains(&place), "{said}");
    let told = run.ends_well();
    assert!(told.ends_with("2 images, data of 2\n"), "{told}");
    assert_ne!(small, large);
    run.is_equal();
}
