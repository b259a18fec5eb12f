//! Time, and what many measurements come to.

use std::time::{Duration, Instant};

/// The one look at the clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark measures real time, which control::Clock may freeze"
)]
pub fn now() -> Instant {
    Instant::now()
}

/// Waits for a process, which has no other way to say that it got further.
#[expect(
    clippy::disallowed_methods,
    reason = "another process is waited for: there is no clock to drive"
)]
pub fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// The value in the middle. Of an even number, the mean of the two; of none, NaN.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.as_slice() {
        [] => f64::NAN,
        odd if odd.len() % 2 == 1 => odd[middle],
        even => f64::midpoint(even[middle - 1], even[middle]),
    }
}

/// The latency that so many hundredths of the requests did not exceed.
pub fn percentile(latencies: &mut [Duration], percent: usize) -> Duration {
    let rank = (latencies.len() * percent / 100).min(latencies.len().saturating_sub(1));
    if latencies.is_empty() {
        return Duration::ZERO;
    }
    *latencies.select_nth_unstable(rank).1
}
