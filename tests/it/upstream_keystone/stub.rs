//! A server that answers what it is told to, byte by byte, and remembers what it was asked.

use crate::asked::{Asked, read};
use std::io::{BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What is done with a connection once its request has been read.
#[derive(Clone)]
pub enum Act {
    /// These bytes, and the connection is closed.
    Say(String),
    /// Nothing, until the client has left.
    Hold,
}

/// Listens until the test ends.
pub struct Stub {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Does the same with every connection.
    pub fn of(act: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let act = Arc::new(act);
        let remembered = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (act, remembered) = (Arc::clone(&act), Arc::clone(&remembered));
                thread::spawn(move || serve(stream, &remembered, &*act));
            }
        });
        Self { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, remembered: &Mutex<Vec<Asked>>, act: &dyn Fn(&Asked) -> Act) {
    let mut reader = BufReader::new(stream);
    let Some(asked) = read(&mut reader) else {
        return;
    };
    remembered.lock().unwrap().push(asked.clone());
    let mut stream = reader.into_inner();
    let said = match act(&asked) {
        Act::Say(bytes) => bytes,
        Act::Hold => {
            // Ends with the client.
            _ = stream.read(&mut [0]);
            return;
        }
    };
    _ = stream.write_all(said.as_bytes());
}

/// A reply with a JSON body.
pub fn json(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}
