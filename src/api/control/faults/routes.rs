//! The routes of this room.

use super::wanted::Wanted;
use crate::api::control::answer::{done, failed, fault, json};
use crate::api::control::route::{Ask, Route};
use crate::api::control::words::{Access, Gives, Takes, Verb};
use crate::domain::Work;
use crate::http::{Reply, StatusCode};
use crate::service::FaultError;
use crate::service::faults::{FaultId, FaultReport, FaultState, PRESETS};
use schemars::JsonSchema;
use serde::Serialize;

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        access: Access::Watch,
        summary: "Which faults there are, in order, and how often each has fired",
        gives: &[Gives::json::<Listed>(200, "All of them")],
        ..Route::look("control.faults.list", "/faults", list)
    },
    Route {
        // What is to be stale is copied first.
        work: Work::Everything,
        summary: "Adds a fault, behind the others or in place of the one of its name",
        takes: Some(Takes::json::<Wanted>(
            "a fault such as {\"operation\": \"nova.images.detail\", \"status\": 503, \"count\": 3}",
        )
        .such_as(
            "{\"operation\": \"nova.images.detail\", \"status\": 503, \"count\": 3}",
        )),
        gives: &[Gives::json::<View>(201, "It is there")],
        ..Route::change("control.faults.add", Verb::Post, "/faults", add)
    },
    Route {
        summary: "Removes all faults",
        gives: &[Gives::nothing("There are none any more")],
        ..Route::change("control.faults.clear", Verb::Delete, "/faults", clear)
    },
    Route {
        summary: "Which faults are prepared by name",
        gives: &[Gives::json::<Presets>(200, "All of them")],
        ..Route::look("control.faults.presets", "/faults/presets", presets)
    },
    Route {
        summary: "Adds a fault that is prepared",
        gives: &[Gives::json::<View>(201, "It is there")],
        ..Route::change(
            "control.faults.add_preset",
            Verb::Post,
            "/faults/presets/{name}",
            add_preset,
        )
    },
    Route {
        access: Access::Watch,
        summary: "A fault, by its number or its name",
        gives: &[Gives::json::<View>(200, "It, and how often it has fired")],
        ..Route::look("control.faults.show", "/faults/{id}", show)
    },
    Route {
        summary: "Removes a fault",
        gives: &[Gives::nothing("It is gone")],
        ..Route::change(
            "control.faults.remove",
            Verb::Delete,
            "/faults/{id}",
            remove,
        )
    },
];

/// The faults there are.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Faults")]
struct Listed {
    /// In order: the first that fires wins
    faults: Vec<View>,
}

/// A fault, and what has become of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FaultReport")]
struct View {
    /// Its number in the space
    id: u64,
    /// Whether it may fire yet
    state: State,
    /// Requests that it was for
    calls: u64,
    /// Those at which it fired
    hits: u64,
    /// When it ends by itself
    #[serde(skip_serializing_if = "Option::is_none")]
    ends: Option<String>,
    #[serde(flatten)]
    fault: Wanted,
}

/// How far a fault is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "FaultState")]
enum State {
    /// It may fire
    Live,
    /// It has fired as often as it was to
    Spent,
    /// Its time is over
    Ended,
}

/// The faults that are prepared.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FaultPresets")]
struct Presets {
    presets: Vec<Prepared>,
}

/// A fault that is prepared.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "FaultPreset")]
struct Prepared {
    name: &'static str,
    /// What it does
    about: &'static str,
    /// What it is
    fault: Wanted,
}

fn list(ask: &Ask<'_>) -> Reply {
    let app = ask.app;
    let faults = app.faults.list(&app.clock).iter().map(view).collect();
    json(StatusCode::OK, &Listed { faults })
}

fn add(ask: &Ask<'_>) -> Reply {
    let fault = match ask.body::<Wanted>() {
        Ok(wanted) => wanted.fault(),
        Err(refused) => return refused,
    };
    let added = fault.map_err(FaultError::from);
    added_as(ask, added.and_then(|fault| ask.app.add_fault(fault)))
}

fn clear(ask: &Ask<'_>) -> Reply {
    ask.app.faults.clear();
    done()
}

fn presets(_: &Ask<'_>) -> Reply {
    let presets = PRESETS.map(|preset| Prepared {
        name: preset.name,
        about: preset.about,
        fault: Wanted::from(&preset.fault()),
    });
    let presets = presets.into();
    json(StatusCode::OK, &Presets { presets })
}

fn add_preset(ask: &Ask<'_>) -> Reply {
    added_as(ask, ask.app.add_preset(ask.part()))
}

fn show(ask: &Ask<'_>) -> Reply {
    let app = ask.app;
    match app.faults.find(&app.clock, ask.part()) {
        Some(report) => json(StatusCode::OK, &view(&report)),
        None => nobody(ask),
    }
}

fn remove(ask: &Ask<'_>) -> Reply {
    match ask.app.faults.remove(ask.part()) {
        true => done(),
        false => nobody(ask),
    }
}

fn nobody(ask: &Ask<'_>) -> Reply {
    let message = format!("there is no fault {:?}", ask.part());
    fault(StatusCode::NOT_FOUND, &message)
}

fn added_as(ask: &Ask<'_>, added: Result<FaultId, FaultError>) -> Reply {
    let app = ask.app;
    match added {
        Ok(id) => match app.faults.find(&app.clock, &id.to_string()) {
            Some(report) => json(StatusCode::CREATED, &view(&report)),
            None => fault(StatusCode::CONFLICT, "the fault was removed at once"),
        },
        Err(error) => refused(&error),
    }
}

fn refused(error: &FaultError) -> Reply {
    let status = match error {
        FaultError::Wrong(_) => StatusCode::BAD_REQUEST,
        FaultError::NoPreset { .. } => StatusCode::NOT_FOUND,
        FaultError::File
        | FaultError::Upstream
        | FaultError::TooManyViews
        | FaultError::TooMany(_)
        | FaultError::Removed => StatusCode::CONFLICT,
        FaultError::Store(_) => return failed(error),
    };
    fault(status, &error.to_string())
}

fn view(report: &FaultReport) -> View {
    View {
        id: report.id.number(),
        state: match report.state {
            FaultState::Live => State::Live,
            FaultState::Spent => State::Spent,
            FaultState::Ended => State::Ended,
        },
        calls: report.calls,
        hits: report.hits,
        ends: report.ends.map(|end| end.to_string()),
        fault: Wanted::from(&*report.fault),
    }
}
