//! Which versions of Keystone a profile offers: a value.

use crate::config::{Profile, SpaceConfig};
use crate::http::Trust;

/// What differs between servers of v2.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Keystone 2014.2: a token that is not valid is refused even where none is needed.
    Juno,
    /// With v3 beside it, as in Keystone 12: such a token is not looked at there.
    BesideV3,
}

/// Which versions are offered, and what is believed of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Whether there is v3.
    pub v3: bool,
    /// Whether there is v2.0, and in which manner.
    pub v2: Option<Manner>,
    /// What links believe.
    pub trust: Trust,
    /// The region, unless the configuration says another.
    region: &'static str,
    /// Whether the catalogue's image service is where `--glance-url` says.
    pub image_follows: bool,
    /// Whether projects are the user's own where nothing else is said: a project named without its
    /// domain is looked for in the user's, and who may not list all of them is shown its own.
    pub means_own_projects: bool,
}

/// What most clouds call theirs.
const REGION: &str = "RegionOne";

impl Offer {
    /// The choice of a profile.
    pub fn of(profile: Profile) -> Self {
        match profile {
            // Keystone 12 was the last with both. Its manner of v2.0 suits clients that send an
            // old token along, and Juno's documents suit those that want XML.
            Profile::Default => Self {
                v3: true,
                v2: Some(Manner::BesideV3),
                trust: Trust::Scheme,
                region: REGION,
                image_follows: true,
                means_own_projects: false,
            },
            // Its documentation (API reference of IAM): `GET /v3/projects` is everybody's.
            Profile::Otc => Self {
                region: "eu-de",
                means_own_projects: true,
                ..Self::of(Profile::Default)
            },
            Profile::Juno => Self {
                v3: false,
                v2: Some(Manner::Juno),
                trust: Trust::WebOb,
                region: REGION,
                image_follows: false,
                means_own_projects: false,
            },
            Profile::Nova34 => Self {
                v3: true,
                v2: None,
                trust: Trust::Scheme,
                region: REGION,
                image_follows: false,
                means_own_projects: false,
            },
        }
    }

    /// What the catalogue calls the region.
    pub fn region(self, config: &SpaceConfig) -> &str {
        config.region.as_deref().unwrap_or(self.region)
    }

    /// Whether a first part of a path is Keystone's at the root that it shares with Nova.
    pub fn has_at_root(self, segment: &str) -> bool {
        (segment == "v3" && self.v3) || (segment == "v2.0" && self.v2.is_some())
    }
}
