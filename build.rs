//! Has the linker put next to each other what a start of the command runs, if the linker can.
//!
//! What runs of a program is read into memory by pieces of 64 KiB: functions that stand alone in theirs cost
//! megabytes. The command works without it just as well.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The functions, in the words of a linker.
const FUNCTIONS: &str = "src/start/functions.ld";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={FUNCTIONS}");
    println!("cargo::rerun-if-env-changed=RUSTFLAGS");
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|found| found == value);
    let is_wanted = env::var_os("CARGO_FEATURE_CLI").is_some()
        && is("CARGO_CFG_TARGET_OS", "linux")
        && is("PROFILE", "release");
    if !is_wanted {
        return;
    }
    let Some(out) = env::var_os("OUT_DIR").map(PathBuf::from) else {
        return;
    };
    // Cargo keeps what this says, and knows of this folder alone where it is once all has been moved.
    let functions = out.join("functions.ld");
    if fs::copy(FUNCTIONS, &functions).is_err() {
        return;
    }
    let argument = format!("-Wl,-T,{}", functions.display());
    if links(&argument, &out) {
        println!("cargo::rustc-link-arg-bin=nova-images={argument}");
        // What is measured is to be what is run.
        println!("cargo::rustc-link-arg-benches={argument}");
    }
}

/// Whether a program can be linked with this argument, by all that this build links with: there are linkers
/// that have no such scripts.
fn links(argument: &str, out: &Path) -> bool {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let (Some(rustc), Some(target)) = (variable("RUSTC"), variable("TARGET")) else {
        return false;
    };
    let nothing = out.join("nothing.rs");
    if fs::write(&nothing, "fn main() {}\n").is_err() {
        return false;
    }
    let mut command = Command::new(rustc);
    command
        .arg(nothing)
        .args(["--target", &target, "--out-dir"])
        .arg(out);
    if let Some(linker) = variable("RUSTC_LINKER") {
        command.arg(format!("-Clinker={linker}"));
    }
    if let Some(flags) = variable("CARGO_ENCODED_RUSTFLAGS") {
        command.args(flags.split('\x1f'));
    }
    command.arg(format!("-Clink-arg={argument}"));
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
