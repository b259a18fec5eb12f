//! Roles: who holds which, and what they imply.

use crate::domain::{Directory, Target, TokenScope, User};

/// What each role implies, since Keystone's release Stein; `manager` came with 2023.2.
const IMPLIED: [(&str, &str); 3] = [
    ("admin", "manager"),
    ("manager", "member"),
    ("member", "reader"),
];

/// The roles with all that they imply, each once.
#[must_use]
pub fn with_implied(roles: &[String]) -> Vec<String> {
    let mut all = roles.to_vec();
    let mut next = 0;
    while let Some(role) = all.get(next) {
        let implied = IMPLIED.iter().find(|(holder, _)| holder == role);
        if let Some((_, implied)) = implied
            && !all.iter().any(|known| known == implied)
        {
            all.push((*implied).to_owned());
        }
        next += 1;
    }
    all
}

/// The roles that Keystone makes itself, and lets nobody change.
const OWN: [&str; 5] = ["admin", "manager", "member", "reader", "service"];

/// Whether Keystone made a role itself.
#[must_use]
pub fn is_own(role: &str) -> bool {
    OWN.contains(&role)
}

/// Every role that there is: those that Keystone makes itself, and those that somebody holds.
#[must_use]
pub fn all(directory: &Directory) -> Vec<String> {
    let mut roles: Vec<String> = OWN.map(str::to_owned).into();
    for grant in directory.users.iter().flat_map(|user| &user.grants) {
        if !roles.contains(&grant.role) {
            roles.push(grant.role.clone());
        }
    }
    roles
}

/// The roles that the user was given in the scope.
pub fn granted(user: &User, scope: &TokenScope) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for grant in &user.grants {
        let here = match (&grant.target, scope) {
            (Target::Project(id), TokenScope::Project { project, .. }) => *id == project.id,
            (Target::Domain(id), TokenScope::Domain(domain)) => *id == domain.id,
            (Target::System, TokenScope::System) => true,
            _ => false,
        };
        if here && !roles.contains(&grant.role) {
            roles.push(grant.role.clone());
        }
    }
    roles
}

#[cfg(test)]
mod tests {
    use super::with_implied;

    #[test]
    fn a_role_implies_the_weaker_ones_once() {
        let of = |roles: &[&str]| {
            let roles: Vec<String> = roles.iter().map(|role| (*role).to_owned()).collect();
            with_implied(&roles).join(" ")
        };
        assert_eq!(of(&["admin"]), "admin manager member reader");
        assert_eq!(of(&["member", "reader"]), "member reader");
        assert_eq!(of(&["reader", "member"]), "reader member");
        assert_eq!(of(&["swift"]), "swift");
    }
}
