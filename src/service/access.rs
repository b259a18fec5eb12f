//! Who sees which image, and who may change it: the one place that decides, and says why not.
//!
//! Clients get the words of the service that they ask; these are for whoever wonders why.

use super::rules::{ImageRules, Writers};
use crate::domain::{Caller, GlanceStatus, Image, MemberStatus, Scope, Shares, Visibility};
use std::fmt;

/// Why no image of an id is shown to a caller.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Hidden {
    /// No image has the id.
    #[error("there is no image with this id")]
    NoSuchImage,
    /// Its row is kept, for those who may see deleted images.
    #[error("no image with this id is visible to {viewer}: it was deleted")]
    Deleted {
        /// Who looks.
        viewer: Asker,
    },
    /// Only its owner sees it.
    #[error("no image with this id is visible to {viewer}: it is private to {owner}")]
    PrivateTo {
        /// Who looks.
        viewer: Asker,
        /// Whose it is.
        owner: Owner,
    },
    /// Its owner and its members see it.
    #[error("no image with this id is visible to {viewer}: {owner} shares it with others only")]
    NotSharedWith {
        /// Who looks.
        viewer: Asker,
        /// Whose it is.
        owner: Owner,
    },
}

impl Hidden {
    /// Whoever may look at a deleted image finds none to delete.
    pub fn deleted(caller: &Caller) -> Self {
        Self::Deleted {
            viewer: Asker::of(caller),
        }
    }
}

/// Why a caller may not do something to an image that it sees, or may not make one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// It is another project's.
    #[error("{caller} may not change the image: it belongs to {owner}")]
    NotTheOwner {
        /// Who asks.
        caller: Asker,
        /// Whose it is.
        owner: Owner,
    },
    /// It was deleted, and is shown for the record.
    #[error("the image was deleted; nobody changes it any more")]
    Deleted,
    /// None of its roles lets it write.
    #[error("{caller} may not change the image: none of its roles lets it write")]
    OnlyReads {
        /// Who asks.
        caller: Asker,
    },
    /// Making an image public takes an administrator.
    #[error("{caller} may not make an image public: that takes an administrator")]
    NotAPublisher {
        /// Who asks.
        caller: Asker,
    },
    /// A share is answered by the member.
    #[error("{caller} may not answer for project {member}, with which the image is shared")]
    NotTheMember {
        /// Who asks.
        caller: Asker,
        /// Whose answer it is.
        member: String,
    },
    /// It is public, and the rules want more than an owner for that.
    #[error("{caller} may not write to the image: it is public, which takes the right to publish")]
    NeedsPublisher {
        /// Who asks.
        caller: Asker,
    },
}

/// A caller, as these sentences name it: by its project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker(Option<String>);

impl Asker {
    fn of(caller: &Caller) -> Self {
        Self(caller.project_id.clone())
    }
}

impl fmt::Display for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(project_id) => write!(f, "project {project_id}"),
            None => f.write_str("a caller without a project"),
        }
    }
}

/// The owner of an image, as these sentences name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner(Option<String>);

impl Owner {
    fn of(image: &Image) -> Self {
        Self(image.owner.clone())
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or("nobody"))
    }
}

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
///
/// # Errors
/// Why not.
pub fn look(caller: &Caller, rules: &ImageRules, image: &Image) -> Result<(), Hidden> {
    let viewer = || Asker::of(caller);
    if image.status.is_deleted() {
        return match caller.is_admin && rules.admin_sees_deleted {
            true => Ok(()),
            false => Err(Hidden::deleted(caller)),
        };
    }
    if caller.is_admin || rules.lists_all || caller.owns(image.owner.as_deref()) {
        return Ok(());
    }
    let owner = Owner::of(image);
    match image.visibility {
        Visibility::Public | Visibility::Community => Ok(()),
        Visibility::Shared => {
            let mut members = image.members.iter();
            match members.any(|member| caller.owns(Some(member.project_id.as_str()))) {
                true => Ok(()),
                false => Err(Hidden::NotSharedWith {
                    viewer: viewer(),
                    owner,
                }),
            }
        }
        Visibility::Private => Err(Hidden::PrivateTo {
            viewer: viewer(),
            owner,
        }),
    }
}

/// Whether a list of what is gone shows an image to the caller.
#[must_use]
pub fn owns_or_is_public(caller: &Caller, image: &Image) -> bool {
    caller.is_admin || caller.owns(image.owner.as_deref()) || image.visibility == Visibility::Public
}

/// Whether the caller may change an image that it sees.
///
/// # Errors
/// Why not.
pub fn change(caller: &Caller, rules: &ImageRules, image: &Image) -> Result<(), Denied> {
    // What waits for the scrubber is still there for whoever sees it (2014.2).
    let gone = match image.status {
        GlanceStatus::PendingDelete => !rules.admin_sees_deleted,
        status => status.is_deleted(),
    };
    if gone {
        return Err(Denied::Deleted);
    }
    if !has_writing_role(caller, rules.writers) {
        return Err(Denied::OnlyReads {
            caller: Asker::of(caller),
        });
    }
    match caller.is_admin || caller.owns(image.owner.as_deref()) {
        true => Ok(()),
        false => Err(Denied::NotTheOwner {
            caller: Asker::of(caller),
            owner: Owner::of(image),
        }),
    }
}

/// Whether the caller may make an image for a project.
///
/// # Errors
/// Why not.
pub fn create(caller: &Caller, rules: &ImageRules, owner: Option<&str>) -> Result<(), Denied> {
    if !has_writing_role(caller, rules.writers) {
        return Err(Denied::OnlyReads {
            caller: Asker::of(caller),
        });
    }
    match caller.is_admin || caller.owns(owner) {
        true => Ok(()),
        false => Err(Denied::NotTheOwner {
            caller: Asker::of(caller),
            owner: Owner(owner.map(str::to_owned)),
        }),
    }
}

/// Whether the caller may make an image public.
///
/// # Errors
/// Why not.
pub fn publish(caller: &Caller) -> Result<(), Denied> {
    match caller.is_admin {
        true => Ok(()),
        false => Err(Denied::NotAPublisher {
            caller: Asker::of(caller),
        }),
    }
}

/// Whether the caller may say with whom an image is shared.
///
/// # Errors
/// Why not.
pub fn share(caller: &Caller, rules: &ImageRules, image: &Image) -> Result<(), Denied> {
    change(caller, rules, image)
}

/// The same where members may pass an image on that they were given the right for.
///
/// # Errors
/// Why not.
pub fn pass_on(caller: &Caller, rules: &ImageRules, image: &Image) -> Result<(), Denied> {
    let mut members = image.members.iter();
    let may = members.any(|member| member.can_share && caller.owns(Some(&member.project_id)));
    match may && has_writing_role(caller, rules.writers) && image.visibility != Visibility::Private
    {
        true => Ok(()),
        false => share(caller, rules, image),
    }
}

/// Whether the caller may know of a member of an image that it sees.
#[must_use]
pub fn knows_member(caller: &Caller, image: &Image, project_id: &str) -> bool {
    caller.is_admin || caller.owns(image.owner.as_deref()) || caller.owns(Some(project_id))
}

/// Whether the caller may answer a share for a member.
///
/// # Errors
/// Why not.
pub fn answer_share(caller: &Caller, rules: &ImageRules, member: &str) -> Result<(), Denied> {
    if !has_writing_role(caller, rules.writers) {
        return Err(Denied::OnlyReads {
            caller: Asker::of(caller),
        });
    }
    match caller.is_admin || caller.owns(Some(member)) {
        true => Ok(()),
        false => Err(Denied::NotTheMember {
            caller: Asker::of(caller),
            member: member.to_owned(),
        }),
    }
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

/// Whether the caller may write the properties of an image that it sees.
///
/// # Errors
/// Why not.
pub fn write_properties(caller: &Caller, rules: &ImageRules, image: &Image) -> Result<(), Denied> {
    change(caller, rules, image)?;
    let published = rules.public_needs_publisher && image.visibility == Visibility::Public;
    match published && !caller.is_admin {
        true => Err(Denied::NeedsPublisher {
            caller: Asker::of(caller),
        }),
        false => Ok(()),
    }
}
