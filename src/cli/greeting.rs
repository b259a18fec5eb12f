//! What is printed once the server answers: where it is, and lines to try it with that work when they
//! are pasted.

use super::tour::{Account, Tour};
use crate::config::{AuthMode, Profile};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt;

/// What may not stand in a part of a path as it is.
const PART: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The base URL, lines to try it with, and what clients sign in with.
pub struct Greeting<'t> {
    /// Where it listens, as it was told.
    pub listens_on: String,
    /// What clients begin their URLs with.
    pub base: String,
    /// Keystone's own listener.
    pub identity: Option<String>,
    /// Glance's own listener.
    pub image: Option<String>,
    /// The control API's own listener.
    pub control: Option<String>,
    /// Whether the lines need a token.
    pub auth: AuthMode,
    /// Which server it is.
    pub profile: Profile,
    /// What the catalogue calls the region.
    pub region: &'t str,
    /// What there is to see.
    pub tour: &'t Tour,
}

impl fmt::Display for Greeting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { base, tour, .. } = self;
        writeln!(f, "nova-images listens on {}", self.listens_on)?;
        writeln!(f)?;
        writeln!(f, "  curl -s {}", quoted(&format!("{base}/")))?;
        for line in self.lists() {
            writeln!(f, "  {line}")?;
        }
        if let Some(owners) = &tour.owners {
            writeln!(f)?;
            writeln!(f, "  owners of the images: {owners}")?;
        }
        let own = [("Keystone", &self.identity), ("Glance", &self.image)];
        for (service, url) in own {
            if let Some(url) = url {
                writeln!(f)?;
                writeln!(f, "  {service} also listens on {url}")?;
            }
        }
        if let Some(url) = &self.control {
            writeln!(f)?;
            writeln!(f, "  the control API listens on {url}")?;
        }
        if let Some(account) = &tour.account {
            writeln!(f)?;
            for line in self.exports(account) {
                writeln!(f, "  export {line}")?;
            }
        }
        Ok(())
    }
}

impl Greeting<'_> {
    /// Lines that list images. In strict mode there is none without a token.
    fn lists(&self) -> Vec<String> {
        let token = match (self.auth, &self.tour.token) {
            (AuthMode::Strict, None) => return Vec::new(),
            (AuthMode::Strict, Some(token)) => {
                format!(" -H {}", always_quoted(&format!("X-Auth-Token: {token}")))
            }
            _ => String::new(),
        };
        let list = quoted(&self.list_url()).into_owned();
        let mut lines = vec![format!("curl -s{token} {list}")];
        if matches!(self.profile, Profile::Default | Profile::Juno) {
            lines.push(format!(
                "curl -s{token} -H 'Accept: application/xml' {list}"
            ));
        }
        lines
    }

    fn list_url(&self) -> String {
        let base = &self.base;
        let project = self.tour.project_id.as_deref().unwrap_or("demo");
        // Nova 34 takes nothing else for a project, and needs none at /v2.1.
        let is_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if self.profile == Profile::Nova34 && !project.bytes().all(is_hex) {
            return format!("{base}/v2.1/images/detail");
        }
        let project = utf8_percent_encode(project, PART);
        format!("{base}/v2/{project}/images/detail")
    }

    /// The environment of clients: of today, or of Juno's time.
    fn exports(&self, account: &Account) -> Vec<String> {
        let set = |name: &str, value: &str| format!("{name}={}", quoted(value));
        let who = [
            set("OS_USERNAME", &account.user),
            set("OS_PASSWORD", &account.password),
        ]
        .join(" ");
        let region = set("OS_REGION_NAME", self.region);
        if self.profile == Profile::Juno {
            let url = set("OS_AUTH_URL", &format!("{}/v2.0", self.base));
            let tenant = set("OS_TENANT_NAME", &account.project);
            return vec![format!("{url} {who} {tenant} {region}")];
        }
        let url = set("OS_AUTH_URL", &format!("{}/v3", self.base));
        let project = set("OS_PROJECT_NAME", &account.project);
        let user_domain = set("OS_USER_DOMAIN_NAME", &account.user_domain);
        let project_domain = set("OS_PROJECT_DOMAIN_NAME", &account.project_domain);
        vec![
            format!("{url} OS_IDENTITY_API_VERSION=3 {region}"),
            format!("{who} {project}"),
            format!("{user_domain} {project_domain}"),
        ]
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/@%+=,".contains(c);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(always_quoted(word)),
    }
}

fn always_quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}
