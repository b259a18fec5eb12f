//! Pairing of two lists without order.
//!
//! Recorded items may hold placeholders, so an item can fit several: a greedy choice could take the
//! partner that another one needs. This is a maximum matching (augmenting paths).

/// Pairs every left item with a right one of its own; both lists have the same length.
///
/// # Errors
///
/// When that is impossible: a left item and a right one that are left over.
pub fn pair(count: usize, fits: &dyn Fn(usize, usize) -> bool) -> Result<(), (usize, usize)> {
    let mut partners = Partners {
        of_right: vec![None; count],
        fits,
    };
    // Mostly the order is the same: begin with that, and search only for the rest.
    let mut rest = Vec::new();
    for index in 0..count {
        if fits(index, index) {
            partners.of_right[index] = Some(index);
        } else {
            rest.push(index);
        }
    }
    let mut unpaired = None;
    for left in rest {
        let mut seen = vec![false; count];
        if !partners.search(left, &mut seen) {
            unpaired = unpaired.or(Some(left));
        }
    }
    match unpaired {
        None => Ok(()),
        Some(left) => {
            let free = partners.of_right.iter().position(Option::is_none);
            Err((left, free.unwrap_or(left)))
        }
    }
}

struct Partners<'a> {
    of_right: Vec<Option<usize>>,
    fits: &'a dyn Fn(usize, usize) -> bool,
}

impl Partners<'_> {
    fn search(&mut self, left: usize, seen: &mut [bool]) -> bool {
        for right in 0..seen.len() {
            if seen[right] || !(self.fits)(left, right) {
                continue;
            }
            seen[right] = true;
            let free = match self.of_right[right] {
                None => true,
                Some(other) => self.search(other, seen),
            };
            if free {
                self.of_right[right] = Some(left);
                return true;
            }
        }
        false
    }
}
