//! `/_control/users` and `/_control/projects`: who there is, in the form that fixtures have them in.

use super::answer::{done, failed, fault, json};
use super::route::{Ask, Route};
use super::words::{Access, Gives, Takes, Verb};
use crate::domain::Work;
use crate::http::{Reply, StatusCode};
use crate::service::{PeopleError, project_to_json, user_to_json};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

const USER: Takes = Takes::json::<UserForm>("a user, as a fixture's section `users` has it");
const USER_CHANGE: Takes =
    Takes::json::<UserChange>("an object with what is to change of the user");
const PROJECT: Takes =
    Takes::json::<ProjectForm>("a project, as a fixture's section `projects` has it");
const PROJECT_CHANGE: Takes =
    Takes::json::<ProjectChange>("an object with what is to change of the project");

/// The routes of this room.
pub const ROUTES: &[Route] = &[
    Route {
        access: Access::Watch,
        summary: "Who the users are",
        gives: &[Gives::json::<Users>(200, "All of them, without passwords")],
        ..Route::look("control.users.list", "/users", list_users)
    },
    Route {
        work: Work::Change,
        summary: "Adds a user, who can sign in at once",
        takes: Some(USER),
        gives: &[Gives::json::<UserForm>(201, "The user, without a password")],
        ..Route::change("control.users.add", Verb::Post, "/users", add_user)
    },
    Route {
        access: Access::Watch,
        summary: "Who a user is",
        gives: &[Gives::json::<UserForm>(200, "The user, without a password")],
        ..Route::look("control.users.show", "/users/{id}", show_user)
    },
    Route {
        work: Work::Change,
        summary: "Changes a user; tokens end that no longer hold",
        takes: Some(USER_CHANGE),
        gives: &[Gives::json::<UserForm>(200, "The user, without a password")],
        ..Route::change(
            "control.users.change",
            Verb::Patch,
            "/users/{id}",
            change_user,
        )
    },
    Route {
        work: Work::Change,
        summary: "Removes a user, whose tokens end with that",
        gives: &[Gives::nothing("There is no such user any more")],
        ..Route::change(
            "control.users.remove",
            Verb::Delete,
            "/users/{id}",
            remove_user,
        )
    },
    Route {
        access: Access::Watch,
        summary: "Which projects there are",
        gives: &[Gives::json::<Projects>(
            200,
            "All of them; the first is that of a caller who names none",
        )],
        ..Route::look("control.projects.list", "/projects", list_projects)
    },
    Route {
        work: Work::Change,
        summary: "Adds a project",
        takes: Some(PROJECT),
        gives: &[Gives::json::<ProjectForm>(201, "The project")],
        ..Route::change("control.projects.add", Verb::Post, "/projects", add_project)
    },
    Route {
        access: Access::Watch,
        summary: "What a project is",
        gives: &[Gives::json::<ProjectForm>(200, "The project")],
        ..Route::look("control.projects.show", "/projects/{id}", show_project)
    },
    Route {
        work: Work::Change,
        summary: "Changes a project; tokens end that no longer hold",
        takes: Some(PROJECT_CHANGE),
        gives: &[Gives::json::<ProjectForm>(200, "The project")],
        ..Route::change(
            "control.projects.change",
            Verb::Patch,
            "/projects/{id}",
            change_project,
        )
    },
    Route {
        work: Work::Change,
        summary: "Removes a project and all roles on it; its images stay",
        gives: &[Gives::nothing("There is no such project any more")],
        ..Route::change(
            "control.projects.remove",
            Verb::Delete,
            "/projects/{id}",
            remove_project,
        )
    },
];

/// A user.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "for its schema")]
struct UserForm {
    /// Each once; the name where it is missing
    id: Option<String>,
    /// Once in a domain
    name: String,
    /// The id of a domain
    domain: Option<String>,
    /// Without one nobody signs in by password
    password: Option<String>,
    /// In its place: what a dump has
    password_hash: Option<String>,
    /// Whether the user may sign in
    enabled: Option<bool>,
    /// The project of a sign-in that names none, by id or name
    default_project: Option<String>,
    /// What the user may do
    roles: Option<Vec<RoleForm>>,
}

/// What is to change of a user. What is missing stays as it is.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "for its schema")]
struct UserChange {
    /// It does not change
    id: Option<String>,
    /// Once in a domain
    name: Option<String>,
    /// The id of a domain
    domain: Option<String>,
    /// Null takes it away
    password: Option<String>,
    /// In its place: what a dump has
    password_hash: Option<String>,
    /// Whether the user may sign in
    enabled: Option<bool>,
    /// The project of a sign-in that names none, by id or name
    default_project: Option<String>,
    /// All that the user may do from now on
    roles: Option<Vec<RoleForm>>,
}

/// A role, on one of a project, a domain and the system.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "for its schema")]
struct RoleForm {
    /// Which
    role: String,
    /// By id or name
    project: Option<String>,
    /// By id
    domain: Option<String>,
    /// `all`
    system: Option<String>,
}

/// A project.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "for its schema")]
struct ProjectForm {
    /// Each once
    id: String,
    /// Once in a domain
    name: String,
    /// The id of a domain
    domain: Option<String>,
    /// Free text
    description: Option<String>,
    /// Whether a token may be scoped to it
    enabled: Option<bool>,
}

/// What is to change of a project. What is missing stays as it is.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "for its schema")]
struct ProjectChange {
    /// It does not change
    id: Option<String>,
    /// Once in a domain
    name: Option<String>,
    /// The id of a domain
    domain: Option<String>,
    /// Free text
    description: Option<String>,
    /// Whether a token may be scoped to it
    enabled: Option<bool>,
}

/// The users there are.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Users {
    #[schemars(with = "Vec<UserForm>")]
    users: Vec<Value>,
}

/// The projects there are.
#[derive(Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Projects {
    #[schemars(with = "Vec<ProjectForm>")]
    projects: Vec<Value>,
}

fn list_users(ask: &Ask<'_>) -> Reply {
    let directory = ask.app.identity.directory();
    let users = directory.users.iter().map(user_to_json).collect();
    json(StatusCode::OK, &Users { users })
}

fn show_user(ask: &Ask<'_>) -> Reply {
    let directory = ask.app.identity.directory();
    match directory.user(ask.part()) {
        Some(user) => json(StatusCode::OK, &user_to_json(user)),
        None => refused(&PeopleError::missing_user(ask.part())),
    }
}

fn add_user(ask: &Ask<'_>) -> Reply {
    match text(ask).map(|text| ask.app.add_user(&text)) {
        Ok(added) => shown(StatusCode::CREATED, added.map(|user| user_to_json(&user))),
        Err(refused) => refused,
    }
}

fn change_user(ask: &Ask<'_>) -> Reply {
    match text(ask).map(|text| ask.app.change_user(ask.part(), &text)) {
        Ok(changed) => shown(StatusCode::OK, changed.map(|user| user_to_json(&user))),
        Err(refused) => refused,
    }
}

fn remove_user(ask: &Ask<'_>) -> Reply {
    match ask.app.remove_user(ask.part()) {
        Ok(()) => done(),
        Err(error) => refused(&error),
    }
}

fn list_projects(ask: &Ask<'_>) -> Reply {
    let directory = ask.app.identity.directory();
    let projects = directory.projects.iter().map(project_to_json).collect();
    json(StatusCode::OK, &Projects { projects })
}

fn show_project(ask: &Ask<'_>) -> Reply {
    let directory = ask.app.identity.directory();
    match directory.project(ask.part()) {
        Some(project) => json(StatusCode::OK, &project_to_json(project)),
        None => refused(&PeopleError::missing_project(ask.part())),
    }
}

fn add_project(ask: &Ask<'_>) -> Reply {
    match text(ask).map(|text| ask.app.add_project(&text)) {
        Ok(added) => shown(StatusCode::CREATED, added.map(|it| project_to_json(&it))),
        Err(refused) => refused,
    }
}

fn change_project(ask: &Ask<'_>) -> Reply {
    match text(ask).map(|text| ask.app.change_project(ask.part(), &text)) {
        Ok(changed) => shown(StatusCode::OK, changed.map(|it| project_to_json(&it))),
        Err(refused) => refused,
    }
}

fn remove_project(ask: &Ask<'_>) -> Reply {
    match ask.app.remove_project(ask.part()) {
        Ok(()) => done(),
        Err(error) => refused(&error),
    }
}

/// The body, whose reader tells places in it.
fn text(ask: &Ask<'_>) -> Result<String, Reply> {
    let bytes = ask.request.body.bytes();
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|error| ask.wrong(&format!(": {error}")))?;
    match text.trim_start().starts_with('{') {
        true => Ok(text.to_owned()),
        false => Err(ask.wrong("")),
    }
}

fn shown(status: StatusCode, changed: Result<Value, PeopleError>) -> Reply {
    match changed {
        Ok(view) => json(status, &view),
        Err(error) => refused(&error),
    }
}

fn refused(error: &PeopleError) -> Reply {
    let status = match error {
        PeopleError::Wrong(_) | PeopleError::OtherId { .. } => StatusCode::BAD_REQUEST,
        PeopleError::Missing { .. } => StatusCode::NOT_FOUND,
        PeopleError::Taken { .. } | PeopleError::Needed { .. } => StatusCode::CONFLICT,
        PeopleError::Store(_) => return failed(error),
    };
    fault(status, &error.to_string())
}
