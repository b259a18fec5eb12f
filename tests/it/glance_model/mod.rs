//! Random calls of three projects and an administrator, by Glance's two APIs and by Nova's, against a
//! model that holds the images in a vector and knows the rules as sentences. After every call all
//! agree on who sees what, what it looks like, what it holds, and what is refused.
//!
//! `GLANCE_MODEL_CASES` asks for more cases of a hundred calls on average.

mod filter;
mod nova;
mod request;
mod v1;
mod v2;
mod values;
mod world;

use crate::harness::{Server, builder};
use crate::pictures::cases;
use nova_images::{AuthMode, Clock, Fixture, Timestamp};
use proptest::prelude::*;
use request::Call;
use serde_json::json;
use world::{CALLERS, Caller, PROJECTS, World};

/// One call by somebody.
#[derive(Debug, Clone)]
struct Step {
    caller: Caller,
    target: prop::sample::Index,
    act: Act,
}

#[derive(Debug, Clone)]
enum Act {
    V2(v2::V2),
    V1(v1::V1),
    Nova(nova::Nova),
}

impl Act {
    fn call(&self) -> &dyn Call {
        match self {
            Self::V2(call) => call,
            Self::V1(call) => call,
            Self::Nova(call) => call,
        }
    }

    /// The id that it is about: of an image, or for a new one.
    fn id(&self, world: &World, index: usize) -> String {
        let is_new = match self {
            Self::V2(call) => call
                .makes()
                .is_some_and(|known| !known || index >= world.pictures.len()),
            Self::V1(call) => call.makes(),
            Self::Nova(_) => false,
        };
        if is_new {
            world.next_id()
        } else {
            world.id(index)
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let act = prop_oneof![
        5 => v2::call().prop_map(Act::V2),
        3 => v1::call().prop_map(Act::V1),
        2 => nova::call().prop_map(Act::Nova),
    ];
    let caller = prop::sample::select(CALLERS.to_vec());
    (caller, any::<prop::sample::Index>(), act).prop_map(|(caller, target, act)| Step {
        caller,
        target,
        act,
    })
}

fn fixture() -> Fixture {
    let names = ["alpha", "beta", "gamma", "admin"];
    let each = || names.iter().zip(PROJECTS);
    let role = |name: &str| if name == "admin" { "admin" } else { "member" };
    let text = json!({
        "images": [],
        "projects": each().map(|(name, id)| json!({"id": id, "name": name})).collect::<Vec<_>>(),
        "users": each().map(|(name, id)| json!({"name": name,
            "roles": [{"project": id, "role": role(name)}]})).collect::<Vec<_>>(),
        "tokens": each().map(|(name, id)| json!({"id": format!("{name}-token"),
            "user": name, "project": id})).collect::<Vec<_>>(),
    });
    Fixture::parse("generated", &text.to_string()).unwrap()
}

/// Makes a call, and compares its answer with what the model says.
fn check(server: &Server, world: &mut World, caller: Caller, index: usize, act: &Act) {
    let call = act.call();
    let id = act.id(world, index);
    let response = call.request(caller, &id).send(server, caller);
    let before = world.pictures.get(index).cloned();
    let (status, body) = call.expect(world, caller, index);
    let told = || {
        format!(
            "{act:#?}\nby {caller:?}\nof {before:#?}\n{}",
            response.text()
        )
    };
    assert_eq!(response.status(), status, "{}", told());
    if status < 300 && !body.is_null() {
        assert_eq!(call.read(&response), body, "{}", told());
    }
}

fn run(steps: &[Step]) {
    let start = Timestamp::parse_rfc3339(&world::time(0)).unwrap();
    let clock = Clock::frozen(start);
    let builder = builder().fixture(fixture()).auth(AuthMode::Strict);
    let server = Server::start(builder.clock(clock.clone()));
    let mut world = World::default();
    for step in steps {
        clock.advance_seconds(1).unwrap();
        world.now += 1;
        // One index beyond the last: no image.
        let index = step.target.index(world.pictures.len() + 1);
        check(&server, &mut world, step.caller, index, &step.act);
        let admin = CALLERS[3];
        check(&server, &mut world, admin, index, &Act::V2(v2::V2::Show));
        check(&server, &mut world, admin, index, &Act::V1(v1::V1::Show));
    }
    for caller in CALLERS {
        for index in 0..world.pictures.len() {
            check(&server, &mut world, caller, index, &Act::V2(v2::V2::Show));
            check(
                &server,
                &mut world,
                caller,
                index,
                &Act::V2(v2::V2::Members),
            );
            check(
                &server,
                &mut world,
                caller,
                index,
                &Act::V1(v1::V1::Members),
            );
            check(
                &server,
                &mut world,
                caller,
                index,
                &Act::V1(v1::V1::Download),
            );
            check(
                &server,
                &mut world,
                caller,
                index,
                &Act::Nova(nova::Nova::Show),
            );
        }
        check(&server, &mut world, caller, 0, &Act::Nova(nova::Nova::List));
    }
}

fn how_many() -> u32 {
    let asked = std::env::var("GLANCE_MODEL_CASES").ok();
    asked.map_or(50, |cases| cases.parse().unwrap())
}

proptest! {
    #![proptest_config(cases(how_many()))]

    #[test]
    fn all_apis_agree(steps in prop::collection::vec(step(), 1..=200)) {
        run(&steps);
    }
}
