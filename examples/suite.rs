//! Tests as a suite of yours would have them in `tests/`: a server each, or a space each in one for all.
//!
//! ```sh
//! cargo test --example suite
//! ```

#![cfg_attr(not(test), allow(dead_code, unused_imports, reason = "all is a test"))]
#![allow(
    clippy::expect_used,
    reason = "a suite without its server has nothing to test"
)]

mod client;

use nova_images::{Emulator, Fixture};

#[test]
fn lists_images() -> Result<(), Box<dyn std::error::Error>> {
    let nova = Emulator::builder().fixture(Fixture::docs()?).start()?;
    let url = format!("{}/v2.1/openstack/images?limit=1", nova.url());
    assert!(client::get(&url)?.contains("fakeimage123456"));
    Ok(())
}

mod in_a_space_each {
    use super::client;
    use nova_images::{Emulator, Fault, Fixture, Matching, Space};
    use std::error::Error;
    use std::sync::OnceLock;

    /// A cloud for a test, in one server for all of them: they run side by side and never meet.
    fn cloud(test: &str) -> Result<Space, Box<dyn Error>> {
        static NOVA: OnceLock<Emulator> = OnceLock::new();
        let start = || Emulator::builder().start().expect("a free port");
        let space = NOVA.get_or_init(start).make_space(test);
        Ok(space.fixture(Fixture::named("devcloud")?).make()?)
    }

    /// What is tested here: a client that asks once more when Nova is busy.
    fn images(cloud: &Space) -> Result<String, Box<dyn Error>> {
        let url = format!("{}/v2.1/images/detail", cloud.url());
        match client::ask("GET", &url, &[], "")? {
            (503, _) => Ok(client::get(&url)?),
            (_, list) => Ok(list),
        }
    }

    #[test]
    fn asks_once_more() -> Result<(), Box<dyn Error>> {
        let cloud = cloud("asks-once-more")?;
        let busy = Fault::on("nova.images.detail").status(503);
        cloud.faults().add(busy.times(1))?;
        assert!(images(&cloud)?.contains("ACTIVE"));
        let detail = Matching::operation("nova.images.detail");
        cloud.requests().verify(2, detail);
        Ok(())
    }

    #[test]
    fn gives_up() -> Result<(), Box<dyn Error>> {
        let cloud = cloud("gives-up")?;
        let busy = Fault::on("nova.images.detail").status(503);
        cloud.faults().add(busy)?;
        assert!(images(&cloud).is_err());
        cloud.requests().verify(2, Matching::all().status(503));
        Ok(())
    }
}

fn main() {
    println!("These are tests: cargo test --example suite");
}
