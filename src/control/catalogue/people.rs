//! The projects and users of a catalogue.

use super::dice::Dice;
use crate::domain::{Directory, Grant, IdentityDomain, Password, Project, Target, User};

/// Images of a project, on average.
const IMAGES_OF_A_PROJECT: u64 = 150;

/// The fewest projects, and the most.
const PROJECTS: (u64, u64) = (4, 400);

/// How many projects have a user of their own.
const USERS: usize = 20;

/// Everybody's password.
const PASSWORD: &str = "secret";

const FIELDS: [&str; 12] = [
    "research",
    "web",
    "data",
    "analytics",
    "payments",
    "platform",
    "security",
    "mobile",
    "media",
    "genomics",
    "climate",
    "robotics",
];

const STAGES: [&str; 4] = ["prod", "staging", "dev", "test"];

/// Who there is in a catalogue of so many images. The first project is that of the images which the cloud
/// offers.
pub fn directory(images: u64, seed: u64) -> Directory {
    let dice = Dice::of(seed ^ 0x7072_6f6a_6563_7473);
    let (least, most) = PROJECTS;
    let others = (images / IMAGES_OF_A_PROJECT).clamp(least, most);
    let project = |name: String| Project {
        id: dice.hexadecimal::<16>(),
        name,
        domain_id: IdentityDomain::implied().id,
        description: String::new(),
        enabled: true,
    };
    let mut projects = vec![project("cloud-images".to_owned())];
    for number in 1..=others {
        let field = dice.pick(&FIELDS).copied().unwrap_or_default();
        let stage = dice.pick(&STAGES).copied().unwrap_or_default();
        projects.push(project(format!("{field}-{stage}-{number}")));
    }
    let grant = |role: &str, target: Target| Grant {
        target,
        role: role.to_owned(),
    };
    let user = |name: String, default: &Project, grants: Vec<Grant>| User {
        id: dice.hexadecimal::<16>(),
        name,
        domain_id: IdentityDomain::implied().id,
        password: Some(Password::Clear(PASSWORD.to_owned())),
        enabled: true,
        default_project: Some(default.id.clone()),
        grants,
    };
    let everywhere = projects.iter().map(|it| Target::Project(it.id.clone()));
    let everything = [Target::System, Target::Domain(IdentityDomain::implied().id)];
    let admin = everywhere.chain(everything).map(|it| grant("admin", it));
    let mut users = Vec::new();
    users.extend(
        projects
            .first()
            .map(|first| user("admin".to_owned(), first, admin.collect())),
    );
    for project in projects.iter().skip(1).take(USERS) {
        let member = grant("member", Target::Project(project.id.clone()));
        users.push(user(
            format!("{}-user", project.name),
            project,
            vec![member],
        ));
    }
    Directory {
        domains: vec![IdentityDomain::implied()],
        projects,
        users,
        tokens: Vec::new(),
    }
}
