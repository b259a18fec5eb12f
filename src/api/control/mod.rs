//! The control API under `/_control`: what a test harness asks of the emulator itself.
//!
//! Each space has one: the clock and the reset are the space's. Spaces are made and removed at the root.

mod answer;
mod clock;
mod exposition;
mod faults;
mod fixtures;
mod gate;
mod health;
mod image_form;
mod images;
mod metrics;
mod openapi;
mod own;
mod pages;
mod people;
mod requests;
mod reset;
mod route;
mod snapshots;
mod spaces;
mod table;
mod transitions;
mod words;
mod wrong;

pub use faults::brought as fault_of_request;
pub use gate::Door;

use crate::config::ServerConfig;
use crate::domain::{Operation, Plan};
use crate::http::{Head, Refusal, Reply, Request, StatusCode};
use crate::service::{App, Spaces};
use answer::fault;
use gate::Barred;
use route::{Ask, Handler};
use table::Found;
use words::Access;

const UNROUTED: Operation = Operation::named("control.unrouted");

/// Every operation there is.
pub fn operations() -> impl Iterator<Item = Operation> {
    let routes = table::ROUTES.iter().copied().flatten();
    routes.map(|route| route.operation).chain([UNROUTED])
}

/// All routes, described by `OpenAPI` 3.1.
#[cfg(feature = "cli")]
pub fn document() -> serde_json::Value {
    let routes = table::ROUTES.iter().copied().flatten();
    openapi::document(routes, "/_control")
}

/// Where a request belongs.
#[derive(Clone, Debug)]
pub struct Placed {
    found: Found,
    door: Door,
}

/// What a request is about, which came through a listener of a server.
#[must_use]
pub fn plan(config: &ServerConfig, head: &Head, door: Door) -> (Plan, Placed) {
    let found = table::find(head);
    let plan = match &found {
        Found::Route { route, .. } => match enter(config, head, route.access, &door) {
            Ok(()) => route.plan(),
            // Nothing is read of whoever is turned away.
            Err(_) => Plan::of(route.operation),
        },
        Found::WrongMethod(_) | Found::Nothing => Plan::of(UNROUTED),
    };
    (plan, Placed { found, door })
}

/// Answers a request as it was placed, in one of the spaces.
#[must_use]
pub fn answer(spaces: &Spaces, app: &App, request: &Request, placed: &Placed) -> Reply {
    let (head, config) = (&request.head, &*app.server);
    let reply = match admitted(spaces, app, request, placed) {
        Ok(ask) => match ask.route.handler {
            Handler::Now(handler) => handler(&ask),
            Handler::Waits(_) => route::waits_elsewhere(&ask),
        },
        Err(refused) => refused,
    };
    pages::shown(config, head, reply)
}

/// Answers a request whose answer may have to be waited for.
pub async fn wait(spaces: &Spaces, app: &App, request: &Request, placed: &Placed) -> Reply {
    let (head, config) = (&request.head, &*app.server);
    let reply = match admitted(spaces, app, request, placed) {
        Ok(ask) => match ask.route.handler {
            Handler::Now(handler) => handler(&ask),
            Handler::Waits(handler) => handler(&ask).await,
        },
        Err(refused) => refused,
    };
    pages::shown(config, head, reply)
}

/// What a handler is asked, or the answer to whoever does not get that far.
fn admitted<'a>(
    spaces: &'a Spaces,
    app: &'a App,
    request: &'a Request,
    placed: &'a Placed,
) -> Result<Ask<'a>, Reply> {
    let (head, config) = (&request.head, &*app.server);
    if pages::asks_first(config, head) {
        return Err(pages::may_ask());
    }
    let Placed { found, door } = placed;
    let access = match found {
        Found::Route { route, .. } => route.access,
        Found::WrongMethod(_) | Found::Nothing => Access::Look,
    };
    if let Err(barred) = enter(config, head, access, door) {
        return Err(answer::barred(barred));
    }
    match found {
        Found::Route { route, parts } => {
            own::check(app, route)?;
            Ok(Ask {
                spaces,
                app,
                request,
                door: *door,
                route,
                routes: table::ROUTES,
                parts,
            })
        }
        Found::WrongMethod(allowed) => Err(wrong_method(allowed)),
        Found::Nothing => {
            let refused = fault(StatusCode::NOT_FOUND, "there is no such control");
            Err(refused)
        }
    }
}

/// The gate: health is everybody's.
fn enter(config: &ServerConfig, head: &Head, access: Access, door: &Door) -> Result<(), Barred> {
    match access {
        Access::Anybody => Ok(()),
        Access::Look => gate::open(config, door),
        Access::Watch => {
            gate::open(config, door)?;
            gate::watch(config, door, head)
        }
        Access::Change => {
            gate::open(config, door)?;
            gate::change(config, door, head)
        }
    }
}

/// Words an error that comes from outside.
#[must_use]
pub fn refuse(refusal: &Refusal) -> Reply {
    fault(refusal.status, &refusal.message)
}

fn wrong_method(allowed: &str) -> Reply {
    fault(
        StatusCode::METHOD_NOT_ALLOWED,
        "this method is not known here",
    )
    .with("allow", allowed.to_owned())
}
