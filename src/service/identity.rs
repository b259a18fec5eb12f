//! Sign-in as far as the facades need it: who does a token stand for.

use crate::domain::{Caller, Directory};
use std::collections::HashMap;

/// The role whose holders see and do more.
const ADMIN: &str = "admin";

/// Knows the fixture's directory and its fixed tokens.
#[derive(Debug)]
pub struct Identity {
    directory: Directory,
    fixed: HashMap<String, Caller>,
}

impl Identity {
    /// Over a directory.
    #[must_use]
    pub fn new(directory: Directory) -> Self {
        let fixed = directory
            .tokens
            .iter()
            .map(|token| {
                let user = directory.user(&token.user_id);
                let is_admin = token.project_id.as_deref().is_some_and(|project| {
                    user.is_some_and(|user| user.has_role_on_project(ADMIN, project))
                });
                let caller = Caller {
                    user_id: Some(token.user_id.clone()),
                    project_id: token.project_id.clone(),
                    is_admin,
                };
                (token.id.clone(), caller)
            })
            .collect();
        Self { directory, fixed }
    }

    /// Who the token stands for, when it is known and lives.
    #[must_use]
    pub fn authenticate(&self, token: &str) -> Option<Caller> {
        self.fixed.get(token).cloned()
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The project of a caller who names none in open mode.
    #[must_use]
    pub fn default_project_id(&self) -> &str {
        self.directory
            .default_project()
            .map_or("demo", |project| &project.id)
    }
}
