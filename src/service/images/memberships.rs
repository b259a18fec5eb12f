//! Sharing as Glance's API v1 knew it: without acceptance, and passed on by who may.
//!
//! Only shared images show themselves to their members; v1 knows no such visibility. So a private image
//! is shared once it has a member, whom v1 has made accept it, and a private image has no members.

use super::limits::check;
use super::service::{Images, note, visible};
use crate::domain::{Caller, Image, Member, MemberStatus, Timestamp, Visibility};
use crate::service::access;
use crate::service::quota::Limited;
use crate::service::rules::ImageRules;
use crate::service::write_error::WriteError;
use crate::store::{Change, Share, StoreError};

/// A project that an image is to be shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The project.
    pub project_id: String,
    /// Whether it may share the image in turn; when nobody says, as before.
    pub can_share: Option<bool>,
}

impl Images {
    /// The members of an image that the caller sees, as far as it may know of them.
    ///
    /// # Errors
    /// When the caller does not see the image.
    pub fn memberships(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
    ) -> Result<Vec<Member>, WriteError> {
        let image = visible(caller, rules, self.store.image(id)?)?;
        let mut members = image.members.clone();
        let is_private = image.visibility == Visibility::Private;
        members.retain(|member| {
            !is_private && access::knows_member(caller, &image, &member.project_id)
        });
        Ok(members)
    }

    /// What is shared with a project, as far as the caller may know of it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn shared_with(&self, caller: &Caller, project_id: &str) -> Result<Vec<Share>, StoreError> {
        let mut shares = self.store.shares_with(project_id)?;
        let is_own = caller.is_admin || caller.owns(Some(project_id));
        shares.retain(|share| is_own || caller.owns(share.owner.as_deref()));
        Ok(shares)
    }

    /// Shares an image with a project, or says anew how far.
    ///
    /// # Errors
    /// When the caller may not, or there are too many members.
    pub fn put_membership(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        membership: &Membership,
    ) -> Result<(), WriteError> {
        self.change_memberships(caller, rules, id, |image, now| {
            check(Limited::Members, image.members.len() + 1)?;
            image.members = joined(&image.members, std::slice::from_ref(membership), now);
            Ok(())
        })
    }

    /// Shares an image with just these projects.
    ///
    /// # Errors
    /// As for one.
    pub fn replace_memberships(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        memberships: &[Membership],
    ) -> Result<(), WriteError> {
        self.change_memberships(caller, rules, id, |image, now| {
            check(Limited::Members, memberships.len())?;
            let is_kept = |member: &Member| {
                let mut wanted = memberships.iter();
                wanted.any(|one| one.project_id == member.project_id)
            };
            image.members.retain(is_kept);
            image.members = joined(&image.members, memberships, now);
            Ok(())
        })
    }

    /// Shares an image with a project no longer.
    ///
    /// # Errors
    /// When the caller may not, or the project is no member.
    pub fn drop_membership(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        project_id: &str,
    ) -> Result<(), WriteError> {
        self.change_memberships(caller, rules, id, |image, _| {
            let before = image.members.len();
            image
                .members
                .retain(|member| member.project_id != project_id);
            match image.members.len() < before {
                true => Ok(()),
                false => Err(WriteError::NoSuchMember(project_id.to_owned())),
            }
        })
    }

    fn change_memberships(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        change: impl FnOnce(&mut Image, Timestamp) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        let now = self.clock.now();
        let changed = self.store.change(id, |image| -> Result<_, WriteError> {
            let mut image = visible(caller, rules, image)?;
            access::pass_on(caller, rules, &image)?;
            if image.visibility == Visibility::Private {
                image.members.clear();
            }
            change(&mut image, now)?;
            if image.visibility == Visibility::Private && !image.members.is_empty() {
                image.visibility = Visibility::Shared;
            }
            Ok(Change::Put(Box::new(image), ()))
        });
        changed.inspect_err(|error: &WriteError| note(id, &error.why()))
    }
}

fn joined(known: &[Member], wanted: &[Membership], now: Timestamp) -> Vec<Member> {
    let mut members = known.to_vec();
    for one in wanted {
        let mut found = members.iter_mut();
        if let Some(member) = found.find(|member| member.project_id == one.project_id) {
            member.can_share = one.can_share.unwrap_or(member.can_share);
            continue;
        }
        let mut member = Member::new(&one.project_id, MemberStatus::Accepted, now);
        member.can_share = one.can_share.unwrap_or(false);
        members.push(member);
    }
    members
}
