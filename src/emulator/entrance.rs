//! The listeners, as requests see them: which one a request came through.

use crate::api::{control, keystone};
use std::net::SocketAddr;

/// A listener.
#[derive(Clone, Copy, Debug)]
pub enum Entrance {
    /// The one that all services share.
    Shared(control::Door),
    /// Keystone's own.
    Identity {
        /// Of the shared one.
        shared_port: u16,
    },
    /// Glance's own.
    Image {
        /// Of the shared one.
        shared_port: u16,
    },
    /// The control API's own.
    Control(control::Door),
}

impl Entrance {
    /// The shared listener, bound here; has the control API one of its own, it has only health there.
    pub fn shared(bound: SocketAddr, control_has_own: bool) -> Self {
        Self::Shared(control::Door {
            bound,
            health_only: control_has_own,
            shared_port: None,
        })
    }

    /// The control API's own listener, bound here.
    pub fn control(bound: SocketAddr, shared: SocketAddr) -> Self {
        Self::Control(control::Door {
            bound,
            health_only: false,
            shared_port: Some(shared.port()),
        })
    }

    /// What Keystone's links have to know of it.
    pub fn for_keystone(self) -> keystone::Door {
        match self {
            Self::Identity { shared_port } => keystone::Door::Own { shared_port },
            Self::Shared(_) | Self::Image { .. } | Self::Control(_) => keystone::Door::Shared,
        }
    }
}
