//! Users and projects, changed by whoever runs the server.

use super::error::{PROJECT, PeopleError, USER};
use crate::control::fixture::{person, writing};
use crate::control::{Fixture, FixtureError};
use crate::domain::sibling::WaldurRole;
use crate::domain::{Directory, Project, Target, User};
use crate::service::app::App;
use serde_json::{Map, Value};

/// The form of a change: what stands in it is as it says, all else as it was.
type Patch = Map<String, Value>;

/// What tells a password.
const PASSWORDS: [&str; 2] = ["password", "password_hash"];

impl App {
    /// Adds a user in the form of a fixture's section `users`.
    ///
    /// # Errors
    /// When it is none, or there is one of its id or name.
    pub fn add_user(&self, text: &str) -> Result<User, PeopleError> {
        self.edit(|state| {
            let user = person::read_user(text, &state.directory)?;
            if let Some(known) = namesake(&state.directory, &user, None) {
                return Err(taken(USER, known.id.clone()));
            }
            state.directory.users.push(user.clone());
            Ok(user)
        })
    }

    /// Changes what a text says of a user.
    ///
    /// # Errors
    /// When there is none, or what comes of it is none.
    pub fn change_user(&self, id: &str, text: &str) -> Result<User, PeopleError> {
        let patch = patch(text)?;
        self.edit(|state| {
            let directory = &mut state.directory;
            let place = directory.users.iter().position(|user| user.id == id);
            let place = place.ok_or_else(|| PeopleError::missing_user(id))?;
            let known = directory.users.get(place);
            let known = known.ok_or_else(|| PeopleError::missing_user(id))?;
            let mut whole = writing::whole_user_to_json(known);
            if PASSWORDS.iter().any(|key| patch.contains_key(*key)) {
                let map = whole.as_object_mut().into_iter();
                map.for_each(|map| map.retain(|key, _| !PASSWORDS.contains(&key.as_str())));
            }
            let user = person::read_user(&patched(whole, patch), directory)?;
            if user.id != id {
                return Err(PeopleError::OtherId { what: USER });
            }
            if let Some(known) = namesake(directory, &user, Some(id)) {
                return Err(taken(USER, known.id.clone()));
            }
            if let Some(known) = directory.users.get_mut(place) {
                known.clone_from(&user);
            }
            Ok(user)
        })
    }

    /// Removes a user, whose tokens end with that.
    ///
    /// # Errors
    /// When there is none.
    pub fn remove_user(&self, id: &str) -> Result<(), PeopleError> {
        self.edit(|state| {
            let Directory { users, tokens, .. } = &mut state.directory;
            let before = users.len();
            users.retain(|user| user.id != id);
            if users.len() == before {
                return Err(PeopleError::missing_user(id));
            }
            tokens.retain(|token| token.user_id != id);
            Ok(())
        })
    }

    /// Adds a project in the form of a fixture's section `projects`.
    ///
    /// # Errors
    /// When it is none, or there is one of its id or name.
    pub fn add_project(&self, text: &str) -> Result<Project, PeopleError> {
        self.edit(|state| {
            let project = person::read_project(text, &state.directory)?;
            if let Some(known) = same_project(&state.directory, &project, None) {
                return Err(taken(PROJECT, known.id.clone()));
            }
            state.directory.projects.push(project.clone());
            Ok(project)
        })
    }

    /// Changes what a text says of a project.
    ///
    /// # Errors
    /// When there is none, or what comes of it is none.
    pub fn change_project(&self, id: &str, text: &str) -> Result<Project, PeopleError> {
        let patch = patch(text)?;
        self.edit(|state| {
            let directory = &mut state.directory;
            let known = directory.project(id);
            let known = known.ok_or_else(|| PeopleError::missing_project(id))?;
            let whole = patched(writing::project_to_json(known), patch);
            let project = person::read_project(&whole, directory)?;
            if project.id != id {
                return Err(PeopleError::OtherId { what: PROJECT });
            }
            if let Some(known) = same_project(directory, &project, Some(id)) {
                return Err(taken(PROJECT, known.id.clone()));
            }
            let mut projects = directory.projects.iter_mut();
            if let Some(known) = projects.find(|known| known.id == id) {
                known.clone_from(&project);
            }
            Ok(project)
        })
    }

    /// Removes a project, and the roles on it; tokens for it end with that. Its images stay.
    ///
    /// # Errors
    /// When there is none, it is the last, or instances or Waldur name it.
    pub fn remove_project(&self, id: &str) -> Result<(), PeopleError> {
        self.edit(|state| {
            if state.directory.project(id).is_none() {
                return Err(PeopleError::missing_project(id));
            }
            if let Some(why) = who_needs(state, id) {
                let id = id.to_owned();
                return Err(PeopleError::Needed { id, why });
            }
            let directory = &mut state.directory;
            directory.projects.retain(|project| project.id != id);
            for user in &mut directory.users {
                user.default_project.take_if(|default| default == id);
                let is_of = |target: &Target| matches!(target, Target::Project(of) if of == id);
                user.grants.retain(|grant| !is_of(&grant.target));
            }
            let is_of = |project: &Option<String>| project.as_deref() == Some(id);
            directory.tokens.retain(|token| !is_of(&token.project_id));
            Ok(())
        })
    }

    /// Lets `change` change what stands around the images; tokens live on that still hold.
    fn edit<T>(
        &self,
        change: impl FnOnce(&mut Fixture) -> Result<T, PeopleError>,
    ) -> Result<T, PeopleError> {
        let _exchange = self.exchange()?;
        let before = self.around();
        let mut state = before.to_fixture();
        let changed = change(&mut state)?;
        let next = self.next_around(&before, state)?;
        self.replace_around(&next);
        Ok(changed)
    }
}

fn taken(what: &'static str, id: String) -> PeopleError {
    PeopleError::Taken { what, id }
}

/// Another user of the id, or of the name in the domain.
fn namesake<'d>(directory: &'d Directory, user: &User, but: Option<&str>) -> Option<&'d User> {
    let mut users = directory.users.iter();
    users.find(|known| {
        let is_same = known.name == user.name && known.domain_id == user.domain_id;
        (known.id == user.id || is_same) && but != Some(known.id.as_str())
    })
}

fn same_project<'d>(
    directory: &'d Directory,
    project: &Project,
    but: Option<&str>,
) -> Option<&'d Project> {
    let mut projects = directory.projects.iter();
    projects.find(|known| {
        let is_same = known.name == project.name && known.domain_id == project.domain_id;
        (known.id == project.id || is_same) && but != Some(known.id.as_str())
    })
}

/// Why a project has to stay.
fn who_needs(state: &Fixture, id: &str) -> Option<String> {
    if state.directory.projects.len() == 1 {
        return Some("it is the last, and a caller who names none is of one".to_owned());
    }
    let mut instances = state.instances.iter();
    if let Some(instance) = instances.find(|instance| instance.project_id == id) {
        return Some(format!("instance {} is its", instance.name));
    }
    let waldur = state.waldur.as_ref()?;
    let mut tenants = waldur.tenants.iter();
    let mut customers = waldur.customers.iter();
    let mut roles = waldur.users.iter().flat_map(|user| &user.roles);
    let names = tenants.any(|tenant| tenant.project == id)
        || roles.any(|role| matches!(role, WaldurRole::OfProject(of) if of == id))
        || customers.any(|customer| customer.projects.iter().any(|project| project == id));
    names.then(|| "Waldur names it".to_owned())
}

/// Reads a change.
fn patch(text: &str) -> Result<Patch, FixtureError> {
    serde_json::from_str(text).map_err(|source| FixtureError::NotJson {
        name: "body".to_owned(),
        source,
    })
}

/// What a change makes of something.
fn patched(mut whole: Value, patch: Patch) -> String {
    if let Some(map) = whole.as_object_mut() {
        for (key, value) in patch {
            map.insert(key, value);
        }
    }
    whole.to_string()
}
