//! Who asks.

/// The identity that a request carries after sign-in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The user's id; open mode without a token knows none.
    pub user_id: Option<String>,
    /// The project that the token is scoped to.
    pub project_id: Option<String>,
    /// Whether the role `admin` is among the caller's roles.
    pub is_admin: bool,
}

impl Caller {
    /// A plain member of a project.
    #[must_use]
    pub fn member_of(project_id: impl Into<String>) -> Self {
        Self {
            user_id: None,
            project_id: Some(project_id.into()),
            is_admin: false,
        }
    }

    /// Whether `owner` is this caller's project.
    #[must_use]
    pub fn owns(&self, owner: Option<&str>) -> bool {
        owner.is_some() && owner == self.project_id.as_deref()
    }
}
