//! `/_control/snapshots`: the whole state under a name, to go back to.

use super::answer::{done, failed, fault, json};
use super::route::{Ask, Route};
use super::words::{Gives, Verb};
use crate::domain::Work;
use crate::http::{Reply, StatusCode};
use crate::service::{SnapshotError, SnapshotInfo};
use schemars::JsonSchema;
use serde::Serialize;

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        summary: "Which snapshots there are",
        gives: &[Gives::json::<Listed>(200, "All of them, by name")],
        ..Route::look("control.snapshots.list", "/snapshots", list)
    },
    Route {
        work: Work::Replace,
        summary: "Takes a snapshot of the whole state; one of this name goes",
        gives: &[Gives::json::<View>(200, "It is taken")],
        ..Route::change(
            "control.snapshots.save",
            Verb::Put,
            "/snapshots/{name}",
            save,
        )
    },
    Route {
        work: Work::Replace,
        summary: "Goes back to a snapshot: images and their data, users, tokens, ids, clock",
        gives: &[Gives::nothing("All is as it was")],
        ..Route::change(
            "control.snapshots.restore",
            Verb::Post,
            "/snapshots/{name}/restore",
            restore,
        )
    },
    Route {
        work: Work::Everything,
        summary: "Removes a snapshot",
        gives: &[Gives::nothing("It is gone")],
        ..Route::change(
            "control.snapshots.remove",
            Verb::Delete,
            "/snapshots/{name}",
            remove,
        )
    },
];

/// The snapshots there are.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Listed {
    snapshots: Vec<View>,
    /// Those of the folder that cannot be read
    damaged: Vec<Unreadable>,
}

/// A snapshot.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct View {
    name: String,
    /// When it was taken, by the clock of its space (RFC 3339)
    taken_at: String,
    /// How many images it has, deleted ones too
    images: u64,
    /// What their rows take
    bytes: u64,
}

/// A snapshot that cannot be read.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Unreadable {
    name: String,
    /// Which file, and what is wrong with it
    why: String,
}

impl View {
    fn of(info: SnapshotInfo) -> Self {
        Self {
            name: info.name,
            taken_at: info.taken_at.to_string(),
            images: info.images,
            bytes: info.bytes,
        }
    }
}

fn list(ask: &Ask<'_>) -> Reply {
    let shelf = &ask.app.snapshots;
    let unreadable = shelf.unreadable().into_iter();
    let listed = Listed {
        snapshots: shelf.list().into_iter().map(View::of).collect(),
        damaged: unreadable
            .map(|(name, why)| Unreadable { name, why })
            .collect(),
    };
    json(StatusCode::OK, &listed)
}

fn save(ask: &Ask<'_>) -> Reply {
    match ask.app.save_snapshot(ask.part()) {
        Ok(info) => json(StatusCode::OK, &View::of(info)),
        Err(error) => refused(&error),
    }
}

fn restore(ask: &Ask<'_>) -> Reply {
    match ask.app.restore_snapshot(ask.part()) {
        Ok(()) => done(),
        Err(error) => refused(&error),
    }
}

fn remove(ask: &Ask<'_>) -> Reply {
    match ask.app.snapshots.remove(ask.part()) {
        Ok(true) => done(),
        Ok(false) => refused(&SnapshotError::Missing {
            name: ask.part().to_owned(),
        }),
        Err(error) => refused(&error),
    }
}

fn refused(error: &SnapshotError) -> Reply {
    let status = match error {
        SnapshotError::Name { .. } => StatusCode::BAD_REQUEST,
        SnapshotError::Missing { .. } => StatusCode::NOT_FOUND,
        SnapshotError::TooMany { .. }
        | SnapshotError::TooMuch { .. }
        | SnapshotError::Damaged { .. }
        | SnapshotError::Version { .. } => StatusCode::CONFLICT,
        _ => return failed(error),
    };
    fault(status, &error.to_string())
}
