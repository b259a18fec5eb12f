//! The recordings of Nova 34 over Glance 33, replayed through a proxy in front of our own Glance.

use super::before;
use crate::golden::target::{Control, Target};
use crate::golden::{self, rules, run};
use crate::harness::builder;
use crate::recorded::check;
use nova_images::{AuthMode, Emulator, Fixture, Profile};
use std::rc::Rc;

/// The state is the cloud's.
struct Cloud(Rc<Emulator>);

impl Control for Cloud {
    fn reset(&self) -> Result<(), String> {
        self.0.reset().map_err(|error| error.to_string())
    }

    fn advance(&self, seconds: u64) -> Result<(), String> {
        let time = std::time::Duration::from_secs(seconds);
        let advanced = self.0.clock().advance(time);
        advanced.map_err(|error| error.to_string())
    }
}

fn replay(set: &str) {
    let dir = golden::set_dir(set);
    let cloud = builder()
        .fixture(Fixture::read(&dir.join("fixture.json")).unwrap())
        .auth(AuthMode::Strict)
        .profile(Profile::Nova34)
        .start()
        .unwrap();
    let proxy = before(&cloud, Profile::Nova34)
        .glance_url("http://glance.openstack.example.com")
        .start()
        .unwrap();
    let target = Target {
        control: Box::new(Cloud(Rc::new(cloud))),
        ..Target::new(proxy.address())
    };
    let mut report = run(&dir, rules(set), &target, false);
    report.set = format!("{set} upstream");
    check(&report);
}

#[test]
fn nova_34() {
    replay("nova-34");
}

#[test]
fn nova_34_random() {
    replay("nova-34-random");
}
