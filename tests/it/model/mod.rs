//! Random sequences of calls by several callers, in both formats, against a model that holds the
//! images in a vector and knows the rules as sentences. Nothing may differ: who sees what, what an
//! image looks like, what a page holds, what is refused and why.

mod act;
mod answer;
mod rules;

use crate::harness::{Response, Server, builder};
use crate::listing::queries::encoded;
use crate::pictures::{CALLERS, Caller, Picture, cases, fixture, pictures};
use act::{Act, Step, Target, body, step};
use answer::{Answer, Shape, read};
use nova_images::{AuthMode, Clock, Profile, Timestamp};
use proptest::prelude::*;
use rules::{JUNO_FOR_USERS, NOVA_34, Rules};

/// When the clock starts to stand, in the pictures' milliseconds.
const START: i64 = 20_000;

/// The images as they must be by now.
struct World {
    rules: &'static Rules,
    pictures: Vec<Picture>,
    now: i64,
}

impl World {
    /// What a call must answer; carries it out.
    fn expect(&mut self, step: &Step) -> Answer {
        let caller = step.caller;
        match &step.act {
            Act::Advance(seconds) => {
                self.now += i64::from(*seconds) * 1000;
                Answer::Empty
            }
            Act::List { detail, query } => {
                let query = query.resolve(&self.pictures);
                match (self.rules.list)(&self.pictures, caller, &query) {
                    Err(status) => Answer::Fault(status, None),
                    Ok(page) if *detail => {
                        let rows = page.rows.iter().map(|picture| self.rules.detail(picture));
                        Answer::Images(rows.collect())
                    }
                    Ok(page) => {
                        let rows = page.rows.iter().map(|picture| Rules::entry(picture));
                        Answer::Images(rows.collect())
                    }
                }
            }
            Act::On(target, act) => {
                if let Some(refused) = self.rules.refuses_body(act) {
                    return refused;
                }
                let id = target.id(&self.pictures);
                let (rules, now) = (self.rules, self.now);
                let mut pictures = self.pictures.iter_mut();
                match pictures.find(|picture| picture.id == id) {
                    Some(picture) if picture.can_be_shown(caller, rules.admin_sees_deleted) => {
                        rules.act(picture, caller, act, now)
                    }
                    _ => Answer::Fault(404, Some("Image not found.".to_owned())),
                }
            }
        }
    }
}

/// The request of a step.
fn send(server: &Server, rules: &Rules, world: &[Picture], step: &Step) -> Response {
    let caller: Caller = step.caller;
    let base = format!("/{}/{}/images", rules.version, caller.project);
    let accept = if step.xml && rules.xml {
        "application/xml"
    } else {
        "application/json"
    };
    let mut headers = vec![("X-Auth-Token", caller.token), ("Accept", accept)];
    let (method, target, content) = match &step.act {
        Act::Advance(_) => unreachable!("the clock is no request"),
        Act::List { detail, query } => {
            let suffix = if *detail { "/detail" } else { "" };
            let query = encoded(&query.resolve(world));
            ("GET", format!("{base}{suffix}{query}"), String::new())
        }
        Act::On(target, act) => {
            let (method, path) = act.method_and_path();
            let target = format!("{base}/{}{path}", target.id(world));
            let (content_type, content) = body(act, step.xml_body && rules.xml);
            if !content.is_empty() {
                headers.push(("Content-Type", content_type));
            }
            (method, target, content)
        }
    };
    server.send(method, &target, &headers, &content)
}

fn shape(step: &Step) -> Shape {
    match &step.act {
        Act::List { detail: true, .. } => Shape::Details,
        Act::List { detail: false, .. } => Shape::Entries,
        Act::On(_, act) => act.shape(),
        Act::Advance(_) => Shape::Empty,
    }
}

fn run(rules: &'static Rules, profile: Profile, pictures: Vec<Picture>, steps: &[Step]) {
    let clock = Clock::frozen(Timestamp::parse_rfc3339(&crate::pictures::time(START)).unwrap());
    let server = Server::start(
        builder()
            .fixture(fixture(&pictures))
            .auth(AuthMode::Strict)
            .profile(profile)
            .clock(clock.clone()),
    );
    let mut world = World {
        rules,
        pictures,
        now: START,
    };
    for (index, step) in steps.iter().enumerate() {
        if let Act::Advance(seconds) = step.act {
            clock.advance_seconds(seconds).unwrap();
            world.expect(step);
            continue;
        }
        let response = send(&server, rules, &world.pictures, step);
        let before = world.pictures.clone();
        let expected = world.expect(step);
        let xml = step.xml && rules.xml;
        let found = read(&response, shape(step), xml);
        assert!(
            expected.fits(&found, xml),
            "step {index}: {step:#?}\nof {before:#?}\nexpected {expected:#?}\nfound {found:#?}"
        );
    }
    // Whatever happened, everybody sees just what is left.
    for caller in CALLERS {
        for picture in &world.pictures.clone() {
            let step = Step {
                caller,
                xml: false,
                xml_body: false,
                act: Act::On(Target::Id(picture.id.clone()), act::OnImage::Show),
            };
            let response = send(&server, rules, &world.pictures, &step);
            let found = read(&response, Shape::Detail, false);
            let expected = world.expect(&step);
            assert!(expected.fits(&found, false), "{expected:#?}\n{found:#?}");
        }
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn juno_for_users(
        pictures in pictures(8),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        run(&JUNO_FOR_USERS, Profile::Default, pictures, &steps);
    }

    #[test]
    fn nova_34(
        pictures in pictures(8),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        run(&NOVA_34, Profile::Nova34, pictures, &steps);
    }
}
