//! The names of Glance's operations: what both APIs can do has one name.

use crate::domain::Operation;

macro_rules! names {
    ($($constant:ident = $name:literal,)*) => {
        $(pub const $constant: Operation = Operation::named($name);)*

        /// Every operation there is.
        pub const ALL: &[Operation] = &[$($constant,)*];
    };
}

names! {
    VERSIONS = "glance.versions.list",
    VERSION = "glance.versions.show",
    HEALTH = "glance.healthcheck",
    OPTIONS = "glance.options",
    UNROUTED = "glance.unrouted",
    IMAGES_LIST = "glance.images.list",
    IMAGES_DETAIL = "glance.images.detail",
    IMAGES_SHARED = "glance.images.shared",
    IMAGE_CREATE = "glance.images.create",
    IMAGE_SHOW = "glance.images.show",
    IMAGE_UPDATE = "glance.images.update",
    IMAGE_DELETE = "glance.images.delete",
    IMAGE_UPLOAD = "glance.images.upload",
    IMAGE_DOWNLOAD = "glance.images.download",
    IMAGE_STAGE = "glance.images.stage",
    IMAGE_IMPORT = "glance.images.import",
    IMAGE_DEACTIVATE = "glance.images.deactivate",
    IMAGE_REACTIVATE = "glance.images.reactivate",
    IMAGE_TASKS = "glance.images.tasks",
    LOCATIONS_LIST = "glance.locations.list",
    LOCATION_ADD = "glance.locations.add",
    MEMBERS_LIST = "glance.members.list",
    MEMBERS_REPLACE = "glance.members.replace",
    MEMBER_ADD = "glance.members.add",
    MEMBER_SHOW = "glance.members.show",
    MEMBER_UPDATE = "glance.members.update",
    MEMBER_DELETE = "glance.members.delete",
    TAG_ADD = "glance.tags.add",
    TAG_DELETE = "glance.tags.delete",
    SCHEMA = "glance.schemas.show",
    INFO = "glance.info.show",
    TASKS_LIST = "glance.tasks.list",
    TASK_CREATE = "glance.tasks.create",
    TASK_SHOW = "glance.tasks.show",
    CACHE = "glance.cache.show",
    METADEFS = "glance.metadefs.list",
}
