//! What one client, one page or one full disk can do to everybody else.

mod gate;
mod limits;

use crate::golden::client::{Answer, Client};
use crate::harness::{Response, builder};
use nova_images::{EmulatorBuilder, Fixture};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Far more than anything takes; whoever runs into it hangs.
const PATIENCE: Duration = Duration::from_secs(20);

const FAKEIMAGE7: &str = "/v2/openstack/images/70a599e0-31e7-49b7-b260-868f441e862b";
const RESET: &str = "/_control/reset";
const ADVANCE: &str = "/_control/clock/advance";
const LIVE: &str = "/_control/health/live";
const READY: &str = "/_control/health/ready";
const JSON: (&str, &str) = ("Content-Type", "application/json");
const ADMIN: (&str, &str) = ("X-Auth-Token", "admin-token");

fn docs() -> EmulatorBuilder {
    builder().fixture(Fixture::docs().unwrap())
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// All that comes back for these bytes before the connection ends.
fn all_of(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn ask(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Client::new(address)
        .send(method, target, &headers, None)
        .unwrap()
}

fn said(response: &Response) -> String {
    let body = response.json();
    assert_eq!(body["error"]["code"], response.status(), "{body}");
    body["error"]["message"].as_str().unwrap().to_owned()
}
