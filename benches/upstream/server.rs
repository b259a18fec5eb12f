//! The binary in front of a cloud, as a process of its own.

use crate::child;
use crate::cloud::Cloud;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A running server. Dropping it kills it.
pub struct Server {
    process: Child,
    port_file: PathBuf,
    pub address: SocketAddr,
}

impl Server {
    /// Returns once it listens.
    pub fn before(cloud: &Cloud) -> Self {
        let name = format!("nova-images-bench-upstream-{}.port", std::process::id());
        let port_file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        _ = std::fs::remove_file(&port_file);
        let url = format!("http://{}", cloud.address);
        let process = Command::new(env!("CARGO_BIN_EXE_nova-images"))
            .args(["--listen", "127.0.0.1:0", "--upstream-url", &url])
            .args(["--keystone-url", &url, "--port-file"])
            .arg(&port_file)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut process = process.expect("the binary starts");
        let port = child::port_of(&mut process, &port_file);
        Self {
            process,
            port_file,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        }
    }

    /// Resident memory now and at most, in MB (10^6 bytes), where the operating system tells.
    pub fn resident_mb(&self) -> Option<(f64, f64)> {
        child::resident_mb(&self.process)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_file(&self.port_file);
    }
}
