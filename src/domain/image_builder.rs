//! Images made by hand, field by field.

use super::image::{GlanceStatus, Image, Member, MemberStatus, Visibility};
use super::properties::{Properties, PropertyValue};
use super::timestamp::Timestamp;

/// An image in the making: [`Image::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ImageBuilder {
    image: Image,
    updated_at: Option<Timestamp>,
}

impl Image {
    /// An image of this id; everything else has a default.
    ///
    /// Without a word it is active, has no name, belongs to nobody, is shared with nobody, was made in
    /// 1970, and its data are `raw` and `bare`.
    ///
    /// ```
    /// use nova_images::{Image, Timestamp, Visibility};
    ///
    /// let image = Image::builder("6f1e0e2c-6e9f-4f0d-9d4e-2f3c5a7b9d10")
    ///     .name("debian-13")
    ///     .visibility(Visibility::Public)
    ///     .min_ram_mib(512)
    ///     .property("os_distro", "debian")
    ///     .build();
    /// assert_eq!(image.properties.text("os_distro"), Some("debian"));
    /// assert_eq!(image.created_at, Timestamp::from_micros(0));
    /// ```
    pub fn builder(id: impl Into<String>) -> ImageBuilder {
        let image = Self {
            id: id.into(),
            name: None,
            status: GlanceStatus::Active,
            visibility: Visibility::Shared,
            owner: None,
            min_ram_mib: 0,
            min_disk_gib: 0,
            size_bytes: None,
            virtual_size_bytes: None,
            created_at: Timestamp::from_micros(0),
            updated_at: Timestamp::from_micros(0),
            deleted_at: None,
            container_format: Some("bare".to_owned()),
            disk_format: Some("raw".to_owned()),
            checksum: None,
            os_hash_algo: None,
            os_hash_value: None,
            protected: false,
            hidden: false,
            tags: Vec::new(),
            properties: Properties::new(),
            members: Vec::new(),
            has_data: false,
        };
        ImageBuilder {
            image,
            updated_at: None,
        }
    }

    /// An active image of an id and a name, private to nobody, for the tests of any layer.
    #[cfg(test)]
    pub(crate) fn example(id: &str, name: &str) -> Self {
        Self {
            container_format: None,
            disk_format: None,
            ..Self::builder(id)
                .name(name)
                .visibility(Visibility::Private)
                .build()
        }
    }
}

impl ImageBuilder {
    /// The name.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.image.name = Some(name.into());
        self
    }

    /// Glance's status.
    pub fn status(mut self, status: GlanceStatus) -> Self {
        self.image.status = status;
        self
    }

    /// Who may see it.
    pub fn visibility(mut self, visibility: Visibility) -> Self {
        self.image.visibility = visibility;
        self
    }

    /// The project it belongs to, by id.
    pub fn owner(mut self, project_id: impl Into<String>) -> Self {
        self.image.owner = Some(project_id.into());
        self
    }

    /// Least memory to boot it, in MiB.
    pub fn min_ram_mib(mut self, mib: i64) -> Self {
        self.image.min_ram_mib = mib;
        self
    }

    /// Least disk to boot it, in GiB.
    pub fn min_disk_gib(mut self, gib: i64) -> Self {
        self.image.min_disk_gib = gib;
        self
    }

    /// Bytes of data.
    pub fn size_bytes(mut self, bytes: i64) -> Self {
        self.image.size_bytes = Some(bytes);
        self
    }

    /// Bytes of disk.
    pub fn virtual_size_bytes(mut self, bytes: i64) -> Self {
        self.image.virtual_size_bytes = Some(bytes);
        self
    }

    /// When it was registered.
    pub fn created_at(mut self, time: Timestamp) -> Self {
        self.image.created_at = time;
        self
    }

    /// When it was changed last; without a word, when it was registered.
    pub fn updated_at(mut self, time: Timestamp) -> Self {
        self.updated_at = Some(time);
        self
    }

    /// The container's format and the disk's: `bare` and `qcow2`, say.
    pub fn formats(mut self, container: impl Into<String>, disk: impl Into<String>) -> Self {
        self.image.container_format = Some(container.into());
        self.image.disk_format = Some(disk.into());
        self
    }

    /// MD5 of the data.
    pub fn checksum(mut self, md5: impl Into<String>) -> Self {
        self.image.checksum = Some(md5.into());
        self
    }

    /// Digest of the data, and the algorithm it was made with.
    pub fn os_hash(mut self, algorithm: impl Into<String>, digest: impl Into<String>) -> Self {
        self.image.os_hash_algo = Some(algorithm.into());
        self.image.os_hash_value = Some(digest.into());
        self
    }

    /// Whether deleting is refused.
    pub fn protected(mut self, protected: bool) -> Self {
        self.image.protected = protected;
        self
    }

    /// Whether lists leave it out.
    pub fn hidden(mut self, hidden: bool) -> Self {
        self.image.hidden = hidden;
        self
    }

    /// A label more.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        let tag = tag.into();
        if !self.image.tags.contains(&tag) {
            self.image.tags.push(tag);
        }
        self
    }

    /// A custom property more: what Nova calls metadata.
    pub fn property(mut self, key: impl Into<String>, value: impl Into<PropertyValue>) -> Self {
        self.image.properties.set(key, value.into());
        self
    }

    /// Shares it with a project, by id, which has made this of it.
    pub fn member(mut self, project_id: impl Into<String>, status: MemberStatus) -> Self {
        let member = Member::new(project_id, status, Member::SOME_TIME);
        self.image.members.push(member);
        self
    }

    /// The image. A deleted one has lost its properties, as Glance takes them away with it.
    #[must_use]
    pub fn build(self) -> Image {
        let Self {
            mut image,
            updated_at,
        } = self;
        image.updated_at = updated_at.unwrap_or(image.created_at);
        if image.status.is_deleted() {
            image.deleted_at = Some(image.updated_at);
            image.properties = Properties::new();
        }
        image
    }
}
