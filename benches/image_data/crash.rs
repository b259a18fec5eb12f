//! What a server leaves behind that is killed amid uploads.

use crate::hashes;
use crate::http::Connection;
use crate::measure::pause;
use crate::server::{Folder, Server};
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

const UPLOADS: u8 = 50;

/// Of one upload.
const BYTES: usize = 4 << 20;

/// Kills a server amid uploads, starts another one over the same database, and looks at each image and
/// each file.
pub fn check() {
    let folder = Folder::new("crash");
    let database = folder.path("db");
    let mut server = Server::start(&folder, Some(&database));
    let ids: Vec<_> = (0..UPLOADS)
        .map(|number| {
            let id = server.create(&number.to_string());
            id.expect("an image can be made")
        })
        .collect();
    upload_and_kill(&mut server, &ids, &database);
    let before = files(&database).len();
    let server = Server::start(&folder, Some(&database));
    let mut expected = BTreeSet::new();
    for (id, number) in ids.iter().zip(0..) {
        expected.extend(look_at(server.address, id, number));
    }
    assert_eq!(files(&database), expected, "files and images differ");
    let active = expected.len();
    println!(
        "`kill -9` amid {UPLOADS} uploads of {} MiB left {before} files; after the restart {active} images \
         are active with the right digests and data, {} are queued, and there is no other file.",
        BYTES >> 20,
        usize::from(UPLOADS) - active,
    );
}

/// Uploads to all at once, and kills the server when some are through.
fn upload_and_kill(server: &mut Server, ids: &[String], database: &Path) {
    let address = server.address;
    std::thread::scope(|scope| {
        for (id, number) in ids.iter().zip(0..) {
            scope.spawn(move || {
                let connection = Connection::to(address);
                // It is cut off, or it is not.
                _ = connection.and_then(|mut it| {
                    let target = format!("/image/v2/images/{id}/file");
                    it.put(&target, &data(number), BYTES as u64)
                });
            });
        }
        let is_data = |name: &&String| name.len() == 128;
        while files(database).iter().filter(is_data).count() < ids.len() / 5 {
            pause(Duration::from_millis(1));
        }
        server.kill();
    });
}

/// The digest of an image that is active, once it is sure that its data are right; nothing of one that
/// is queued.
fn look_at(address: SocketAddr, id: &str, number: u8) -> Option<String> {
    let mut connection = Connection::to(address).expect("the server takes connections");
    let image = format!("/image/v2/images/{id}");
    let (status, answer) = connection.ask("GET", &image, "").expect("it is shown");
    assert_eq!(status, 200);
    let image: Value = serde_json::from_slice(&answer).expect("an image is JSON");
    if image["status"] == "queued" {
        return None;
    }
    assert_eq!(image["status"], "active");
    let (md5, sha512) = hashes::of(&data(number));
    assert_eq!(image["checksum"], md5.as_str());
    assert_eq!(image["os_hash_value"], sha512.as_str());
    let file = format!("/image/v2/images/{id}/file");
    let (_, came) = connection.ask("GET", &file, "").expect("data come");
    assert!(came == data(number), "the data of {id} are others");
    Some(sha512)
}

/// The files beside a database.
fn files(database: &Path) -> BTreeSet<String> {
    let mut folder = database.to_owned().into_os_string();
    folder.push("-data");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    entries.map(name).collect()
}

/// What is uploaded to the image of a number.
fn data(number: u8) -> Vec<u8> {
    let byte = |at: usize| at.to_le_bytes()[0] ^ at.to_le_bytes()[1] ^ number;
    (0..BYTES).map(byte).collect()
}
