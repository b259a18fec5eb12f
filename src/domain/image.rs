//! Images as Glance keeps them.

use super::properties::Properties;
use super::timestamp::Timestamp;

/// The state of an image in Glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GlanceStatus {
    /// Registered, no data yet.
    Queued,
    /// Data are being written to a store.
    Saving,
    /// Ready for use.
    Active,
    /// The upload failed (API v1 only; v2 cannot reach it any more).
    Killed,
    /// Gone; the row is kept.
    Deleted,
    /// To be removed by the scrubber.
    PendingDelete,
    /// Data locked by an administrator.
    Deactivated,
    /// Being imported.
    Importing,
    /// Staged through the interoperable import.
    Uploading,
}

impl GlanceStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Queued,
        Self::Saving,
        Self::Active,
        Self::Killed,
        Self::Deleted,
        Self::PendingDelete,
        Self::Deactivated,
        Self::Importing,
        Self::Uploading,
    ];

    /// Glance's own word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Saving => "saving",
            Self::Active => "active",
            Self::Killed => "killed",
            Self::Deleted => "deleted",
            Self::PendingDelete => "pending_delete",
            Self::Deactivated => "deactivated",
            Self::Importing => "importing",
            Self::Uploading => "uploading",
        }
    }

    /// Reads Glance's own word, case-sensitive.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether data are on their way.
    #[must_use]
    pub const fn awaits_data(self) -> bool {
        matches!(self, Self::Saving | Self::Importing | Self::Uploading)
    }

    /// Whether there are data, open or locked.
    #[must_use]
    pub const fn keeps_data(self) -> bool {
        matches!(self, Self::Active | Self::Deactivated)
    }

    /// Whether no list shows the image: killed, deleted or waiting for the scrubber.
    #[must_use]
    pub const fn is_unlisted(self) -> bool {
        matches!(self, Self::Killed | Self::Deleted | Self::PendingDelete)
    }

    /// Whether the image is gone for those who may not see deleted ones.
    #[must_use]
    pub const fn is_deleted(self) -> bool {
        matches!(self, Self::Deleted | Self::PendingDelete)
    }
}

/// Who may see an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Visibility {
    /// Everybody.
    Public,
    /// The owner.
    Private,
    /// The owner and the members.
    Shared,
    /// Everybody who knows the id; lists of others leave it out.
    Community,
}

impl Visibility {
    /// Every visibility.
    pub const ALL: [Self; 4] = [Self::Public, Self::Private, Self::Shared, Self::Community];

    /// Glance's own word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Shared => "shared",
            Self::Community => "community",
        }
    }

    /// Reads Glance's own word, case-sensitive.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|visibility| visibility.as_str() == text)
    }
}

/// What a member made of a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MemberStatus {
    /// Not answered yet.
    Pending,
    /// Listed for the member.
    Accepted,
    /// Refused.
    Rejected,
}

impl MemberStatus {
    /// Every member status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Accepted, Self::Rejected];

    /// Glance's own word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// Reads Glance's own word, case-sensitive.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A project that an image is shared with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Member {
    /// The project.
    pub project_id: String,
    /// What it made of the share.
    pub status: MemberStatus,
    /// Whether it may share the image in turn: a right that only Glance's API v1 knows.
    pub can_share: bool,
    /// When the image was shared with it.
    pub created_at: Timestamp,
    /// When it answered last.
    pub updated_at: Timestamp,
}

impl Member {
    /// When a member became one of which nobody says: the first moment of 2024.
    pub const SOME_TIME: Timestamp = Timestamp::from_micros(1_704_067_200_000_000);

    /// A project that an image is shared with from a moment on.
    #[must_use]
    pub fn new(project_id: impl Into<String>, status: MemberStatus, since: Timestamp) -> Self {
        Self {
            project_id: project_id.into(),
            status,
            can_share: false,
            created_at: since,
            updated_at: since,
        }
    }
}

/// An image with everything that Glance knows of it, except the data.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Image {
    /// Usually a UUID; Glance accepts any text up to 36 characters.
    pub id: String,
    /// The name; Glance allows none, and several images of one name.
    pub name: Option<String>,
    /// The state.
    pub status: GlanceStatus,
    /// Who may see it.
    pub visibility: Visibility,
    /// The owning project; an image without owner is an administrator's.
    pub owner: Option<String>,
    /// Least memory of an instance, in MiB.
    pub min_ram_mib: i64,
    /// Least disk of an instance, in GiB.
    pub min_disk_gib: i64,
    /// Size of the data in bytes, unknown before the upload.
    pub size_bytes: Option<i64>,
    /// Size of the disk that the data unpack to, in bytes.
    pub virtual_size_bytes: Option<i64>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it was deleted.
    pub deleted_at: Option<Timestamp>,
    /// `bare`, `ovf`, `ami`, …
    pub container_format: Option<String>,
    /// `qcow2`, `raw`, `iso`, …
    pub disk_format: Option<String>,
    /// MD5 of the data.
    pub checksum: Option<String>,
    /// Algorithm of `os_hash_value`.
    pub os_hash_algo: Option<String>,
    /// Digest of the data.
    pub os_hash_value: Option<String>,
    /// Whether deleting is refused.
    pub protected: bool,
    /// Whether lists leave it out.
    pub hidden: bool,
    /// Labels, each once.
    pub tags: Vec<String>,
    /// Custom properties: what Nova calls metadata.
    pub properties: Properties,
    /// Projects it is shared with.
    pub members: Vec<Member>,
    /// Whether its data are here, and can be downloaded. Images of fixtures only speak of theirs.
    pub has_data: bool,
}
