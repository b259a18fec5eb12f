//! An image service that does what a script says, request by request, and good things behind its end.

use crate::asked::{Asked, read};
use socket2::SockRef;
use std::collections::VecDeque;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

/// What becomes of a request.
#[derive(Clone)]
pub enum Act {
    /// These bytes, and the connection stays.
    Say(Vec<u8>),
    /// These bytes, and the connection is closed.
    SayAndClose(Vec<u8>),
    /// These bytes, and then nothing, until the client has left.
    SayAndHold(Vec<u8>),
    /// Nothing, until the client has left.
    Hold,
    /// The connection is reset.
    Reset,
    /// These bytes, once all have come that are to meet.
    Meet(Arc<Barrier>, Vec<u8>),
}

/// A service under a script.
pub struct Stub {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    script: VecDeque<Act>,
    heads: Vec<String>,
    connections: usize,
}

impl Stub {
    pub fn playing(script: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            script: script.into_iter().collect(),
            ..State::default()
        }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                shared.lock().unwrap().connections += 1;
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, state }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of what it was asked.
    pub fn heads(&self) -> Vec<String> {
        self.state.lock().unwrap().heads.clone()
    }

    /// How many connections it was asked over.
    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.heads().len()
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(Asked { head, .. }) = read(&mut reader) {
        let act = {
            let mut state = state.lock().unwrap();
            state.heads.push(head.clone());
            state.script.pop_front()
        };
        let stream = reader.get_mut();
        match act.unwrap_or_else(|| Act::Say(good(&head))) {
            Act::Say(bytes) => _ = stream.write_all(&bytes),
            Act::Meet(all, bytes) => {
                all.wait();
                _ = stream.write_all(&bytes);
            }
            Act::SayAndClose(bytes) => {
                _ = stream.write_all(&bytes);
                return;
            }
            Act::SayAndHold(bytes) => {
                _ = stream.write_all(&bytes);
                _ = stream.read(&mut [0]);
                return;
            }
            Act::Hold => {
                _ = stream.read(&mut [0]);
                return;
            }
            Act::Reset => {
                _ = SockRef::from(&*stream).set_linger(Some(Duration::ZERO));
                return;
            }
        }
    }
}

/// What a healthy service answers.
fn good(head: &str) -> Vec<u8> {
    if head.starts_with("DELETE ") {
        return b"HTTP/1.1 204 No Content\r\n\r\n".to_vec();
    }
    json("200 OK", "", &page(&["good"], None))
}

/// An answer with a JSON body.
pub fn json(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: \
         {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// A page with images of these names.
pub fn page(names: &[&str], next: Option<&str>) -> String {
    let images: Vec<String> = names.iter().map(|name| image(name, name)).collect();
    let next = next.map(|next| format!(r#", "next": "{next}""#));
    format!(
        r#"{{"images": [{}]{}, "first": "/v2/images"}}"#,
        images.join(", "),
        next.unwrap_or_default()
    )
}

/// An image.
pub fn image(id: &str, name: &str) -> String {
    format!(
        r#"{{"id": "{id}", "name": "{name}", "status": "active", "visibility": "public",
        "min_ram": 0, "min_disk": 0, "size": 7, "owner": null, "tags": [], "protected": false,
        "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z"}}"#
    )
}
