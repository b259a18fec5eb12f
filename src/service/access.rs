//! Who sees which image, and who may change it: the one place that decides.

use super::rules::{ImageRules, Writers};
use crate::domain::{Caller, GlanceStatus, Image, MemberStatus, Scope, Shares, Visibility};

/// What a list shows to the caller when the query does not ask for more.
#[must_use]
pub fn list_scope(caller: &Caller, rules: &ImageRules) -> Scope {
    Scope {
        project_id: caller.project_id.clone(),
        every_project: caller.is_admin || rules.lists_all,
        shares: Shares::MadeToViewer(MemberStatus::Accepted),
        community: (caller.is_admin && rules.admin_lists_everything) || rules.lists_all,
        hidden: Some(false),
        unlisted: false,
    }
}

/// Whether the caller may look at an image by its id. That is wider than what lists show: hidden
/// images, killed ones, community images and shares in any state can be looked at.
#[must_use]
pub fn can_see(caller: &Caller, rules: &ImageRules, image: &Image) -> bool {
    if image.status.is_deleted() {
        return caller.is_admin && rules.admin_sees_deleted;
    }
    caller.is_admin
        || rules.lists_all
        || caller.owns(image.owner.as_deref())
        || match image.visibility {
            Visibility::Public | Visibility::Community => true,
            Visibility::Shared => image
                .members
                .iter()
                .any(|member| caller.owns(Some(member.project_id.as_str()))),
            Visibility::Private => false,
        }
}

/// Whether a list of what is gone shows an image to the caller.
#[must_use]
pub fn owns_or_is_public(caller: &Caller, image: &Image) -> bool {
    caller.is_admin || caller.owns(image.owner.as_deref()) || image.visibility == Visibility::Public
}

/// Whether the caller may change an image that it sees.
#[must_use]
pub fn can_change(caller: &Caller, rules: &ImageRules, image: &Image) -> bool {
    // What waits for the scrubber is still there for whoever sees it (2014.2).
    let gone = match image.status {
        GlanceStatus::PendingDelete => !rules.admin_sees_deleted,
        status => status.is_deleted(),
    };
    !gone
        && has_writing_role(caller, rules.writers)
        && (caller.is_admin || caller.owns(image.owner.as_deref()))
}

fn has_writing_role(caller: &Caller, writers: Writers) -> bool {
    match writers {
        Writers::Anybody => true,
        // Whose roles are not known is not known to be a mere reader.
        Writers::AllButReaders => {
            caller.roles.is_empty() || caller.roles.iter().any(|role| role != "reader")
        }
        Writers::Members => caller.has_any(&["member", "manager", "admin"]),
    }
}

/// Whether the caller may write the properties of an image that it may change.
#[must_use]
pub fn can_write_properties(caller: &Caller, rules: &ImageRules, image: &Image) -> bool {
    let published = rules.public_needs_publisher && image.visibility == Visibility::Public;
    can_change(caller, rules, image) && (caller.is_admin || !published)
}
