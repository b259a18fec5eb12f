//! The binary in front of a cloud, as a process of its own.

use crate::cloud::Cloud;
use crate::measure::{now, pause};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long it may take to answer before the run is given up.
const PATIENCE: Duration = Duration::from_secs(20);

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
        let mut server = Self {
            process: process.expect("the binary starts"),
            port_file,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        };
        let started = now();
        loop {
            let ended = server.process.try_wait().expect("a child can be asked");
            assert_eq!(ended, None, "the binary ended before it was ready");
            assert!(started.elapsed() < PATIENCE, "the binary is never ready");
            let port = std::fs::read_to_string(&server.port_file).unwrap_or_default();
            if let Ok(port) = port.trim().parse() {
                server.address.set_port(port);
                return server;
            }
            pause(Duration::from_millis(1));
        }
    }

    /// Resident memory now and at most, in MB (10^6 bytes), where the operating system tells.
    pub fn resident_mb(&self) -> Option<(f64, f64)> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(path).ok()?;
        let field = |name: &str| -> Option<f64> {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let kibibytes: u32 = line.trim().strip_suffix(" kB")?.parse().ok()?;
            Some(f64::from(kibibytes) * 1024.0 / 1e6)
        };
        Some((field("VmRSS:")?, field("VmHWM:")?))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_file(&self.port_file);
    }
}
