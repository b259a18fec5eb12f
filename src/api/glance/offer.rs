//! Which of Glance's APIs a profile offers: a value.

use crate::config::Profile;
use crate::http::Trust;
use crate::service::{Content, ImageRules};

/// A version that the root lists.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    /// `v2.17`
    pub id: &'static str,
    /// `CURRENT` or `SUPPORTED`.
    pub status: &'static str,
    /// The path that it is under.
    pub path: &'static str,
}

/// What a server of images is made of.
#[derive(Debug)]
pub struct Offer {
    /// API v2, and the rules that it was recorded with.
    pub v2: &'static ImageRules,
    /// API v1, if there is one, and its rules.
    pub v1: Option<&'static ImageRules>,
    /// What the root lists.
    pub versions: &'static [&'static [Version]],
    /// What links believe.
    pub trust: Trust,
    /// Whether what is not ASCII in a path is taken for Latin-1, as the real server's front end does.
    pub latin1_paths: bool,
    /// Which parameters of a list its links have.
    pub links: ListLinks,
    /// Whether API v1 takes the formats that came after it.
    pub v1_new_formats: bool,
    /// What API v2 makes of the format of data.
    pub content: Content,
    /// Whether `OPTIONS` is answered for all.
    pub answers_options: bool,
}

const fn supported(id: &'static str) -> Version {
    Version {
        id,
        status: "SUPPORTED",
        path: "v2",
    }
}

const fn old(id: &'static str) -> Version {
    Version {
        path: "v1",
        ..supported(id)
    }
}

/// Glance 33, in its order: 2.17 stands where the list of the older ones begins.
const GLANCE_33: [Version; 16] = [
    supported("v2.15"),
    supported("v2.13"),
    supported("v2.12"),
    supported("v2.11"),
    supported("v2.10"),
    supported("v2.9"),
    supported("v2.8"),
    Version {
        status: "CURRENT",
        ..supported("v2.17")
    },
    supported("v2.7"),
    supported("v2.6"),
    supported("v2.5"),
    supported("v2.4"),
    supported("v2.3"),
    supported("v2.2"),
    supported("v2.1"),
    supported("v2.0"),
];

/// Glance 2014.2.
const GLANCE_JUNO: [Version; 3] = [
    Version {
        status: "CURRENT",
        ..supported("v2.2")
    },
    supported("v2.1"),
    supported("v2.0"),
];

const V1_BESIDE: [Version; 2] = [old("v1.1"), old("v1.0")];

const V1_JUNO: [Version; 2] = [
    Version {
        status: "CURRENT",
        ..old("v1.1")
    },
    old("v1.0"),
];

const DEFAULT: Offer = Offer {
    v2: &ImageRules::GLANCE_33_FOR_USERS,
    v1: Some(&ImageRules::GLANCE_V1_FOR_USERS),
    versions: &[&GLANCE_33, &V1_BESIDE],
    trust: Trust::Scheme,
    latin1_paths: false,
    content: Content::Noted,
    v1_new_formats: true,
    links: ListLinks::Every,
    answers_options: true,
};

const OTC: Offer = Offer {
    v1: None,
    versions: &[&GLANCE_33],
    ..DEFAULT
};

const NOVA_34: Offer = Offer {
    v2: &ImageRules::GLANCE_33,
    latin1_paths: true,
    content: Content::Checked,
    links: ListLinks::LastOfEach,
    ..OTC
};

const JUNO: Offer = Offer {
    v2: &ImageRules::GLANCE_33,
    v1: Some(&ImageRules::GLANCE_V1),
    versions: &[&GLANCE_JUNO, &V1_JUNO],
    trust: Trust::WebOb,
    latin1_paths: true,
    content: Content::Noted,
    v1_new_formats: false,
    links: ListLinks::LastOfEach,
    answers_options: false,
};

impl Offer {
    /// The choice of a profile.
    pub const fn of(profile: Profile) -> &'static Self {
        match profile {
            Profile::Default => &DEFAULT,
            Profile::Juno => &JUNO,
            Profile::Nova34 => &NOVA_34,
            Profile::Otc => &OTC,
        }
    }

    /// The tree that a first part of a path names.
    pub fn tree(&self, first: &str) -> Option<Tree> {
        if first == "v2" {
            return Some(Tree::V2);
        }
        if first == "v1" && self.v1.is_some() {
            return Some(Tree::V1);
        }
        let mut versions = self.versions.iter().copied().flatten();
        match versions.find(|version| version.id == first)?.path {
            "v1" => Some(Tree::V1),
            _ => Some(Tree::V2),
        }
    }
}

/// Which parameters of a list of API v2 its links have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListLinks {
    /// All, so that they lead to the same list.
    Every,
    /// The last of each name, where the first stood: Glance, whose links may lead to another list.
    LastOfEach,
}

/// An API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tree {
    /// Today's.
    V2,
    /// That of 2014.
    V1,
}
