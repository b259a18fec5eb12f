//! What of a fixture is worth showing to somebody who has just started it: a project with images, a
//! token for it, a user who may sign in, the owners.

use crate::config::AuthMode;
use crate::control::Fixture;
use crate::domain::{Directory, Password, Target, User};

/// So many owners are told by name.
const MOST_OWNERS: usize = 10;

/// What to show.
#[derive(Debug, Default)]
pub struct Tour {
    /// The project to look at, by id.
    pub project_id: Option<String>,
    /// A token that opens it, where one is needed and the fixture has one.
    pub token: Option<String>,
    /// Who may sign in.
    pub account: Option<Account>,
    /// Who owns the images, when that is not known from the manual.
    pub owners: Option<String>,
}

/// A user, with the password that only the fixture still knows.
#[derive(Debug)]
pub struct Account {
    /// The user's name.
    pub user: String,
    /// The name of the user's domain.
    pub user_domain: String,
    /// The password.
    pub password: String,
    /// The name of a project where the user has a role.
    pub project: String,
    /// The name of the project's domain.
    pub project_domain: String,
}

impl Tour {
    /// Through a fixture, of which nothing goes without saying any more.
    pub fn of(fixture: &Fixture, is_built_in: bool, auth: AuthMode) -> Self {
        let owners = fixture.owners();
        let mut project_id = match owners.first() {
            Some((owner, _)) if !is_built_in => Some((*owner).to_owned()),
            _ => fixture.default_project_id().map(str::to_owned),
        };
        let mut token = None;
        if auth == AuthMode::Strict {
            let tokens = || fixture.directory.tokens.iter();
            let opens_it = tokens().find(|token| token.project_id == project_id);
            let opens_any = || tokens().find(|token| token.project_id.is_some());
            if let Some(found) = opens_it.or_else(opens_any) {
                project_id.clone_from(&found.project_id);
                token = Some(found.id.clone());
            }
        }
        Self {
            account: Account::of(&fixture.directory, project_id.as_deref()),
            owners: (!is_built_in && !owners.is_empty()).then(|| told(&owners, fixture)),
            project_id,
            token,
        }
    }
}

fn told(owners: &[(&str, usize)], fixture: &Fixture) -> String {
    let shown = owners.iter().take(MOST_OWNERS).map(|(owner, count)| {
        let project = fixture.directory.project(owner);
        match project.filter(|project| project.name != *owner) {
            Some(project) => format!("{} {owner} ({count})", project.name),
            None => format!("{owner} ({count})"),
        }
    });
    let mut shown: Vec<_> = shown.collect();
    if owners.len() > MOST_OWNERS {
        shown.push(format!("and {} more", owners.len() - MOST_OWNERS));
    }
    shown.join(", ")
}

impl Account {
    /// The first user with a password and a role on the project; else on any.
    fn of(directory: &Directory, project_id: Option<&str>) -> Option<Self> {
        let users = || directory.users.iter().filter(|user| user.enabled);
        let first = |project_id| users().find_map(|user| Self::on(directory, user, project_id));
        project_id
            .and_then(|id| first(Some(id)))
            .or_else(|| first(None))
    }

    fn on(directory: &Directory, user: &User, project_id: Option<&str>) -> Option<Self> {
        let project = user.grants.iter().find_map(|grant| match &grant.target {
            Target::Project(id) if project_id.is_none_or(|wanted| wanted == id) => {
                directory.project(id).filter(|project| project.enabled)
            }
            _ => None,
        })?;
        let domain = |id: &str| {
            let domain = directory.domain(id);
            domain.map_or_else(|| id.to_owned(), |domain| domain.name.clone())
        };
        Some(Self {
            user: user.name.clone(),
            user_domain: domain(&user.domain_id),
            password: match user.password.as_ref()? {
                Password::Clear(text) => text.clone(),
                Password::Hash(_) => return None,
            },
            project: project.name.clone(),
            project_domain: domain(&project.domain_id),
        })
    }
}
