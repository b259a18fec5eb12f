//! A server as a process of its own, as whoever measures it sees it.

use crate::measure::{now, pause};
use std::path::Path;
use std::process::Child;
use std::time::Duration;

/// How long it may take to answer before the run is given up.
const PATIENCE: Duration = Duration::from_secs(20);

/// The port that it writes into a file once it listens.
pub fn port_of(process: &mut Child, port_file: &Path) -> u16 {
    let started = now();
    loop {
        let ended = process.try_wait().expect("a child can be asked");
        assert_eq!(ended, None, "the binary ended before it was ready");
        if started.elapsed() >= PATIENCE {
            _ = process.kill();
            panic!("the binary is never ready");
        }
        let port = std::fs::read_to_string(port_file).unwrap_or_default();
        if let Ok(port) = port.trim().parse() {
            return port;
        }
        pause(Duration::from_millis(1));
    }
}

/// Resident memory now and at most, in MB (10^6 bytes), where the operating system tells.
pub fn resident_mb(process: &Child) -> Option<(f64, f64)> {
    let path = format!("/proc/{}/status", process.id());
    let status = std::fs::read_to_string(path).ok()?;
    let field = |name: &str| -> Option<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: u32 = line.trim().strip_suffix(" kB")?.parse().ok()?;
        Some(f64::from(kibibytes) * 1024.0 / 1e6)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}
