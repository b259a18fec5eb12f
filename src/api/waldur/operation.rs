//! The names of Waldur's operations.

use super::routes::Route;
use crate::domain::Operation;
use crate::http::{Head, Method};

const LIST: Operation = Operation::named("waldur.openstack_images.list");
const SHOW: Operation = Operation::named("waldur.openstack_images.show");
const USAGE: Operation = Operation::named("waldur.openstack_images.usage_stats");
const OPTIONS: Operation = Operation::named("waldur.openstack_images.options");
const PREFLIGHT: Operation = Operation::named("waldur.preflight");
const UNROUTED: Operation = Operation::named("waldur.unrouted");

/// All of them.
pub const OPERATIONS: [Operation; 6] = [LIST, SHOW, USAGE, OPTIONS, PREFLIGHT, UNROUTED];

/// The stable name of what a request does to a route, or to none.
pub fn name(route: Option<&Route>, head: &Head) -> Operation {
    match route {
        _ if is_preflight(head) => PREFLIGHT,
        Some(_) if head.method() == Method::OPTIONS => OPTIONS,
        Some(Route::List) => LIST,
        Some(Route::UsageStats) => USAGE,
        Some(Route::Detail(_)) => SHOW,
        None => UNROUTED,
    }
}

/// Whether a browser asks what another origin may ask.
pub fn is_preflight(head: &Head) -> bool {
    head.method() == Method::OPTIONS && head.header_bytes("access-control-request-method").is_some()
}
