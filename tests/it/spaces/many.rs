//! Two hundred spaces at once, each against a model of its own.

use super::{ADMIN, IMAGE, within};
use crate::golden::client::Client;
use crate::harness::{NOW, builder};
use crate::pictures::cases;
use nova_images::{Emulator, Fault, Fixture, Matching, Space, Timestamp};
use proptest::prelude::*;
use std::time::Duration;

const SPACES: usize = 200;

/// Clients at the same time, each with spaces that are its own.
const CLIENTS: usize = 4;

/// What is done to a space.
#[derive(Clone, Copy, Debug)]
enum Step {
    Paint(u16),
    Look,
    Advance(u16),
    Break,
    Mend,
    Save,
    Restore,
    Reset,
    /// It is removed, and made again under its name.
    MakeAgain,
    ForgetRequests,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u16>().prop_map(Step::Paint),
        4 => Just(Step::Look),
        2 => (1..5000_u16).prop_map(Step::Advance),
        2 => Just(Step::Break),
        1 => Just(Step::Mend),
        1 => Just(Step::Save),
        2 => Just(Step::Restore),
        1 => Just(Step::Reset),
        1 => Just(Step::MakeAgain),
        1 => Just(Step::ForgetRequests),
    ]
}

/// What a space must be.
#[derive(Clone, Debug, Default)]
struct Model {
    colour: Option<u16>,
    seconds: u64,
    is_broken: bool,
    requests: u64,
    saved: Option<(Option<u16>, u64)>,
}

impl Model {
    fn take(&mut self, step: Step) {
        match step {
            Step::Paint(colour) => {
                self.colour = Some(colour);
                self.requests += 1;
            }
            Step::Look => self.requests += 1,
            Step::Advance(seconds) => self.seconds += u64::from(seconds),
            Step::Break => self.is_broken = true,
            Step::Mend => self.is_broken = false,
            Step::Save => self.saved = Some((self.colour, self.seconds)),
            Step::Restore => {
                if let Some((colour, seconds)) = self.saved {
                    (self.colour, self.seconds) = (colour, seconds);
                }
            }
            Step::Reset => {
                let saved = self.saved;
                *self = Self {
                    saved,
                    ..Self::default()
                };
            }
            Step::MakeAgain => *self = Self::default(),
            Step::ForgetRequests => self.requests = 0,
        }
    }
}

fn name(place: usize) -> String {
    format!("space-{place}")
}

fn space(nova: &Emulator, place: usize) -> Space {
    nova.space(&name(place)).unwrap()
}

fn ask(client: &mut Client, method: &str, place: usize, path: &str, body: &str) -> (u16, String) {
    let headers = ADMIN.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let target = within(&name(place), path);
    let body = (!body.is_empty()).then_some(body.as_bytes());
    let answer = client.send(method, &target, &headers, body).unwrap();
    (answer.status, answer.text())
}

fn carry_out(nova: &Emulator, client: &mut Client, place: usize, step: Step) {
    let here = space(nova, place);
    match step {
        Step::Paint(colour) => {
            let path = format!("/v2/openstack/images/{IMAGE}/metadata/colour");
            let body = format!(r#"{{"meta": {{"colour": "{place} {colour}"}}}}"#);
            let (status, text) = ask(client, "PUT", place, &path, &body);
            assert_eq!(status, 200, "{text}");
        }
        // Every step is followed by a look.
        Step::Look => _ = look(client, place),
        Step::Advance(seconds) => {
            let seconds = Duration::from_secs(seconds.into());
            here.clock().advance(seconds).unwrap();
        }
        Step::Break => {
            let fault = Fault::on("nova.images.show").named("broken").status(503);
            here.faults().add(fault).unwrap();
        }
        Step::Mend => _ = here.faults().clear(),
        Step::Save => _ = here.snapshot("then").unwrap(),
        Step::Restore => {
            if !here.snapshots().is_empty() {
                here.restore("then").unwrap();
            }
        }
        Step::Reset => here.reset().unwrap(),
        Step::MakeAgain => {
            assert!(nova.remove_space(&name(place)));
            nova.make_space(name(place)).make().unwrap();
        }
        Step::ForgetRequests => here.requests().clear(),
    }
}

fn look(client: &mut Client, place: usize) -> (u16, String) {
    let path = format!("/v2/openstack/images/{IMAGE}");
    ask(client, "GET", place, &path, "")
}

fn check(nova: &Emulator, client: &mut Client, place: usize, model: &mut Model) {
    let (status, text) = look(client, place);
    model.requests += 1;
    assert_eq!(status, if model.is_broken { 503 } else { 200 }, "{text}");
    if let (200, Some(colour)) = (status, model.colour) {
        assert!(text.contains(&format!("\"{place} {colour}\"")), "{text}");
    } else {
        assert!(!text.contains("colour"), "{text}");
    }
    let here = space(nova, place);
    let began = Timestamp::parse_rfc3339(NOW).unwrap();
    let passed = here.clock().now().micros() - began.micros();
    assert_eq!(passed, i64::try_from(model.seconds).unwrap() * 1_000_000);
    assert_eq!(here.requests().count(&Matching::all()), model.requests);
    let faults = here.faults().list().len();
    assert_eq!(faults, usize::from(model.is_broken));
}

fn run(steps: &[(usize, Step)]) {
    let server = builder().fixture(Fixture::docs().unwrap()).workers(2);
    // The oldest would go while they are counted.
    let server = server.journal_entries(100_000).journal_bytes(1 << 30);
    let nova = server.start().unwrap();
    for place in 0..SPACES {
        nova.make_space(name(place)).make().unwrap();
    }
    std::thread::scope(|scope| {
        for own in 0..CLIENTS {
            let nova = &nova;
            scope.spawn(move || {
                let mut client = Client::new(nova.address());
                let mut models = vec![Model::default(); SPACES];
                for (place, step) in steps.iter().filter(|(place, _)| place % CLIENTS == own) {
                    let model = &mut models[*place];
                    carry_out(nova, &mut client, *place, *step);
                    model.take(*step);
                    check(nova, &mut client, *place, model);
                }
                for place in (own..SPACES).step_by(CLIENTS) {
                    check(nova, &mut client, place, &mut models[place]);
                }
            });
        }
    });
    assert_eq!(nova.spaces().len(), SPACES);
    nova.requests().verify(0, Matching::all());
}

proptest! {
    #![proptest_config(cases(2))]

    #[test]
    fn they_never_see_each_other(
        steps in proptest::collection::vec((0..SPACES, step()), 400..600),
    ) {
        run(&steps);
    }

    /// Many steps for each of few.
    #[test]
    fn nor_do_few_that_change_a_lot(
        steps in proptest::collection::vec((0..2 * CLIENTS, step()), 300..400),
    ) {
        run(&steps);
    }
}
