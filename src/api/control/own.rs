//! What there is nothing of where images and people are a real cloud's.

use super::answer::fault;
use super::route::Route;
use super::{fixtures, images, people, snapshots, transitions};
use crate::http::{Reply, StatusCode};
use crate::service::App;

/// The rooms that show and change a space's own images and people.
const ROOMS: &[&[Route]] = &[
    fixtures::ROUTES,
    people::ROUTES,
    snapshots::ROUTES,
    images::ROUTES,
    transitions::ROUTES,
];

/// Lets pass who asks a space for what is its own.
///
/// # Errors
/// The answer where that is a real cloud's.
pub fn check(app: &App, route: &Route) -> Result<(), Reply> {
    let mut routes = ROOMS.iter().copied().flatten();
    if app.upstream.is_none() || !routes.any(|other| other.operation == route.operation) {
        return Ok(());
    }
    let why =
        "images and people are a real cloud's (--upstream-url): ask its own services for them";
    Err(fault(StatusCode::CONFLICT, why))
}
