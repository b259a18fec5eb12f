//! The command as a child process: started, asked, signalled.

use crate::golden::client::Client;
use std::io::{BufRead, BufReader, Read as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

const BINARY: &str = env!("CARGO_BIN_EXE_nova-images");

/// The command with these arguments and none of the caller's environment.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command
        .args(arguments)
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A server of the command, killed when the test is done with it.
pub struct Running {
    pub child: Child,
    stdout: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

impl Running {
    /// Returns once the server says where it listens.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let url = line.trim().rsplit(' ').next().unwrap();
        let address = url.strip_prefix("http://").map(str::parse);
        let Some(Ok(address)) = address else {
            let mut said = String::new();
            _ = child.stderr.take().unwrap().read_to_string(&mut said);
            panic!("{line:?} {said}")
        };
        Self {
            child,
            stdout,
            address,
        }
    }

    /// Takes a process over that listens on this port.
    pub fn on_port(mut child: Child, port: u16) -> Self {
        Self {
            stdout: BufReader::new(child.stdout.take().unwrap()),
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            child,
        }
    }

    pub fn serve(arguments: &[&str]) -> Self {
        let all = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        Self::start(command(&all))
    }

    /// The printed lines that begin with `curl`, with their indent taken off.
    pub fn curl_lines(&mut self, count: usize) -> Vec<String> {
        let mut lines = Vec::new();
        while lines.len() < count {
            let mut line = String::new();
            assert!(self.stdout.read_line(&mut line).unwrap() > 0, "{lines:?}");
            let line = line.trim();
            if !line.is_empty() {
                assert!(line.starts_with("curl "), "{line}");
                lines.push(line.to_owned());
            }
        }
        lines
    }

    /// What is printed behind the lines that were read.
    pub fn rest_of_greeting(&mut self) -> String {
        let mut rest = String::new();
        while !rest.contains("OS_PROJECT_DOMAIN_NAME=") && !rest.contains("OS_TENANT_NAME=") {
            assert!(self.stdout.read_line(&mut rest).unwrap() > 0, "{rest}");
        }
        rest
    }

    /// Ends it well, and gives what it had to say.
    pub fn logs_at_the_end(mut self) -> String {
        self.signal("-TERM");
        let mut logs = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut logs).unwrap();
        assert!(self.child.wait().unwrap().success(), "{logs}");
        logs
    }

    pub fn ask(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> (u16, String) {
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let body = (!body.is_empty()).then_some(body);
        let answer =
            Client::new(self.address).send(method, target, &headers, body.map(str::as_bytes));
        let answer = answer.unwrap();
        (answer.status, answer.text())
    }

    /// Carries out a curl line as a shell would.
    pub fn curl(&self, line: &str) -> (u16, String) {
        let words = shell_words(line);
        let mut words = words.iter().map(String::as_str).skip(1);
        let (mut headers, mut target) = (Vec::new(), None);
        while let Some(word) = words.next() {
            match word {
                "-s" => {}
                "-H" => headers.push(words.next().unwrap().split_once(": ").unwrap()),
                url => {
                    let rest = url.strip_prefix("http://").unwrap();
                    let path = rest.strip_prefix(&self.address.to_string());
                    target = Some(path.unwrap_or_else(|| panic!("{url}")));
                }
            }
        }
        self.ask("GET", target.unwrap(), &headers, "")
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let killed = Command::new("kill").args([name, &pid]).status().unwrap();
        assert!(killed.success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Words of a line, single quotes taken off.
fn shell_words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    assert!(!quoted, "{line}");
    words
}

/// Runs a command that cannot start: one line on standard error, exit code 2, nothing else.
pub fn refused(arguments: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command(arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2), "{said}");
    assert!(stdout.is_empty());
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.starts_with("nova-images: "), "{said}");
    said
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// An address for a listener that no file tells; nobody else in this process is given it, and no system
/// gives it to whoever asks for any port.
pub fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 6_000).unwrap();
    loop {
        let port = 13_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 6_000;
        let address = format!("127.0.0.1:{port}");
        if TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}
