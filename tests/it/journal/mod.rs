//! `/_control/requests`: what was asked, and what was answered.

mod bounds;
mod entries;
mod follow;
mod library;
mod masks;
mod streams;
mod verify;
mod whys;

use crate::harness::Server;
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Of `docs`, public.
const IMAGE: &str = "70a599e0-31e7-49b7-b260-868f441e862b";

/// Not of `docs`.
const ABSENT: &str = "11111111-2222-4333-8444-555555555555";

/// An answer of the journal's.
fn ask(server: &Server, path: &str) -> Value {
    let answer = server.get(&format!("/_control/requests{path}"));
    assert_eq!(answer.status(), 200, "{}", answer.text());
    answer.json()
}

/// The entries that a query finds.
fn list(server: &Server, query: &str) -> Vec<Value> {
    let found = ask(server, &format!("?{query}"));
    found["requests"].as_array().unwrap().clone()
}

fn numbers(entries: &[Value]) -> Vec<u64> {
    let numbers = entries
        .iter()
        .map(|entry| entry["number"].as_u64().unwrap());
    numbers.collect()
}

/// The status and the answer to a body.
fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let path = format!("/_control/requests{path}");
    let answer = server.send("POST", &path, &[JSON], &body.to_string());
    (answer.status(), answer.json())
}

fn connect(server: &Server) -> TcpStream {
    let connection = TcpStream::connect(server.address()).unwrap();
    let patience = Some(Duration::from_secs(10));
    connection.set_read_timeout(patience).unwrap();
    connection
}

/// A connection over which this was sent.
fn sent(server: &Server, request: &str) -> TcpStream {
    let mut connection = connect(server);
    connection.write_all(request.as_bytes()).unwrap();
    connection
}

/// What comes up to a text, and behind it as much as came with it.
fn read_until(connection: &mut TcpStream, end: &str) -> String {
    let (mut came, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let text = String::from_utf8_lossy(&came).into_owned();
        if text.contains(end) {
            return text;
        }
        match connection.read(&mut piece) {
            Ok(0) => panic!("no {end:?}: {text}"),
            Ok(length) => came.extend_from_slice(&piece[..length]),
            Err(error) => panic!("{error}, and no {end:?}: {text}"),
        }
    }
}
