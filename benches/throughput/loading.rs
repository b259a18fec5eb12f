//! A fixture file of many images into a database file, by the binary.

use crate::Options;
use crate::file::File;
use crate::images;
use crate::measure::now;
use crate::process::Server;
use crate::report::{Table, decimals, thousands};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Images of the fixture, unless said otherwise.
const IMAGES: u32 = 300_000;

/// From start to ready, and what memory it takes then.
pub fn into_file(options: &Options) -> Option<String> {
    let count = options.images().unwrap_or(IMAGES);
    let mut table = Table::new(&["figure", "value", "aim: at most"]);
    if options.wants("loading") {
        let fixture = File::named("fixture.json");
        let megabytes = written(&fixture.0, count).expect("the fixture is written");
        let database = File::named("loaded.sqlite");
        let arguments = [
            "--fixture",
            text(&fixture.0),
            "--database",
            text(&database.0),
        ];
        let started = now();
        let server = Server::start(STARTED_LAST, &arguments);
        let seconds = started.elapsed().as_secs_f64();
        let resident = server
            .resident_mb()
            .map_or_else(|| "not measured".to_owned(), decimals);
        table.row([
            "fixture, MB".to_owned(),
            thousands(megabytes),
            String::new(),
        ]);
        table.row([
            "ready after start, s".to_owned(),
            decimals(seconds),
            "10".to_owned(),
        ]);
        table.row(["resident then, MB".to_owned(), resident, "100".to_owned()]);
    }
    table.under(&format!(
        "A fixture of {} images into a database file, by the binary",
        thousands(f64::from(count))
    ))
}

/// No other start has this number.
const STARTED_LAST: u32 = u32::MAX;

fn text(path: &Path) -> &str {
    path.to_str().expect("the target folder has a plain name")
}

/// Writes a fixture as Glance lists images, newest first; says how many megabytes it has.
fn written(path: &PathBuf, count: u32) -> io::Result<f64> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"{\"images\": [")?;
    for number in (0..count).rev() {
        let comma = if number > 0 { "," } else { "" };
        writeln!(file, "{}{comma}", images::json(number))?;
    }
    file.write_all(b"]}")?;
    file.flush()?;
    let kilobytes = u32::try_from(std::fs::metadata(path)?.len() / 1000).unwrap_or(u32::MAX);
    Ok(f64::from(kilobytes) / 1000.0)
}
