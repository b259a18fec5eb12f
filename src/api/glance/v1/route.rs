//! What a path of API v1 leads to.

use crate::api::glance::names;
use crate::domain::Operation;
use crate::http::Method;

/// A resource, whatever the method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/`, which is the list.
    Root,
    /// `/images`
    Images,
    /// `/images/detail`
    Detail,
    /// `/images/{id}`
    Image(String),
    /// `/images/{id}/members`
    Members(String),
    /// `/images/{id}/members/{project}`
    Member(String, String),
    /// `/shared-images/{project}`
    Shared(String),
}

impl Route {
    /// By the parts of a path behind the version.
    pub fn of(parts: &[&str], trailing_slash: bool) -> Option<Self> {
        match parts {
            [] => Some(Self::Root),
            _ if trailing_slash => None,
            ["images"] => Some(Self::Images),
            ["images", "detail"] => Some(Self::Detail),
            ["images", id] => Some(Self::Image((*id).to_owned())),
            ["images", id, "members"] => Some(Self::Members((*id).to_owned())),
            ["images", id, "members", project] => {
                Some(Self::Member((*id).to_owned(), (*project).to_owned()))
            }
            ["shared-images", project] => Some(Self::Shared((*project).to_owned())),
            _ => None,
        }
    }

    /// What a method does to it; nothing when it does nothing.
    pub fn operation(&self, method: &Method) -> Option<Operation> {
        let found = match (self, method.as_str()) {
            (Self::Root, _) | (Self::Images, "GET") => names::IMAGES_LIST,
            (Self::Images, "POST") => names::IMAGE_CREATE,
            (Self::Detail, "GET" | "HEAD") => names::IMAGES_DETAIL,
            (Self::Image(_), "HEAD") => names::IMAGE_SHOW,
            (Self::Image(_), "GET") => names::IMAGE_DOWNLOAD,
            (Self::Image(_), "PUT") => names::IMAGE_UPDATE,
            (Self::Image(_), "DELETE") => names::IMAGE_DELETE,
            (Self::Members(_), "GET") => names::MEMBERS_LIST,
            (Self::Members(_), "PUT") => names::MEMBERS_REPLACE,
            (Self::Member(..), "GET") => names::MEMBER_SHOW,
            (Self::Member(..), "PUT") => names::MEMBER_ADD,
            (Self::Member(..), "DELETE") => names::MEMBER_DELETE,
            (Self::Shared(_), _) => names::IMAGES_SHARED,
            _ => return None,
        };
        Some(found)
    }

    /// The methods that an error names; nothing for a method that nobody thought of.
    pub fn allowed(&self, method: &Method) -> Option<&'static str> {
        let usual = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"];
        if !usual.contains(&method.as_str()) {
            return None;
        }
        Some(match self {
            Self::Images => "GET, POST",
            Self::Detail => "GET, HEAD",
            Self::Image(_) => "GET, HEAD, PUT, DELETE",
            Self::Members(_) => "GET, PUT",
            Self::Member(..) => "GET, PUT, DELETE",
            Self::Root | Self::Shared(_) => return None,
        })
    }

    /// The image that it is about.
    pub fn image(&self) -> Option<&str> {
        match self {
            Self::Image(id) | Self::Members(id) | Self::Member(id, _) => Some(id),
            Self::Root | Self::Images | Self::Detail | Self::Shared(_) => None,
        }
    }
}
