use super::{MOST_KEPT, Tokens};
use crate::config::{ServiceInterface, UpstreamConfig};
use crate::control::Clock;
use crate::domain::Timestamp;
use crate::service::upstream::client::Client;
use crate::service::upstream::endpoint::{Endpoint, Service};
use crate::service::upstream::keystone::Keystone;
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

const ALIVE: &str = r#"{"token": {"user": {"id": "u", "name": "ada", "domain": {"id": "d", "name": "D"}}, "project": {"id": "p", "name": "demo", "domain": {"id": "d", "name": "D"}}, "roles": [{"id": "1", "name": "admin"}], "issued_at": "2026-01-01T12:00:00.000000Z", "expires_at": "2026-01-01T12:10:00.000000Z", "catalog": [{"type": "image", "endpoints": [{"interface": "public", "region": "A", "url": "http://g"}]}]}}"#;

/// A Keystone that answers each question when it is let, and counts them.
struct Real {
    tokens: Tokens,
    clock: Clock,
    asked: Arc<AtomicUsize>,
    go_on: Sender<()>,
}

impl Real {
    fn saying(status: &'static str, body: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (go_on, turns) = channel();
        let asked = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&asked);
        thread::spawn(move || answer(&listener, &counted, &turns, status, body));
        let noon = Timestamp::parse_rfc3339("2026-01-01T12:00:00Z").unwrap();
        let clock = Clock::frozen(noon);
        Self {
            tokens: Tokens::new(
                keystone(address, &clock),
                clock.clone(),
                None,
                ServiceInterface::Public,
            ),
            clock,
            asked,
            go_on,
        }
    }

    fn alive() -> Self {
        Self::saying("200 OK", ALIVE)
    }

    /// Lets it answer so many questions.
    fn let_answer(&self, questions: usize) {
        (0..questions).for_each(|_| self.go_on.send(()).unwrap());
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds)).unwrap();
    }
}

fn keystone(address: SocketAddr, clock: &Clock) -> Keystone {
    let url = format!("http://{address}");
    let config = UpstreamConfig::new("http://127.0.0.1:1", url.clone());
    let resolve = |name: &str| match name.parse() {
        Ok(address) => Ok(vec![address]),
        Err(_) => Err(std::io::ErrorKind::NotFound.into()),
    };
    let client = Client::new(&config, clock, resolve).unwrap();
    Keystone::new(
        client,
        Arc::new(Endpoint::parse(Service::Identity, &url).unwrap()),
    )
}

fn answer(
    listener: &TcpListener,
    asked: &AtomicUsize,
    turns: &Receiver<()>,
    status: &str,
    body: &str,
) {
    for stream in listener.incoming().flatten() {
        asked.fetch_add(1, Ordering::SeqCst);
        if turns.recv().is_err() {
            return;
        }
        say(stream, status, body);
    }
}

fn say(stream: TcpStream, status: &str, body: &str) {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|length| length > 2) {
        line.clear();
    }
    _ = write!(
        reader.into_inner(),
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

#[test]
fn a_stampede_asks_once() {
    let real = Real::alive();
    real.let_answer(1);
    let told = run(join_all((0..100).map(|_| real.tokens.find("t"))));
    assert_eq!((told.len(), real.asked()), (100, 1));
    for told in told {
        let known = told.unwrap().unwrap();
        assert_eq!(known.project_id(), Some("p"));
        assert!(known.caller().is_admin);
        assert_eq!(known.image_url.as_deref(), Some("http://g"));
    }
}

#[test]
fn it_is_known_for_a_minute_and_never_beyond_its_end() {
    let real = Real::alive();
    real.let_answer(20);
    let find = || run(real.tokens.find("t")).unwrap().is_some();
    assert!(find());
    real.advance(59);
    assert!(find());
    assert_eq!(real.asked(), 1);
    real.advance(1);
    assert!(find());
    assert_eq!(real.asked(), 2);
    // Half a minute in front of its end.
    real.advance(510);
    assert!(find());
    assert_eq!(real.asked(), 3);
    real.advance(30);
    _ = find();
    assert_eq!(real.asked(), 4);
}

#[test]
fn what_is_forgotten_is_asked_again() {
    let real = Real::alive();
    real.let_answer(20);
    let find = |token: &str| run(real.tokens.find(token)).unwrap();
    assert!(find("t").is_some());
    real.tokens.forget("t");
    assert!(find("t").is_some());
    assert_eq!(real.asked(), 2);
    assert!(find("other").is_some());
    real.tokens.clear();
    assert!(find("t").is_some() && find("other").is_some());
    assert_eq!(real.asked(), 5);
}

#[test]
fn what_is_on_its_way_when_it_is_forgotten_is_not_kept() {
    let real = Real::alive();
    run(async {
        let mut asking = Box::pin(real.tokens.find("t"));
        assert!(asking.as_mut().now_or_never().is_none());
        real.tokens.forget("t");
        real.let_answer(1);
        assert!(asking.await.unwrap().is_some());
        real.let_answer(1);
        assert!(real.tokens.find("t").await.unwrap().is_some());
    });
    assert_eq!(real.asked(), 2);
}

#[test]
fn who_leaves_leaves_nothing_behind() {
    let (real, silent) = (Real::alive(), Real::alive());
    run(async {
        let mut first = Box::pin(real.tokens.find("t"));
        assert!(first.as_mut().now_or_never().is_none());
        let mut second = Box::pin(real.tokens.find("t"));
        assert!(second.as_mut().now_or_never().is_none());
        // Whoever waits goes on asking.
        drop(first);
        real.let_answer(2);
        assert!(second.await.unwrap().is_some());
        // One that nobody answers, even if who was left took no answer with it.
        let mut third = Box::pin(silent.tokens.find("other"));
        assert!(third.as_mut().now_or_never().is_none());
    });
    assert!(real.tokens.state().asked.is_empty());
    assert!(silent.tokens.state().asked.is_empty());
}

#[test]
fn dead_tokens_and_failures_are_asked_about_each_time() {
    for status in ["401 Unauthorized", "404 Not Found"] {
        let real = Real::saying(status, "{}");
        real.let_answer(2);
        for asked in 1..=2 {
            assert_eq!(run(real.tokens.find("t")).unwrap(), None);
            assert_eq!(real.asked(), asked);
        }
    }
    for (status, body) in [
        ("403 Forbidden", "{}"),
        ("200 OK", "{}"),
        ("500 Internal Server Error", ""),
    ] {
        let real = Real::saying(status, body);
        real.let_answer(2);
        for asked in 1..=2 {
            assert!(run(real.tokens.find("t")).is_err(), "{status}");
            assert_eq!(real.asked(), asked);
        }
    }
}

#[test]
fn what_no_header_can_hold_is_nobodys() {
    let real = Real::alive();
    for token in ["", "a\nb", "a\0"] {
        assert_eq!(run(real.tokens.find(token)).unwrap(), None);
    }
    assert_eq!(real.asked(), 0);
}

#[test]
fn the_oldest_go() {
    let real = Real::alive();
    real.let_answer(1);
    let known = run(real.tokens.find("t")).unwrap().unwrap();
    for number in 0..MOST_KEPT {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        real.tokens.keep(&mut real.tokens.state(), key, &known);
    }
    assert_eq!(real.tokens.state().kept.len(), MOST_KEPT);
    real.let_answer(1);
    assert!(run(real.tokens.find("t")).unwrap().is_some());
    assert_eq!(real.asked(), 2);
}
