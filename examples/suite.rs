//! A test against a server of its own, as a suite of yours would have it in `tests/`.
//!
//! ```sh
//! cargo test --example suite
//! ```

#![cfg_attr(not(test), allow(dead_code, unused_imports, reason = "all is a test"))]

mod client;

use nova_images::{Emulator, Fixture};

#[test]
fn lists_images() -> Result<(), Box<dyn std::error::Error>> {
    let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    let url = format!("{}/v2.1/openstack/images?limit=1", nova.url());
    assert!(client::get(&url)?.contains("fakeimage123456"));
    Ok(())
}

fn main() {
    println!("This is a test: cargo test --example suite");
}
