//! What a path of API v2 leads to.

use crate::api::glance::names;
use crate::domain::Operation;
use crate::http::Method;

/// A resource, whatever the method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// `/images`
    Images,
    /// `/images/{id}`
    Image(String),
    /// `/images/{id}/tasks`
    ImageTasks(String),
    /// `/images/{id}/import`
    Import(String),
    /// `/images/{id}/stage`
    Stage(String),
    /// `/images/{id}/file`
    File(String),
    /// `/images/{id}/locations`
    Locations(String),
    /// `/images/{id}/members`
    Members(String),
    /// `/images/{id}/members/{project}`
    Member(String, String),
    /// `/images/{id}/tags/{tag}`
    Tag(String, String),
    /// `/images/{id}/actions/deactivate`
    Deactivate(String),
    /// `/images/{id}/actions/reactivate`
    Reactivate(String),
    /// `/schemas/{name}`
    Schema(&'static str),
    /// `/info/{what}`
    Info(Info),
    /// `/tasks`
    Tasks,
    /// `/tasks/{id}`
    Task(String),
    /// `/cache`
    Cache,
    /// `/cache/{id}`
    CachedImage(String),
    /// `/metadefs/namespaces`
    Namespaces,
    /// `/metadefs/resource_types`
    ResourceTypes,
}

/// What a server tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Info {
    /// `/info/import`
    Import,
    /// `/info/stores`
    Stores,
    /// `/info/stores/detail`
    StoresDetail,
    /// `/info/usage`
    Usage,
}

impl Route {
    /// By the parts of a path behind the version.
    pub fn of(parts: &[&str], trailing_slash: bool) -> Option<Self> {
        if trailing_slash {
            return None;
        }
        match parts {
            ["images"] => Some(Self::Images),
            ["images", id, rest @ ..] => Self::of_image((*id).to_owned(), rest),
            ["schemas", rest @ ..] => super::schemas::known(&rest.join("/")).map(Self::Schema),
            ["info", "import"] => Some(Self::Info(Info::Import)),
            ["info", "stores"] => Some(Self::Info(Info::Stores)),
            ["info", "stores", "detail"] => Some(Self::Info(Info::StoresDetail)),
            ["info", "usage"] => Some(Self::Info(Info::Usage)),
            ["tasks"] => Some(Self::Tasks),
            ["tasks", id] => Some(Self::Task((*id).to_owned())),
            ["cache"] => Some(Self::Cache),
            ["cache", id] => Some(Self::CachedImage((*id).to_owned())),
            ["metadefs", "namespaces"] => Some(Self::Namespaces),
            ["metadefs", "resource_types"] => Some(Self::ResourceTypes),
            _ => None,
        }
    }

    fn of_image(id: String, rest: &[&str]) -> Option<Self> {
        match rest {
            [] => Some(Self::Image(id)),
            ["tasks"] => Some(Self::ImageTasks(id)),
            ["import"] => Some(Self::Import(id)),
            ["stage"] => Some(Self::Stage(id)),
            ["file"] => Some(Self::File(id)),
            ["locations"] => Some(Self::Locations(id)),
            ["members"] => Some(Self::Members(id)),
            ["members", project] => Some(Self::Member(id, (*project).to_owned())),
            ["tags", tag] => Some(Self::Tag(id, (*tag).to_owned())),
            ["actions", "deactivate"] => Some(Self::Deactivate(id)),
            ["actions", "reactivate"] => Some(Self::Reactivate(id)),
            _ => None,
        }
    }

    /// What a method does to it, and whether it must not have a body; nothing when it does nothing.
    pub fn operation(&self, method: &Method) -> Option<(Operation, bool)> {
        let found = match (self, method.as_str()) {
            (Self::Images, "GET") => (names::IMAGES_LIST, false),
            (Self::Images, "POST") => (names::IMAGE_CREATE, false),
            (Self::Image(_), "GET") => (names::IMAGE_SHOW, true),
            (Self::Image(_), "PATCH") => (names::IMAGE_UPDATE, false),
            (Self::Image(_), "DELETE") => (names::IMAGE_DELETE, true),
            (Self::ImageTasks(_), "GET") => (names::IMAGE_TASKS, true),
            (Self::Import(_), "POST") => (names::IMAGE_IMPORT, false),
            (Self::Stage(_), "PUT") => (names::IMAGE_STAGE, false),
            (Self::File(_), "GET") => (names::IMAGE_DOWNLOAD, true),
            (Self::File(_), "PUT") => (names::IMAGE_UPLOAD, false),
            (Self::Locations(_), "GET") => (names::LOCATIONS_LIST, false),
            (Self::Locations(_), "POST") => (names::LOCATION_ADD, false),
            (Self::Members(_), "GET") => (names::MEMBERS_LIST, true),
            (Self::Members(_), "POST") => (names::MEMBER_ADD, false),
            (Self::Member(..), "GET") => (names::MEMBER_SHOW, true),
            (Self::Member(..), "PUT") => (names::MEMBER_UPDATE, false),
            (Self::Member(..), "DELETE") => (names::MEMBER_DELETE, true),
            (Self::Tag(..), "PUT") => (names::TAG_ADD, true),
            (Self::Tag(..), "DELETE") => (names::TAG_DELETE, true),
            (Self::Deactivate(_), "POST") => (names::IMAGE_DEACTIVATE, true),
            (Self::Reactivate(_), "POST") => (names::IMAGE_REACTIVATE, true),
            (Self::Schema(_), "GET") => (names::SCHEMA, true),
            (Self::Info(Info::Usage), "GET") => (names::INFO, false),
            (Self::Info(_), "GET") => (names::INFO, true),
            (Self::Tasks, "GET") => (names::TASKS_LIST, false),
            (Self::Tasks, "POST") => (names::TASK_CREATE, false),
            (Self::Task(_), "GET" | "DELETE") => (names::TASK_SHOW, false),
            (Self::Cache, "GET") => (names::CACHE, true),
            (Self::Cache, "DELETE") | (Self::CachedImage(_), "PUT" | "DELETE") => {
                (names::CACHE, false)
            }
            (Self::Namespaces | Self::ResourceTypes, "GET") => (names::METADEFS, true),
            _ => return None,
        };
        Some(found)
    }

    /// The methods that an error names; nothing where another one leads nowhere.
    pub fn allowed(&self) -> Option<&'static str> {
        match self {
            Self::Images | Self::Members(_) | Self::Tasks => Some("GET, POST"),
            Self::Image(_) => Some("GET, PATCH, DELETE"),
            Self::File(_) => Some("GET, PUT"),
            Self::Member(..) => Some("GET, PUT, DELETE"),
            Self::Tag(..) => Some("PUT, DELETE"),
            Self::Import(_) | Self::Locations(_) | Self::Deactivate(_) | Self::Reactivate(_) => {
                Some("POST")
            }
            Self::Stage(_) => Some("PUT"),
            Self::Task(_) | Self::Cache => Some("GET, DELETE"),
            Self::CachedImage(_) => Some("DELETE, PUT"),
            Self::Info(Info::Usage) | Self::ImageTasks(_) => None,
            Self::Schema(_) | Self::Info(_) | Self::Namespaces | Self::ResourceTypes => Some("GET"),
        }
    }

    /// The image that it is about.
    pub fn image(&self) -> Option<&str> {
        match self {
            Self::Image(id)
            | Self::ImageTasks(id)
            | Self::Import(id)
            | Self::Stage(id)
            | Self::File(id)
            | Self::Locations(id)
            | Self::Members(id)
            | Self::Member(id, _)
            | Self::Tag(id, _)
            | Self::Deactivate(id)
            | Self::Reactivate(id)
            | Self::CachedImage(id) => Some(id),
            Self::Images
            | Self::Schema(_)
            | Self::Info(_)
            | Self::Tasks
            | Self::Task(_)
            | Self::Cache
            | Self::Namespaces
            | Self::ResourceTypes => None,
        }
    }
}
