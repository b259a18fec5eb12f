//! A server that answers what it is told to, byte by byte, and remembers what it was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// What is done with a connection once its request has been read.
#[derive(Clone)]
pub enum Act {
    /// These bytes, and the connection is closed.
    Say(String),
    /// Nothing, until the client has left.
    Hold,
    /// It waits until the test lets it go on, and says this.
    Wait(String),
}

/// A request as it came: its head, and its body.
#[derive(Clone, Debug)]
pub struct Asked {
    pub head: String,
    pub body: String,
}

/// Listens until the test ends.
pub struct Stub {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    go_on: Sender<()>,
}

impl Stub {
    /// Does the same with every connection.
    pub fn of(act: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Asked>>>::default();
        let (go_on, waiting) = channel();
        let (act, waiting) = (Arc::new(act), Arc::new(Mutex::new(waiting)));
        let remembered = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (act, waiting) = (Arc::clone(&act), Arc::clone(&waiting));
                let remembered = Arc::clone(&remembered);
                thread::spawn(move || serve(stream, &remembered, &*act, &waiting));
            }
        });
        Self {
            address,
            asked,
            go_on,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Lets one who waits go on.
    pub fn go_on(&self) {
        self.go_on.send(()).unwrap();
    }
}

fn serve(
    stream: TcpStream,
    remembered: &Mutex<Vec<Asked>>,
    act: &dyn Fn(&Asked) -> Act,
    waiting: &Mutex<Receiver<()>>,
) {
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
        Act::Wait(bytes) => {
            _ = waiting.lock().unwrap().recv();
            bytes
        }
    };
    _ = stream.write_all(said.as_bytes());
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim().is_empty() {
            break;
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        head,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}

/// A reply with a JSON body.
pub fn json(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
}
