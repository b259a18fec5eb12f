//! How property tests beside the code run.

use proptest::test_runner::{Config, RngSeed};

/// So many cases, the same at every run, unless `PROPTEST_RNG_SEED` says otherwise. Nothing is written to
/// disk.
pub fn cases(cases: u32) -> Config {
    let default = Config::default();
    let rng_seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(8774),
        chosen @ RngSeed::Fixed(_) => chosen,
    };
    Config {
        cases,
        rng_seed,
        failure_persistence: None,
        ..default
    }
}
