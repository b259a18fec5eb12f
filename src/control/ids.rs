//! Where random ids come from: the only place that draws them.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha12Rng;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// A source of ids: random, or the same sequence for the same seed. Clones share the sequence.
#[derive(Clone, Debug)]
pub struct Ids(Option<Sequence>);

/// What all who draw from it have in common; what is random has each thread draw for itself.
#[derive(Clone, Debug)]
struct Sequence {
    drawn: Arc<Mutex<ChaCha12Rng>>,
    seed: u64,
}

/// How much of a seeded sequence has been drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdsPlace {
    /// What the sequence comes from.
    pub seed: u64,
    /// Words of 32 bits that were drawn.
    pub words: u128,
}

impl Ids {
    /// Seeded by the operating system.
    #[must_use]
    pub fn random() -> Self {
        Self(None)
    }

    /// The same ids in the same order at every start.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Sequence {
            drawn: Arc::new(Mutex::new(ChaCha12Rng::seed_from_u64(seed))),
            seed,
        }))
    }

    /// A source of its own for a space: as random as this one, or seeded by its seed and the name.
    #[must_use]
    pub fn of_space(&self, name: &str) -> Self {
        let Some(Sequence { seed, .. }) = self.0 else {
            return Self::random();
        };
        let digest = Sha256::digest(format!("{seed} {name}"));
        let start = digest.first_chunk().copied().unwrap_or_default();
        Self::seeded(u64::from_le_bytes(start))
    }

    /// Begins a seeded sequence again; a random one goes on.
    pub fn reset(&self) {
        if let Some(sequence) = &self.0 {
            *sequence.draw() = ChaCha12Rng::seed_from_u64(sequence.seed);
        }
    }

    /// How much has been drawn; nothing of a random one, which never comes again.
    #[must_use]
    pub fn place(&self) -> Option<IdsPlace> {
        self.0.as_ref().map(|sequence| IdsPlace {
            seed: sequence.seed,
            words: sequence.draw().get_word_pos(),
        })
    }

    /// Goes on where the sequence was; one of another seed stays where it is.
    pub fn come_to(&self, place: IdsPlace) {
        let ours = self.0.as_ref();
        if let Some(sequence) = ours.filter(|sequence| sequence.seed == place.seed) {
            sequence.draw().set_word_pos(place.words);
        }
    }

    /// Random bytes.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        match &self.0 {
            Some(sequence) => sequence.draw().fill_bytes(&mut bytes),
            None => rand::rng().fill_bytes(&mut bytes),
        }
        bytes
    }

    /// A UUID of version 4.
    #[must_use]
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A request id as OpenStack writes it: `req-` and a UUID.
    #[must_use]
    pub fn request_id(&self) -> String {
        let mut text = [0; 40];
        text[..4].copy_from_slice(b"req-");
        self.uuid().hyphenated().encode_lower(&mut text[4..]);
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Sequence {
    fn draw(&self) -> MutexGuard<'_, ChaCha12Rng> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
