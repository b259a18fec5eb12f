//! The front door: which service a request is for, and that service's three doors behind one.

use super::entrance::Entrance;
use crate::api::{control, glance, keystone, nova, waldur};
use crate::domain::{Operation, Plan};
use crate::http::cache::Caches;
use crate::http::{Head, Refusal, Reply, Request};
use crate::service::{App, Spaces};
use std::cell::RefCell;

/// Where a request belongs, in the words of the service that it is for.
#[derive(Debug)]
pub enum Placed {
    /// Nova's, and whatever is nobody's.
    Nova(nova::Placed),
    /// Keystone's.
    Keystone(keystone::Placed),
    /// Glance's.
    Glance(glance::Placed),
    /// The control API's.
    Control(control::Placed),
    /// Waldur's.
    Waldur(waldur::Placed),
}

/// Every operation of every service, by its stable name: what a [`Plan`] can name.
pub fn operations() -> impl Iterator<Item = Operation> {
    nova::operations()
        .chain(keystone::operations())
        .chain(glance::operations())
        .chain(waldur::OPERATIONS)
        .chain(control::operations())
}

/// What a request is about that came through a listener, and its head as its service sees it.
pub fn plan(app: &App, entrance: Entrance, head: Head) -> (Head, Plan, Placed) {
    match service(app, entrance, &head) {
        (Service::Waldur, prefix) => {
            let head = head.mounted_under(prefix);
            let (plan, placed) = waldur::plan(app, &head);
            (head, plan, Placed::Waldur(placed))
        }
        (Service::Keystone, prefix) => {
            let head = head.mounted_under(prefix);
            let (plan, placed) = keystone::plan(app, &head, entrance.for_keystone());
            (head, plan, Placed::Keystone(placed))
        }
        (Service::Glance(door), prefix) => {
            let head = head.mounted_under(prefix);
            let (plan, placed) = glance::plan(app, &head, door);
            (head, plan, Placed::Glance(placed))
        }
        (Service::Control(door), prefix) => {
            let head = head.mounted_under(prefix);
            let (plan, placed) = control::plan(&app.server, &head, door);
            (head, plan, Placed::Control(placed))
        }
        (Service::Nova, prefix) => {
            let head = head.mounted_under(prefix);
            let (plan, placed) = nova::plan(app, &head);
            (head, plan, Placed::Nova(placed))
        }
    }
}

/// Answers a request whose body has been read as its plan says, in one of the spaces.
pub fn answer(
    spaces: &Spaces,
    app: &App,
    caches: &RefCell<Caches>,
    request: &Request,
    placed: &Placed,
) -> Reply {
    match placed {
        Placed::Nova(placed) => nova::answer(app, caches, request, placed),
        Placed::Keystone(placed) => keystone::answer(app, request, placed),
        Placed::Control(placed) => control::answer(spaces, app, request, placed),
        Placed::Glance(placed) => glance::answer(app, caches, request, placed),
        Placed::Waldur(placed) => waldur::answer(app, &request.head, placed),
    }
}

/// Answers a request that moves the data of an image. Where the plan says so its body is a stream, of
/// which may be read as much as is wanted; the rest is read past.
pub async fn transfer(
    spaces: &Spaces,
    app: &App,
    caches: &RefCell<Caches>,
    request: &mut Request,
    placed: &Placed,
) -> Reply {
    match placed {
        Placed::Glance(placed) => glance::transfer(app, caches, request, placed).await,
        Placed::Control(placed) => control::wait(spaces, app, request, placed).await,
        Placed::Nova(_) | Placed::Keystone(_) | Placed::Waldur(_) => {
            answer(spaces, app, caches, request, placed)
        }
    }
}

/// Answers a request for which another service has to be asked.
pub async fn ask(
    spaces: &Spaces,
    app: &App,
    caches: &RefCell<Caches>,
    request: &Request,
    placed: &Placed,
) -> Reply {
    match placed {
        Placed::Nova(placed) => nova::ask(app, caches, request, placed).await,
        Placed::Keystone(placed) => keystone::ask(app, request, placed).await,
        Placed::Glance(_) | Placed::Control(_) | Placed::Waldur(_) => {
            answer(spaces, app, caches, request, placed)
        }
    }
}

/// Words an error that comes from outside as the service of a request words its own.
pub fn refuse(app: &App, head: &Head, placed: &Placed, refusal: &Refusal) -> Reply {
    let reply = match placed {
        Placed::Nova(placed) => nova::refuse(app, head, placed, refusal),
        Placed::Keystone(placed) => keystone::refuse(app, head, placed, refusal),
        Placed::Glance(placed) => glance::refuse(app, head, placed, refusal),
        Placed::Control(_) => control::refuse(refusal),
        Placed::Waldur(placed) => waldur::refuse(app, head, placed, refusal),
    };
    reply.because(refusal.message.clone())
}

/// The services behind the one port.
enum Service {
    Nova,
    Keystone,
    Glance(glance::Door),
    Control(control::Door),
    Waldur,
}

/// The service of a request, and the path that it is mounted under.
fn service(app: &App, entrance: Entrance, head: &Head) -> (Service, &'static str) {
    let profile = app.config.profile;
    // Images of a real cloud have a Glance of their own, and no Waldur yet.
    let is_ours = app.upstream.is_none();
    let first = head.path().first();
    let door = match entrance {
        Entrance::Identity { .. } => return (Service::Keystone, ""),
        Entrance::Image { shared_port } => {
            return (Service::Glance(glance::Door::Own { shared_port }), "");
        }
        Entrance::Control(door) => {
            let is_mounted = first == Some("_control");
            let prefix = if is_mounted { "/_control" } else { "" };
            return (Service::Control(door), prefix);
        }
        Entrance::Shared(door) => door,
    };
    if is_ours && waldur::owns(head) {
        return (Service::Waldur, "");
    }
    match first {
        Some("identity") => (Service::Keystone, "/identity"),
        Some(first) if keystone::has_at_root(profile, first) => (Service::Keystone, ""),
        Some("image") if is_ours => (Service::Glance(glance::Door::Shared), "/image"),
        Some("_control") => (Service::Control(door), "/_control"),
        Some("compute") => (Service::Nova, "/compute"),
        _ => (Service::Nova, ""),
    }
}
