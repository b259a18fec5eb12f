//! What is drawn, the same for the same seed in every release.

use crate::control::Ids;
use crate::domain::hexadecimal;

/// A seeded source of choices.
#[derive(Debug)]
pub struct Dice(Ids);

impl Dice {
    /// Of a seed.
    pub fn of(seed: u64) -> Self {
        Self(Ids::seeded(seed))
    }

    /// A number below another one; 0 below 0.
    pub fn below(&self, most: u64) -> u64 {
        let drawn = u64::from_le_bytes(self.0.bytes());
        drawn.checked_rem(most).unwrap_or_default()
    }

    /// A number from one to another, both included.
    pub fn between(&self, least: u64, most: u64) -> u64 {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// Whether something happens that does so often in a thousand.
    pub fn per_mille(&self, often: u64) -> bool {
        self.below(1000) < often
    }

    /// One of several.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        let place = usize::try_from(self.below(of.len() as u64)).ok()?;
        of.get(place)
    }

    /// One of several, each as often as its weight says.
    pub fn weighed<T: Copy>(&self, of: &[(u64, T)]) -> Option<T> {
        let sum = of.iter().map(|(weight, _)| weight).sum();
        let mut drawn = self.below(sum);
        let found = of
            .iter()
            .find(|(weight, _)| match drawn.checked_sub(*weight) {
                Some(left) => {
                    drawn = left;
                    false
                }
                None => true,
            });
        found.map(|(_, value)| *value)
    }

    /// A UUID of version 4.
    pub fn uuid(&self) -> String {
        self.0.uuid().hyphenated().to_string()
    }

    /// So many bytes in hexadecimal digits.
    pub fn hexadecimal<const N: usize>(&self) -> String {
        hexadecimal(&self.0.bytes::<N>())
    }
}
