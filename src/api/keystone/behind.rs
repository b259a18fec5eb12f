//! Services that stand behind this server, whose entries in catalogues lead here.

/// A service that stands behind this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behind {
    /// Keystone.
    Identity,
    /// Nova.
    Compute,
}

impl Behind {
    /// By the type of a service; nothing of those that clients go on asking themselves.
    pub fn of(kind: &str) -> Option<Self> {
        match kind {
            "identity" | "identityv3" => Some(Self::Identity),
            // DevStack calls Nova's API v2 so.
            "compute" | "computev21" | "compute_legacy" => Some(Self::Compute),
            _ => None,
        }
    }
}
