//! The recordings of the real servers, replayed.

use crate::golden::{self, Target};
use crate::harness::builder;
use crate::recorded;
use nova_images::{AuthMode, EmulatorBuilder, Fixture, Profile};

fn over(set: &str, profile: Profile) -> EmulatorBuilder {
    builder()
        .fixture(Fixture::read(&golden::set_dir(set).join("fixture.json")).unwrap())
        .auth(AuthMode::Strict)
        .profile(profile)
        .glance_url("http://glance.openstack.example.com")
}

fn replay(set: &str, builder: EmulatorBuilder) {
    let emulator = builder.start().unwrap();
    recorded::replay(set, &Target::new(emulator.address()));
}

#[test]
fn nova_34() {
    replay("nova-34", over("nova-34", Profile::Nova34));
}

#[test]
fn juno_docs() {
    replay("juno-docs", over("juno-docs", Profile::Juno));
}

#[test]
fn juno_glance() {
    replay("juno-glance", over("juno-glance", Profile::Juno));
}

#[test]
fn juno_ratelimit() {
    replay(
        "juno-ratelimit",
        over("juno-ratelimit", Profile::Juno).rate_limit(2),
    );
}

#[test]
fn waldur() {
    replay("waldur", over("waldur", Profile::Default));
}

#[test]
fn waldur_wide() {
    replay("waldur-wide", over("waldur-wide", Profile::Default));
}

fn replay_keystone(set: &str, profile: Profile) {
    let emulator = over(set, profile)
        .identity_listen("127.0.0.1:0")
        .start()
        .unwrap();
    let target = Target {
        identity: emulator.identity_address(),
        ..Target::new(emulator.address())
    };
    assert!(target.identity.is_some());
    recorded::replay(set, &target);
}

#[test]
fn keystone_30() {
    replay_keystone("keystone-30", Profile::Nova34);
}

#[test]
fn keystone_v2() {
    replay_keystone("keystone-v2", Profile::Juno);
}

#[test]
fn nova_34_random() {
    replay("nova-34-random", over("nova-34-random", Profile::Nova34));
}

#[test]
fn juno_docs_random() {
    replay("juno-docs-random", over("juno-docs-random", Profile::Juno));
}

#[test]
fn juno_glance_random() {
    replay(
        "juno-glance-random",
        over("juno-glance-random", Profile::Juno),
    );
}

#[test]
fn keystone_30_random() {
    replay_keystone("keystone-30-random", Profile::Nova34);
}

/// At the root of the image service's own listener everything is as under `/image`.
fn replay_alone(set: &str, profile: Profile) {
    let emulator = over(set, profile).image_listen("127.0.0.1:0").start();
    let emulator = emulator.unwrap();
    let target = Target {
        address: emulator.image_address().unwrap(),
        is_alone: true,
        ..Target::new(emulator.address())
    };
    recorded::replay(set, &target);
}

#[test]
fn glance_33_alone() {
    replay_alone("glance-33", Profile::Nova34);
}

#[test]
fn glance_v1_juno_alone() {
    replay_alone("glance-v1-juno", Profile::Juno);
}

#[test]
fn glance_33() {
    replay("glance-33", over("glance-33", Profile::Nova34));
}

#[test]
fn glance_v1_juno() {
    replay("glance-v1-juno", over("glance-v1-juno", Profile::Juno));
}
