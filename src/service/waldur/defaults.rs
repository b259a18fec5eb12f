//! What Waldur knows when a fixture does not say: one cloud, and in it a tenant for every project.

use super::naming::uuid_of;
use crate::control::Fixture;
use crate::domain::identity::Target;
use crate::domain::sibling::{
    WaldurCustomer, WaldurOffering, WaldurRole, WaldurSettings, WaldurTenant, WaldurUser,
    WaldurVolume,
};
use crate::domain::{Directory, Instance, WaldurData};

/// The role that makes a user of the directory a member of Waldur's staff.
const ADMIN: &str = "admin";

/// The data, and which token stands for which user (by place in the list).
pub fn derive(
    fixture: &Fixture,
    name_of_image: &dyn Fn(&str) -> Option<String>,
) -> (WaldurData, Vec<(String, usize)>) {
    let directory = &fixture.directory;
    let cloud = WaldurSettings {
        uuid: uuid_of("settings", "OpenStack"),
        name: "OpenStack".to_owned(),
        kind: "OpenStack".to_owned(),
        shared: true,
    };
    let data = WaldurData {
        customers: customers(directory),
        tenants: tenants(directory, &cloud.uuid),
        images: Vec::new(),
        offerings: vec![WaldurOffering {
            uuid: uuid_of("offering", "OpenStack"),
            scope: Some(cloud.uuid.clone()),
        }],
        users: users(directory),
        volumes: fixture
            .instances
            .iter()
            .filter_map(|instance| volume(instance, name_of_image, &cloud.uuid))
            .collect(),
        settings: vec![cloud],
    };
    let tokens = directory.tokens.iter().filter_map(|token| {
        let user = directory
            .users
            .iter()
            .position(|user| user.id == token.user_id)?;
        Some((token.id.clone(), user))
    });
    let tokens = tokens.collect();
    (data, tokens)
}

fn customers(directory: &Directory) -> Vec<WaldurCustomer> {
    let customers = directory.projects.iter().map(|project| WaldurCustomer {
        uuid: uuid_of("customer", &project.id),
        name: project.name.clone(),
        projects: vec![project.id.clone()],
    });
    customers.collect()
}

fn tenants(directory: &Directory, cloud: &str) -> Vec<WaldurTenant> {
    let tenants = directory.projects.iter().map(|project| WaldurTenant {
        uuid: uuid_of("tenant", &project.id),
        name: project.name.clone(),
        settings: cloud.to_owned(),
        project: project.id.clone(),
    });
    tenants.collect()
}

fn users(directory: &Directory) -> Vec<WaldurUser> {
    let users = directory.users.iter().map(|user| WaldurUser {
        uuid: uuid_of("user", &user.id),
        name: user.name.clone(),
        token: String::new(),
        staff: user.grants.iter().any(|grant| grant.role == ADMIN),
        support: false,
        active: user.enabled,
        token_lifetime_seconds: None,
        token_created: None,
        roles: user
            .grants
            .iter()
            .filter_map(|grant| match &grant.target {
                Target::Project(project) => Some(WaldurRole::OfProject(project.clone())),
                Target::Domain(_) | Target::System => None,
            })
            .collect(),
    });
    users.collect()
}

/// The volume that an instance boots from.
fn volume(
    instance: &Instance,
    name_of_image: &dyn Fn(&str) -> Option<String>,
    cloud: &str,
) -> Option<WaldurVolume> {
    Some(WaldurVolume {
        settings: cloud.to_owned(),
        image_name: name_of_image(instance.image_id.as_deref()?)?,
        bootable: true,
        instance: Some(instance.id.clone()),
        runtime_state: Some(runtime_state(&instance.status).to_owned()),
    })
}

/// Waldur's word for a state of Nova: it knows them by Nova's own, except while building.
fn runtime_state(status: &str) -> &str {
    match status {
        "BUILD" => "BUILDING",
        other => other,
    }
}
