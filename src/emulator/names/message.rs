//! Messages of the domain name system (RFC 1035, section 4).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Bytes of a header.
const HEADER: usize = 12;

/// Longest name, in bytes, and longest part of it.
const MOST_NAME: usize = 253;
const MOST_LABEL: usize = 63;

/// Which addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `A`
    V4,
    /// `AAAA`
    V6,
}

impl Kind {
    fn code(self) -> u16 {
        match self {
            Self::V4 => 1,
            Self::V6 => 28,
        }
    }
}

/// What a server said.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// These are the addresses, if there are any.
    Addresses(Vec<IpAddr>),
    /// It did not fit into the packet.
    Cut,
    /// It cannot say.
    Failed,
}

/// A question; nothing when the name is none.
pub fn question(id: u16, name: &str, kind: Kind) -> Option<Vec<u8>> {
    if name.is_empty() || name.len() > MOST_NAME {
        return None;
    }
    let mut message = Vec::with_capacity(HEADER + name.len() + 6);
    message.extend(id.to_be_bytes());
    // A plain question, to be followed up for us; one of it.
    message.extend([1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    for label in name.split('.') {
        let length = u8::try_from(label.len()).ok()?;
        if label.is_empty() || label.len() > MOST_LABEL {
            return None;
        }
        message.push(length);
        message.extend(label.as_bytes());
    }
    message.push(0);
    message.extend(kind.code().to_be_bytes());
    message.extend([0, 1]);
    Some(message)
}

/// The answer to a question; nothing when it is to another one, or none.
pub fn answer(question: &[u8], message: &[u8], kind: Kind) -> Option<Said> {
    let (head, asked) = (message.get(..HEADER)?, question.get(HEADER..)?);
    let is_reply = head.get(2)? & 0x80 != 0;
    let repeats = message.get(HEADER..)?.get(..asked.len())?;
    if !is_reply || head.get(..2) != question.get(..2) || !repeats.eq_ignore_ascii_case(asked) {
        return None;
    }
    if head.get(2)? & 2 != 0 {
        return Some(Said::Cut);
    }
    match head.get(3)? & 15 {
        // No such name: that is an answer.
        0 | 3 => {}
        _ => return Some(Said::Failed),
    }
    let records = two(message, 6)?;
    let mut at = HEADER + asked.len();
    let mut addresses = Vec::new();
    for _ in 0..records {
        at = behind_name(message, at)?;
        let (code, length) = (two(message, at)?, two(message, at + 8)?);
        let data = message.get(at + 10..)?.get(..usize::from(length))?;
        // Other names that stand for this one are between, and are followed by the server.
        if code == kind.code() {
            addresses.push(address(kind, data)?);
        }
        at += 10 + usize::from(length);
    }
    Some(Said::Addresses(addresses))
}

fn two(message: &[u8], at: usize) -> Option<u16> {
    let bytes = message.get(at..)?.get(..2)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

/// A name ends with an empty label, or with the place of its rest.
fn behind_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *message.get(at)? {
            0 => return Some(at + 1),
            length @ 0..=63 => at += usize::from(length) + 1,
            0xc0..=0xff => return Some(at + 2),
            _ => return None,
        }
    }
}

fn address(kind: Kind, data: &[u8]) -> Option<IpAddr> {
    Some(match kind {
        Kind::V4 => Ipv4Addr::from(<[u8; 4]>::try_from(data).ok()?).into(),
        Kind::V6 => Ipv6Addr::from(<[u8; 16]>::try_from(data).ok()?).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Kind, answer, question};

    #[test]
    fn no_message_breaks_the_reader() {
        let asked = question(7, "a.example", Kind::V4).unwrap();
        let mut message = asked.clone();
        message[2] |= 0x80;
        message[7] = 1;
        message.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 1]);
        assert!(answer(&asked, &message, Kind::V4).is_some());
        for end in 0..message.len() {
            assert_eq!(answer(&asked, &message[..end], Kind::V4), None, "{end}");
        }
        for at in 0..message.len() {
            for byte in [0, 1, 63, 64, 0x80, 0xc0, 0xff] {
                let mut broken = message.clone();
                broken[at] = byte;
                _ = answer(&asked, &broken, Kind::V4);
            }
        }
    }
}
