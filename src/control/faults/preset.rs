//! Faults that many people want, by name.

use super::fault::Fault;
use std::time::Duration;

/// A fault that is there by name.
#[derive(Clone, Copy, Debug)]
pub struct Preset {
    /// Its name; the fault that is made of it has the same.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub about: &'static str,
    make: fn(Fault) -> Fault,
}

/// All of them.
pub const PRESETS: [Preset; 5] = [
    Preset {
        name: "flaky-list",
        about: "Lists of images fail with a 503 at every second call, the first one included.",
        make: |fault| {
            let lists = [
                "nova.images.index",
                "nova.images.detail",
                "glance.images.list",
                "glance.images.detail",
                "waldur.openstack_images.list",
            ];
            let fault = lists.into_iter().fold(fault, Fault::or_on);
            fault.status(503).cycle(1, 1)
        },
    },
    Preset {
        name: "slow-glance",
        about: "Glance answers after half a second to two seconds.",
        make: |fault| {
            let (from, to) = (Duration::from_millis(500), Duration::from_secs(2));
            fault.facade("glance").delay_between(from, to)
        },
    },
    Preset {
        name: "token-expires",
        about: "The next call of Nova or Glance is refused as if its token had just ended; sign-in works.",
        make: |fault| fault.facade("nova").facade("glance").status(401).times(1),
    },
    Preset {
        name: "rate-limited",
        about: "Nova has had enough: its over-limit error, with Retry-After of 30 seconds.",
        make: |fault| fault.facade("nova").status(429).retry_after(30),
    },
    Preset {
        name: "maintenance",
        about: "Every service answers 503, with Retry-After of 120 seconds.",
        make: |fault| fault.status(503).retry_after(120),
    },
];

impl Preset {
    /// The one of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        PRESETS.into_iter().find(|preset| preset.name == name)
    }

    /// The fault.
    pub fn fault(self) -> Fault {
        (self.make)(Fault::anywhere().named(self.name))
    }
}
