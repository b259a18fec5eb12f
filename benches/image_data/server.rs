//! The binary as a process of its own.

use crate::child;
use crate::http::Connection;
use std::io::Result;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server. Dropping it kills it.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

/// A folder for databases and port files, gone in the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let name = format!("nova-images-bench-{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).expect("there is room for a folder");
        Self(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Server {
    /// With a database in a file, or in memory; returns once it answers.
    pub fn start(folder: &Folder, database: Option<&Path>) -> Self {
        let port_file = folder.path("port");
        // That of a server that was killed.
        _ = std::fs::remove_file(&port_file);
        let mut command = Command::new(env!("CARGO_BIN_EXE_nova-images"));
        command.args([
            "--listen",
            "127.0.0.1:0",
            "--fixture",
            "docs",
            "--port-file",
        ]);
        command.arg(&port_file);
        if let Some(database) = database {
            command.arg("--database").arg(database);
        }
        // Temporary files go to the same disk.
        command.env_clear().env("TMPDIR", &folder.0);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        let mut process = process.expect("the binary starts");
        let port = child::port_of(&mut process, &port_file);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self { process, address }
    }

    /// The id of a new image.
    pub fn create(&self, name: &str) -> Result<String> {
        let body =
            format!(r#"{{"name": "{name}", "disk_format": "raw", "container_format": "bare"}}"#);
        let mut connection = Connection::to(self.address)?;
        let (status, answer) = connection.ask("POST", "/image/v2/images", &body)?;
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert_eq!(status, 201, "{text}");
        let image: serde_json::Value = serde_json::from_slice(&answer)?;
        let id = image.get("id").and_then(serde_json::Value::as_str);
        Ok(id.expect("an image has an id").to_owned())
    }

    /// Resident memory now and at most, in MB (10^6 bytes), where the operating system tells.
    pub fn resident_mb(&self) -> Option<(f64, f64)> {
        child::resident_mb(&self.process)
    }

    /// As `kill -9` does.
    pub fn kill(&mut self) {
        self.process.kill().expect("a child can be killed");
        self.process.wait().expect("a killed child ends");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
