//! What systems the images of a cloud have.

/// A distribution of an operating system.
#[derive(Debug)]
pub struct Distro {
    /// Glance's word (`os_distro`).
    pub word: &'static str,
    /// How often it is met.
    pub weight: u64,
    /// Its releases, and what images of them are called.
    pub releases: &'static [(&'static str, &'static str)],
    /// Who signs in to it.
    pub user: &'static str,
    /// What an image takes, in MiB, from and to.
    pub size_mib: (u64, u64),
    /// Disk that it unpacks to, in GiB.
    pub disk_gib: u64,
    /// Memory that it wants, in MiB.
    pub ram_mib: u64,
}

/// Every distribution there is.
pub const DISTROS: [Distro; 9] = [
    Distro {
        word: "ubuntu",
        weight: 36,
        releases: &[
            ("18.04", "ubuntu-bionic-18.04"),
            ("20.04", "ubuntu-focal-20.04"),
            ("22.04", "ubuntu-jammy-22.04"),
            ("24.04", "ubuntu-noble-24.04"),
        ],
        user: "ubuntu",
        size_mib: (330, 680),
        disk_gib: 4,
        ram_mib: 512,
    },
    Distro {
        word: "debian",
        weight: 18,
        releases: &[
            ("10", "debian-10-buster"),
            ("11", "debian-11-bullseye"),
            ("12", "debian-12-bookworm"),
            ("13", "debian-13-trixie"),
        ],
        user: "debian",
        size_mib: (300, 660),
        disk_gib: 3,
        ram_mib: 256,
    },
    Distro {
        word: "centos",
        weight: 10,
        releases: &[
            ("7", "CentOS-7-x86_64-GenericCloud"),
            ("8", "CentOS-Stream-GenericCloud-8"),
            ("9", "CentOS-Stream-GenericCloud-9"),
        ],
        user: "cloud-user",
        size_mib: (800, 1100),
        disk_gib: 10,
        ram_mib: 1024,
    },
    Distro {
        word: "rocky",
        weight: 9,
        releases: &[("8", "Rocky-8-GenericCloud"), ("9", "Rocky-9-GenericCloud")],
        user: "rocky",
        size_mib: (550, 1000),
        disk_gib: 10,
        ram_mib: 1024,
    },
    Distro {
        word: "rhel",
        weight: 6,
        releases: &[
            ("8.10", "rhel-8.10-x86_64-kvm"),
            ("9.4", "rhel-9.4-x86_64-kvm"),
        ],
        user: "cloud-user",
        size_mib: (700, 1000),
        disk_gib: 10,
        ram_mib: 1024,
    },
    Distro {
        word: "fedora",
        weight: 5,
        releases: &[
            ("40", "Fedora-Cloud-Base-40"),
            ("41", "Fedora-Cloud-Base-41"),
        ],
        user: "fedora",
        size_mib: (380, 520),
        disk_gib: 5,
        ram_mib: 512,
    },
    Distro {
        word: "opensuse",
        weight: 4,
        releases: &[
            ("15.5", "openSUSE-Leap-15.5"),
            ("15.6", "openSUSE-Leap-15.6"),
        ],
        user: "opensuse",
        size_mib: (600, 760),
        disk_gib: 10,
        ram_mib: 512,
    },
    Distro {
        word: "windows",
        weight: 9,
        releases: &[
            ("2019", "windows-server-2019-std"),
            ("2022", "windows-server-2022-std"),
        ],
        user: "Administrator",
        size_mib: (5200, 14_000),
        disk_gib: 40,
        ram_mib: 4096,
    },
    Distro {
        word: "cirros",
        weight: 3,
        releases: &[
            ("0.5.2", "cirros-0.5.2-x86_64-disk"),
            ("0.6.2", "cirros-0.6.2-x86_64-disk"),
        ],
        user: "cirros",
        size_mib: (16, 21),
        disk_gib: 1,
        ram_mib: 64,
    },
];

/// What snapshots and builds are made for.
pub const PURPOSES: [&str; 14] = [
    "web",
    "db",
    "cache",
    "gitlab",
    "jenkins",
    "k8s-node",
    "k8s-master",
    "monitoring",
    "mail",
    "vpn",
    "build",
    "desktop",
    "gpu-node",
    "bastion",
];
