//! What a server mounts.

use super::juno::{JUNO, JUNO_FOR_USERS, JUNO_OVER_FAKE};
use super::otc::{OTC_V2, OTC_V21};
use super::v21::{COMPAT, V21, V21_FOR_USERS};
use super::{Dialect, documents};
use crate::config::Profile;
use crate::service::App;

/// A tree and where it stands.
pub struct Mount {
    /// The first segment of the path.
    pub version: &'static str,
    /// How the tree answers; nothing: it is switched off.
    pub dialect: Option<&'static Dialect>,
}

/// What a server mounts, and what its root says.
pub struct Mounts {
    /// The trees.
    pub trees: &'static [Mount],
    /// How the root, the choices and anything in front of the trees answer.
    pub root: &'static Dialect,
}

/// A tree under the name that its document gives it.
const fn mount(dialect: &'static Dialect) -> Mount {
    mount_as(dialect.document.path, dialect)
}

const fn mount_as(version: &'static str, dialect: &'static Dialect) -> Mount {
    Mount {
        version,
        dialect: Some(dialect),
    }
}

const fn disabled(version: &'static str) -> Mount {
    Mount {
        version,
        dialect: None,
    }
}

static FOR_USERS: Mounts = Mounts {
    trees: &[
        mount(&JUNO_FOR_USERS),
        mount_as("v1.1", &JUNO_FOR_USERS),
        mount(&V21_FOR_USERS),
    ],
    root: &JUNO_FOR_USERS,
};

static JUNO_SERVER: Mounts = Mounts {
    trees: &[
        mount(&JUNO),
        mount_as("v1.1", &JUNO),
        disabled(documents::V21.path),
        disabled("v3"),
    ],
    root: &JUNO,
};

static JUNO_SERVER_OVER_FAKE: Mounts = Mounts {
    trees: &[
        mount(&JUNO_OVER_FAKE),
        mount_as("v1.1", &JUNO_OVER_FAKE),
        disabled(documents::V21.path),
        disabled("v3"),
    ],
    root: &JUNO_OVER_FAKE,
};

static NOVA_34: Mounts = Mounts {
    trees: &[mount(&COMPAT), mount(&V21)],
    root: &V21,
};

static OTC: Mounts = Mounts {
    trees: &[mount(&OTC_V2), mount(&OTC_V21)],
    root: &OTC_V21,
};

impl Mounts {
    /// What an emulator mounts.
    pub fn of(app: &App) -> &'static Self {
        match app.config.profile {
            Profile::Default => &FOR_USERS,
            Profile::Juno if app.is_over_nova_fake() => &JUNO_SERVER_OVER_FAKE,
            Profile::Juno => &JUNO_SERVER,
            Profile::Nova34 => &NOVA_34,
            Profile::Otc => &OTC,
        }
    }
}
