//! What the emulator is held against: actix-web that answers one thing, from memory.

use crate::WORKERS;
use crate::client::Answer;
use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{App, HttpResponse, HttpServer, web};
use bytes::Bytes;
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::Duration;

/// Headers that the web framework writes by itself.
const OF_THE_FRAMEWORK: [&str; 3] = ["content-length", "date", "connection"];

/// A running server. Dropping it stops it.
pub struct Bare {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

/// The one answer.
#[derive(Clone)]
struct Canned {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Bare {
    /// Answers every request with this.
    pub fn start(answer: &Answer) -> Self {
        let canned = web::Data::new(Canned::new(answer));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let server = HttpServer::new(move || {
                App::new()
                    .app_data(canned.clone())
                    .default_service(web::to(respond))
            })
            // As the emulator has them.
            .workers(WORKERS)
            .client_request_timeout(Duration::from_secs(10))
            .keep_alive(Duration::from_secs(75))
            .disable_signals()
            .listen(listener)
            .expect("a listener");
            actix_web::rt::System::new().block_on(async move {
                let server = server.run();
                sender.send(server.handle()).expect("somebody waits");
                server.await.expect("the server runs until it is stopped");
            });
        });
        Self {
            address,
            handle: receiver.recv().expect("the server starts"),
            thread: Some(thread),
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        // The command is sent by the call; the future only waits for the answer.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

impl Canned {
    fn new(answer: &Answer) -> Self {
        let headers = answer.headers.iter().filter(|(name, _)| {
            !OF_THE_FRAMEWORK
                .iter()
                .any(|other| name.eq_ignore_ascii_case(other))
        });
        Self {
            status: StatusCode::from_u16(answer.status).expect("a status"),
            headers: headers
                .map(|(name, value)| {
                    (
                        name.parse().expect("the name of a header"),
                        value.parse().expect("the value of a header"),
                    )
                })
                .collect(),
            body: answer.body.clone().into(),
        }
    }
}

async fn respond(canned: web::Data<Canned>) -> HttpResponse {
    let mut response = HttpResponse::build(canned.status).body(canned.body.clone());
    let headers = response.headers_mut();
    for (name, value) in &canned.headers {
        headers.append(name.clone(), value.clone());
    }
    response
}
