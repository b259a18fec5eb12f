//! The same as typed calls.

use super::{ABSENT, IMAGE};
use crate::harness::{Server, builder};
use nova_images::{End, Fixture, Matching};
use std::time::Duration;

fn panic_of(act: impl FnOnce() + std::panic::UnwindSafe) -> String {
    let panicked = std::panic::catch_unwind(act).unwrap_err();
    *panicked.downcast::<String>().unwrap()
}

#[test]
fn entries_are_typed() {
    let server = Server::with("docs");
    let target = format!("/v2/openstack/images/{IMAGE}?a=b");
    let answer = server.get_with(&target, &[("X-Auth-Token", "admin-token")]);
    let entries = server.emulator().requests().list();
    let [entry] = entries.as_slice() else {
        panic!("{entries:?}")
    };
    assert_eq!(entry.number(), 1);
    assert_eq!(entry.at(), server.emulator().clock().now());
    assert!(entry.duration() < Duration::from_secs(10));
    assert_eq!(
        (entry.service(), entry.operation().as_str()),
        ("nova", "nova.images.show")
    );
    assert_eq!((entry.method(), &*entry.target()), ("GET", &*target));
    assert_eq!(entry.path(), target.trim_end_matches("?a=b"));
    assert_eq!(
        (entry.image(), entry.project()),
        (Some(IMAGE), Some("openstack"))
    );
    let mut sent = entry.request_headers();
    assert!(sent.any(|(name, value)| name == "x-auth-token" && value == "***"));
    assert!(
        entry
            .answer_headers()
            .any(|(name, _)| name == "content-type")
    );
    assert_eq!(entry.request_body().length, 0);
    assert_eq!(entry.answer_body().text(), Some(&*answer.text()));
    assert_eq!(
        (entry.status(), entry.end(), entry.is_error()),
        (Some(200), End::Whole, false)
    );
    assert_eq!(
        entry.request_id(),
        answer.header("x-compute-request-id").as_deref()
    );
    assert_eq!((entry.why(), entry.fault()), (None, None));
    let shown = format!("#1 GET {target}: 200 (nova.images.show)");
    assert_eq!(entry.to_string(), shown);
    let requests = server.emulator().requests();
    assert_eq!(requests.to_string(), format!("{shown}\n"));
    // It is there, whatever becomes of the journal.
    requests.clear();
    assert!(requests.list().is_empty());
    assert_eq!(entry.to_string(), shown);
}

#[test]
fn what_is_verified_and_is_not_so_panics_with_what_nearly_is() {
    let server = Server::with("docs");
    let requests = server.emulator().requests();
    assert_eq!(
        server
            .get(&format!("/v2/openstack/images/{ABSENT}"))
            .status(),
        404
    );
    let show = || Matching::operation("nova.images.show");
    requests.verify(1, show());
    requests.verify(1.., show().status(404));
    requests.verify(..=1, show().status_class(4));
    requests.verify(0, show().status(200));
    let message = panic_of(|| server_verify(&requests, 1, &show().status(200)));
    let expected = format!(
        "exactly 1 requests were to match operation nova.images.show, status 200; 0 did\n  near miss: \
         #1 GET /v2/openstack/images/{ABSENT}: 404 (nova.images.show): there is no image with this id: \
         status is 404, not 200"
    );
    assert_eq!(message, expected);
    let message = panic_of(|| server_verify(&requests, 0, &show()));
    assert!(message.contains("1 did\n  #1 GET"), "{message}");
}

fn server_verify(requests: &nova_images::Requests, times: u64, matching: &Matching) {
    requests.verify(times, matching);
}

#[test]
fn a_thread_waits_for_what_others_ask() {
    let server = Server::start(builder().fixture(Fixture::docs().unwrap()));
    let space = server.emulator().make_space("a").make().unwrap();
    let requests = space.requests();
    let index = Matching::operation("nova.images.index");
    let late = requests.wait_for(1, &index, Duration::from_millis(1));
    let late = late.unwrap_err();
    assert_eq!((late.count(), late.near_misses().len()), (0, 0));
    let late = late.to_string();
    assert!(
        late.starts_with("within 1 ms at least 1 requests"),
        "{late}"
    );
    std::thread::scope(|threads| {
        let waiting = threads.spawn(|| requests.wait_for(2, &index, Duration::from_secs(10)));
        for target in ["/v2/openstack/images", "/_space/a/v2/openstack/images"] {
            for _ in 0..2 {
                assert_eq!(server.get(target).status(), 200);
            }
        }
        assert_eq!(waiting.join().unwrap().unwrap().len(), 2);
    });
    assert_eq!(requests.count(&index), 2);
    assert_eq!(server.emulator().requests().count(&Matching::all()), 2);
    // Nobody waits for a space that is gone.
    assert!(server.emulator().remove_space("a"));
    let gone = requests.wait_for(3, &index, Duration::from_secs(10));
    assert!(gone.is_err());
    assert!(requests.list().is_empty());
}
