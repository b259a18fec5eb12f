//! What is printed once the server answers: where it is, and lines to try it with.

use crate::config::{AuthMode, Profile};
use crate::control::Fixture;
use crate::domain::Target;
use crate::emulator::Emulator;
use std::fmt;

/// The base URL, lines to try it with, and what clients sign in with.
pub struct Greeting<'e> {
    /// What answers.
    pub emulator: &'e Emulator,
    /// Whether the lines need a token.
    pub auth: AuthMode,
    /// Which server it is.
    pub profile: Profile,
    /// Who may sign in.
    pub sign_in: Option<&'e SignIn>,
}

impl fmt::Display for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.emulator.url();
        let project = self.emulator.default_project_id();
        let token = match (self.auth, self.emulator.example_token()) {
            (AuthMode::Strict, Some(token)) => format!(" -H 'X-Auth-Token: {token}'"),
            _ => String::new(),
        };
        let list = format!("{url}/v2/{project}/images/detail");
        writeln!(f, "nova-images listens on {url}")?;
        writeln!(f)?;
        writeln!(f, "  curl -s {url}/")?;
        writeln!(f, "  curl -s{token} {list}")?;
        if matches!(self.profile, Profile::Default | Profile::Juno) {
            writeln!(f, "  curl -s{token} -H 'Accept: application/xml' {list}")?;
        }
        if let Some(sign_in) = self.sign_in {
            writeln!(f)?;
            for line in sign_in.exports(&url, self.profile) {
                writeln!(f, "{line}")?;
            }
        }
        Ok(())
    }
}

/// A user of a fixture, with the password that only the fixture still knows.
pub struct SignIn {
    user: String,
    password: String,
    project: String,
}

impl SignIn {
    /// The first user with a password and a role on a project.
    pub fn of(fixture: &Fixture) -> Option<Self> {
        let directory = &fixture.directory;
        directory.users.iter().find_map(|user| {
            let project = user.grants.iter().find_map(|grant| match &grant.target {
                Target::Project(id) => directory.project(id),
                Target::Domain(_) | Target::System => None,
            })?;
            Some(Self {
                user: user.name.clone(),
                password: user.password.clone()?,
                project: project.name.clone(),
            })
        })
    }

    /// The environment of clients: of today, or of Juno's time.
    fn exports(&self, url: &str, profile: Profile) -> Vec<String> {
        let Self {
            user,
            password,
            project,
        } = self;
        let account = format!("OS_USERNAME={user} OS_PASSWORD={password}");
        let region = "OS_REGION_NAME=RegionOne";
        match profile {
            Profile::Juno => vec![format!(
                "  export OS_AUTH_URL={url}/v2.0 {account} OS_TENANT_NAME={project} {region}"
            )],
            Profile::Default | Profile::Nova34 | Profile::Otc => vec![
                format!("  export OS_AUTH_URL={url}/v3 OS_IDENTITY_API_VERSION=3 {region}"),
                format!("  export {account} OS_PROJECT_NAME={project}"),
                "  export OS_USER_DOMAIN_NAME=Default OS_PROJECT_DOMAIN_NAME=Default".to_owned(),
            ],
        }
    }
}
