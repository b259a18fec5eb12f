//! Use cases over a whole emulator's data, without a facade.
#![allow(clippy::unwrap_used)]

use super::{App, ImageRules};
use crate::config::Config;
use crate::control::{Clock, Fixture, Ids};
use crate::domain::{Caller, ImageTexts, TextMaker};

const NO_TEXTS: TextMaker = TextMaker {
    version: 1,
    make: |_| ImageTexts::default(),
};

fn app(fixture: Fixture) -> App {
    let (clock, ids) = (Clock::real(), Ids::seeded(1));
    App::open(Config::default(), fixture, clock, ids, NO_TEXTS)
        .unwrap()
        .0
}

#[test]
fn a9_deleting_an_unknown_id_leaves_the_generation() {
    let app = app(Fixture::docs().unwrap());
    let before = app.images.generation();
    for rules in [ImageRules::GLANCE_V1, ImageRules::NOVA_FAKE] {
        let caller = Caller::member_of("openstack");
        app.images.delete(&caller, &rules, "unknown").unwrap_err();
    }
    assert_eq!(app.images.generation(), before);
}
