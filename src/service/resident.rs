//! What the process takes of the machine's memory.

/// Resident memory in bytes, where the operating system tells (Linux).
#[must_use]
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    of_status(&status)
}

fn of_status(status: &str) -> Option<u64> {
    let mut lines = status.lines();
    let line = lines.find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::of_status;

    #[test]
    fn it_stands_in_a_line_of_its_own() {
        let status = "VmPeak:\t  200 kB\nVmRSS:\t     100 kB\n";
        assert_eq!(of_status(status), Some(102_400));
        assert_eq!(of_status("VmRSS:\tmuch kB\n"), None);
        assert_eq!(of_status(""), None);
    }
}
