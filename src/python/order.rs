//! The order in which Python 2.7 shows a dictionary: that of its hash table.
//!
//! It is the same at every start, since hashes were not salted by default, so
//! recorded texts depend on it (`CPython` 2.7, Objects/dictobject.c and
//! unicodeobject.c, 64 bits).

/// Slots of a new table.
const FIRST_SLOTS: usize = 8;

/// The indexes of keys that are inserted in the given order, in the order of the table.
pub fn table_order(keys: &[&str]) -> Vec<usize> {
    let mut slots: Vec<Option<usize>> = vec![None; FIRST_SLOTS];
    let hashes: Vec<u64> = keys.iter().map(|key| hash(key)).collect();
    let hash_of = |index: usize| hashes.get(index).copied().unwrap_or_default();
    for (used, index) in (1..).zip(0..keys.len()) {
        insert(&mut slots, index, hash_of(index));
        if used * 3 >= slots.len() * 2 {
            let growth = if used > 50_000 { 2 } else { 4 };
            let mut size = FIRST_SLOTS;
            while size <= used * growth {
                size *= 2;
            }
            let mut grown = vec![None; size];
            for index in slots.into_iter().flatten() {
                insert(&mut grown, index, hash_of(index));
            }
            slots = grown;
        }
    }
    slots.into_iter().flatten().collect()
}

fn insert(slots: &mut [Option<usize>], index: usize, hash: u64) {
    let mask = slots.len() as u64 - 1;
    let mut probe = hash;
    let mut perturb = hash;
    loop {
        let slot = usize::try_from(probe & mask).unwrap_or_default();
        if let Some(free @ None) = slots.get_mut(slot) {
            *free = Some(index);
            return;
        }
        probe = (probe << 2)
            .wrapping_add(probe)
            .wrapping_add(perturb)
            .wrapping_add(1);
        perturb >>= 5;
    }
}

fn hash(text: &str) -> u64 {
    let mut characters = text
        .chars()
        .map(|character| u64::from(u32::from(character)));
    let Some(first) = characters.clone().next() else {
        return 0;
    };
    let (mut hash, mut length) = (first << 7, 0);
    for code in &mut characters {
        hash = hash.wrapping_mul(1_000_003) ^ code;
        length += 1;
    }
    hash ^= length;
    // -1 tells of an error in C.
    if hash == u64::MAX { u64::MAX - 1 } else { hash }
}

#[cfg(test)]
mod tests {
    use super::table_order;

    /// Taken from `CPython` 2.7.18.
    #[test]
    fn the_order_of_the_real_thing() {
        for (keys, shown) in [
            ("device_name snapshot_id", "snapshot_id device_name"),
            ("virtual device", "device virtual"),
            ("ii_i_a _hjbf fga", "_hjbf ii_i_a fga"),
            (
                "djfd ha_ai aiegaab_ i_ ddfibiija bdg_d_fdd",
                "bdg_d_fdd i_ ddfibiija aiegaab_ ha_ai djfd",
            ),
            (
                "hfi idhijd jh__ffbj fhhibighe ihhabe chgafc b bca eggcj e ebj agbf",
                "jh__ffbj b e chgafc agbf fhhibighe bca ebj hfi eggcj idhijd ihhabe",
            ),
        ] {
            let keys: Vec<&str> = keys.split(' ').collect();
            let order: Vec<&str> = table_order(&keys)
                .into_iter()
                .filter_map(|index| keys.get(index).copied())
                .collect();
            assert_eq!(order.join(" "), shown);
        }
        assert_eq!(table_order(&["ü☃", "b", "a", ""]), [2, 3, 1, 0]);
    }
}
