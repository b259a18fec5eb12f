//! The binary as a user starts it: how soon it answers, and what memory it takes.

use crate::Options;
use crate::client::{Request, fetch};
use crate::measure::{median, now, pause};
use crate::report::{Table, decimals};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How often it is started.
const STARTS: u32 = 11;

/// How long a look at the port file is put off: the grain of the measurement.
const GRAIN: Duration = Duration::from_micros(200);

/// How long it may take before the run is given up.
const PATIENCE: Duration = Duration::from_secs(300);

/// Lists asked for before the memory in use is read.
const LISTS: u32 = 1000;

/// From start to ready, and resident memory.
pub fn start(options: &Options) -> Option<String> {
    let mut table = Table::new(&["figure", "median", "lowest", "highest", "aim: at most"]);
    if options.wants("process") {
        let (mut ready, mut idle, mut used) = (Vec::new(), Vec::new(), Vec::new());
        for number in 0..STARTS {
            let started = now();
            let server = Server::start(number, &["--fixture", "docs"]);
            ready.push(started.elapsed().as_secs_f64() * 1000.0);
            idle.extend(server.resident_mb());
            server.list();
            used.extend(server.resident_mb());
        }
        table.row(row("ready after start, ms", &ready, "6"));
        table.row(row("resident when idle, MB", &idle, "10"));
        table.row(row(&format!("resident after {LISTS} lists, MB"), &used, ""));
    }
    table.under(&format!(
        "The binary with the `docs` fixture, over {STARTS} starts"
    ))
}

fn row(figure: &str, values: &[f64], aim: &str) -> [String; 5] {
    let lowest = values.iter().copied().reduce(f64::min);
    let shown = lowest.map_or_else(
        || ["not measured".to_owned(), String::new(), String::new()],
        |lowest| {
            let highest = values.iter().copied().fold(lowest, f64::max);
            [median(values), lowest, highest].map(decimals)
        },
    );
    let [median, lowest, highest] = shown;
    [figure.to_owned(), median, lowest, highest, aim.to_owned()]
}

/// A running server. Dropping it ends the process.
pub struct Server {
    process: Child,
    port_file: PathBuf,
    address: SocketAddr,
}

impl Server {
    /// Returns after the first 200 of the readiness probe.
    pub fn start(number: u32, arguments: &[&str]) -> Self {
        let name = format!("nova-images-bench-{}-{number}.port", std::process::id());
        let port_file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let process = Command::new(env!("CARGO_BIN_EXE_nova-images"))
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .arg("--port-file")
            .arg(&port_file)
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut server = Self {
            process,
            port_file,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        };
        server.wait_until_ready();
        server
    }

    fn wait_until_ready(&mut self) {
        let started = now();
        while !self.is_ready() {
            let ended = self.process.try_wait().expect("a child can be asked");
            assert_eq!(ended, None, "the binary ended before it was ready");
            assert!(started.elapsed() < PATIENCE, "the binary is never ready");
            pause(GRAIN);
        }
    }

    fn is_ready(&mut self) -> bool {
        let port = std::fs::read_to_string(&self.port_file);
        let Some(port) = port.ok().and_then(|text| text.trim().parse().ok()) else {
            return false;
        };
        self.address.set_port(port);
        let probe = Request::repeated(self.address, "/_control/health/ready", "*/*");
        fetch(self.address, &probe).is_ok_and(|answer| answer.status == 200)
    }

    fn list(&self) {
        let target = "/v2/openstack/images/detail";
        let request = Request::repeated(self.address, target, "application/json");
        let body = crate::listed(self.address, &request, DOCS_IMAGES);
        crate::client::Single::new(self.address, &request, body.len()).drive(LISTS);
    }

    pub fn resident_mb(&self) -> Option<f64> {
        resident_mb(self.process.id())
    }
}

/// What a process takes, in megabytes (10^6 bytes), where the operating system tells.
#[cfg(target_os = "linux")]
pub fn resident_mb(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u32 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(f64::from(kibibytes) * 1024.0 / 1_000_000.0)
}

#[cfg(not(target_os = "linux"))]
pub fn resident_mb(_: u32) -> Option<f64> {
    None
}

/// Images of the `docs` fixture that the project `openstack` sees.
const DOCS_IMAGES: u32 = 7;

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_file(&self.port_file);
    }
}
