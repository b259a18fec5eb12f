//! The routes of this room.

use super::filter::{FollowQuery, RequestFilter, RequestQuery};
use super::look::ListedRequests;
use super::shown::ShownRequest;
use super::tally::{RequestCount, RequestTally, VerifyRequests};
use super::wait::WaitForRequests;
use super::{follow, look, wait};
use crate::api::control::route::Route;
use crate::api::control::words::{Access, Gives, Takes, Verb, query_of};
use crate::domain::Work;

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        access: Access::Watch,
        work: Work::Everything,
        summary: "What was asked, and what was answered",
        query: Some(query_of::<RequestQuery>),
        gives: &[Gives::json::<ListedRequests>(200, "Those that match")],
        ..Route::look("control.requests.list", "/requests", look::list)
    },
    Route {
        summary: "Forgets all requests",
        gives: &[Gives::nothing("They are forgotten")],
        ..Route::change(
            "control.requests.clear",
            Verb::Delete,
            "/requests",
            look::clear,
        )
    },
    Route {
        access: Access::Watch,
        work: Work::Everything,
        summary: "How many requests match",
        query: Some(query_of::<RequestFilter>),
        gives: &[Gives::json::<RequestCount>(200, "So many")],
        ..Route::look("control.requests.count", "/requests/count", look::count)
    },
    Route {
        access: Access::Watch,
        summary: "Requests as they come, as server-sent events: `request`, or `lost` for what came too fast",
        query: Some(query_of::<FollowQuery>),
        gives: &[Gives::other(
            200,
            follow::EVENTS,
            "Behind `Last-Event-ID`, `since`, or now",
        )],
        ..Route::wait(
            "control.requests.follow",
            Verb::Get,
            "/requests/follow",
            follow::follow,
        )
    },
    Route {
        access: Access::Watch,
        verb: Verb::Post,
        work: Work::Everything,
        summary: "Whether requests match as often as they are to; if not, which nearly did",
        takes: Some(Takes::json::<VerifyRequests>(
            "an object with maybe \"at_least\", \"at_most\" or \"exactly\", and \"matching\"",
        )),
        gives: &[
            Gives::json::<RequestCount>(200, "They do"),
            Gives::json::<RequestTally>(409, "They do not"),
        ],
        ..Route::look("control.requests.verify", "/requests/verify", look::verify)
    },
    Route {
        access: Access::Watch,
        summary: "Waits until so many requests match",
        takes: Some(Takes::json::<WaitForRequests>(
            "an object with maybe \"at_least\", \"matching\" and \"timeout_ms\"",
        )),
        gives: &[
            Gives::json::<RequestCount>(200, "They do"),
            Gives::json::<RequestTally>(409, "They did not in time"),
        ],
        ..Route::wait(
            "control.requests.wait",
            Verb::Post,
            "/requests/wait",
            wait::wait,
        )
    },
    Route {
        access: Access::Watch,
        summary: "One request, with its bodies",
        gives: &[Gives::json::<ShownRequest>(200, "It")],
        ..Route::look("control.requests.show", "/requests/{number}", look::show)
    },
];
