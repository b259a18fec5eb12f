//! The projects that an image is shared with.

use super::limits::check;
use super::service::{Images, note, visible};
use crate::domain::{Caller, Image, Member, MemberStatus, Visibility};
use crate::service::access;
use crate::service::quota::Limited;
use crate::service::rules::ImageRules;
use crate::service::write_error::WriteError;
use crate::store::Change;

impl Images {
    /// The members of a shared image, as far as the caller may know of them: its owner and an
    /// administrator of all, a member of itself.
    ///
    /// # Errors
    /// When the caller does not see the image, or it is not shared.
    pub fn members(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
    ) -> Result<Vec<Member>, WriteError> {
        let members = || {
            let image = shared(visible(caller, rules, self.store.image(id)?)?)?;
            let mut members = image.members.clone();
            members.retain(|member| access::knows_member(caller, &image, &member.project_id));
            Ok(members)
        };
        members().inspect_err(|error: &WriteError| note(id, &error.why()))
    }

    /// One of them.
    ///
    /// # Errors
    /// As for all, or when there is none that the caller may know of.
    pub fn member(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        project_id: &str,
    ) -> Result<Member, WriteError> {
        let mut members = self.members(caller, rules, id)?.into_iter();
        let found = members.find(|member| member.project_id == project_id);
        found.ok_or_else(|| WriteError::NoSuchMember(project_id.to_owned()))
    }

    /// Shares a shared image with a project, which has to accept it.
    ///
    /// # Errors
    /// When the caller may not, the project is a member, or there are too many.
    pub fn add_member(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        project_id: &str,
    ) -> Result<Member, WriteError> {
        let now = self.clock.now();
        self.change_members(caller, rules, id, |image| {
            access::share(caller, rules, image)?;
            let mut known = image.members.iter();
            if known.any(|member| member.project_id == project_id) {
                return Err(WriteError::MemberExists(project_id.to_owned()));
            }
            check(Limited::Members, image.members.len() + 1)?;
            let member = Member::new(project_id, MemberStatus::Pending, now);
            image.members.push(member.clone());
            Ok(member)
        })
    }

    /// Notes what a member makes of the share: a right of the member, not of the owner.
    ///
    /// # Errors
    /// When there is no such member that the caller may know of, or it is not the caller's to say.
    pub fn answer_share(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        project_id: &str,
        status: Option<MemberStatus>,
    ) -> Result<Member, WriteError> {
        let now = self.clock.now();
        self.change_members(caller, rules, id, |image| {
            check_known(caller, image, project_id)?;
            access::answer_share(caller, rules, project_id)?;
            let status = status.ok_or(WriteError::NoMemberStatus)?;
            let mut members = image.members.iter_mut();
            match members.find(|member| member.project_id == project_id) {
                Some(member) => {
                    member.status = status;
                    member.updated_at = now;
                    Ok(member.clone())
                }
                None => Err(WriteError::NoSuchMember(project_id.to_owned())),
            }
        })
    }

    /// Shares an image with a project no longer.
    ///
    /// # Errors
    /// When the caller may not, or there is no such member that it may know of.
    pub fn remove_member(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        project_id: &str,
    ) -> Result<(), WriteError> {
        self.change_members(caller, rules, id, |image| {
            check_known(caller, image, project_id)?;
            access::share(caller, rules, image)?;
            image
                .members
                .retain(|member| member.project_id != project_id);
            Ok(())
        })
    }

    fn change_members<T>(
        &self,
        caller: &Caller,
        rules: &ImageRules,
        id: &str,
        change: impl FnOnce(&mut Image) -> Result<T, WriteError>,
    ) -> Result<T, WriteError> {
        let changed = self.store.change(id, |image| {
            let mut image = shared(visible(caller, rules, image)?)?;
            let value = change(&mut image)?;
            Ok(Change::Put(Box::new(image), value))
        });
        changed.inspect_err(|error: &WriteError| note(id, &error.why()))
    }
}

fn shared(image: Image) -> Result<Image, WriteError> {
    match image.visibility {
        Visibility::Shared => Ok(image),
        _ => Err(WriteError::NotShared),
    }
}

fn check_known(caller: &Caller, image: &Image, project_id: &str) -> Result<(), WriteError> {
    let is_member = image
        .members
        .iter()
        .any(|member| member.project_id == project_id);
    match is_member && access::knows_member(caller, image, project_id) {
        true => Ok(()),
        false => Err(WriteError::NoSuchMember(project_id.to_owned())),
    }
}
