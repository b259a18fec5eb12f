//! What the system's files say of names.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Where name servers listen.
const PORT: u16 = 53;

/// Servers and search lists are no longer than this, as in glibc.
const MOST_SERVERS: usize = 3;

/// `/etc/hosts`.
pub struct Hosts(Vec<(IpAddr, Vec<String>)>);

impl Hosts {
    /// Lines that make no sense are passed over.
    pub fn parse(text: &str) -> Self {
        let lines = text.lines().filter_map(|line| {
            let mut words = line.split('#').next()?.split_whitespace();
            let address = words.next()?.parse().ok()?;
            Some((address, words.map(str::to_ascii_lowercase).collect()))
        });
        Self(lines.collect())
    }

    /// The addresses of a host.
    pub fn addresses(&self, host: &str) -> Vec<IpAddr> {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let lines = self.0.iter();
        let named = lines.filter(|(_, names)| names.contains(&host));
        named.map(|(address, _)| *address).collect()
    }
}

/// `/etc/resolv.conf`.
pub struct Settings {
    /// Whom to ask, in turn.
    pub servers: Vec<SocketAddr>,
    /// How long to wait for each.
    pub timeout: Duration,
    /// How often to go through all of them.
    pub attempts: usize,
    search: Vec<String>,
    /// A name with so many dots is one by itself.
    dots: usize,
}

impl Settings {
    /// What is not said is as glibc has it: the server of this machine, 5 s, twice.
    pub fn parse(text: &str) -> Self {
        let mut settings = Self {
            servers: Vec::new(),
            timeout: Duration::from_secs(5),
            attempts: 2,
            search: Vec::new(),
            dots: 1,
        };
        for line in text.lines() {
            let mut words = line
                .split(['#', ';'])
                .next()
                .unwrap_or("")
                .split_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let address = words.next().and_then(|word| word.parse().ok());
                    settings
                        .servers
                        .extend(address.map(|ip: IpAddr| SocketAddr::new(ip, PORT)));
                }
                Some("search" | "domain") => {
                    settings.search = words.map(str::to_owned).collect();
                }
                Some("options") => words.for_each(|word| settings.option(word)),
                _ => {}
            }
        }
        if settings.servers.is_empty() {
            settings.servers = vec![SocketAddr::from(([127, 0, 0, 1], PORT))];
        }
        settings.servers.truncate(MOST_SERVERS);
        settings
    }

    fn option(&mut self, word: &str) {
        let Some((name, Ok(number))) = word
            .split_once(':')
            .map(|(name, number)| (name, number.parse::<u8>()))
        else {
            return;
        };
        match name {
            "timeout" => self.timeout = Duration::from_secs(number.clamp(1, 30).into()),
            "attempts" => self.attempts = number.clamp(1, 5).into(),
            "ndots" => self.dots = number.min(15).into(),
            _ => {}
        }
    }

    /// The full names that a host may mean, in the order in which they are tried.
    pub fn names(&self, host: &str) -> Vec<String> {
        if let Some(full) = host.strip_suffix('.') {
            return vec![full.to_owned()];
        }
        let searched = self.search.iter();
        let mut names: Vec<_> = searched
            .map(|domain| format!("{host}.{}", domain.trim_end_matches('.')))
            .collect();
        match host.matches('.').count() >= self.dots {
            true => names.insert(0, host.to_owned()),
            false => names.push(host.to_owned()),
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn settings_are_read() {
        let settings = Settings::parse(
            "# made by hand\nnameserver 192.0.2.53\nnameserver ::1\nnameserver x\n\
             search a.example b.example.\noptions ndots:2 timeout:3 attempts:1 rotate\n",
        );
        let servers: Vec<_> = settings.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["192.0.2.53:53", "[::1]:53"]);
        assert_eq!((settings.timeout.as_secs(), settings.attempts), (3, 1));
        assert_eq!(
            settings.names("x.y"),
            ["x.y.a.example", "x.y.b.example", "x.y"]
        );
        assert_eq!(settings.names("x.y.z")[0], "x.y.z");
        assert_eq!(settings.names("x."), ["x"]);
        assert_eq!(Settings::parse("").servers[0].to_string(), "127.0.0.1:53");
    }
}
