//! Which of two ways to a page is the shorter one: along an order, looking at each row, or by sorting what
//! matches.

/// Steps along an index that take as long as it takes to fetch and sort an image of a table that is held in
/// memory, as small ones are.
const STEPS_PER_SORTED: usize = 6;

/// The same where most of the table has to be read first, for which an index is much shorter.
const STEPS_PER_READ: usize = 15;

/// Images of a table that is held in memory: as many as a connection's pages have room for.
const MOST_HELD: usize = 30_000;

/// Steps that are not worth thinking about.
const LEAST_STEPS: usize = 1000;

/// How far it is worth going along an order for so many rows of those that match, before these are
/// sorted instead; nothing where that is shorter anyway.
pub fn steps_worth(most: usize, count: usize, all: usize) -> Option<usize> {
    let expected = most.min(count).saturating_mul(all) / count.max(1);
    let sorting = count.saturating_mul(steps_per_image(all));
    if all.saturating_sub(count) <= sorting {
        // To the very end it takes no longer.
        return Some(usize::MAX);
    }
    (expected < sorting).then_some(LEAST_STEPS.max(expected.saturating_mul(4)))
}

fn steps_per_image(all: usize) -> usize {
    match all > MOST_HELD {
        true => STEPS_PER_READ,
        false => STEPS_PER_SORTED,
    }
}

#[cfg(test)]
mod tests {
    use super::{LEAST_STEPS, steps_per_image, steps_worth};

    /// However unevenly what matches lies in the order, it takes little longer than the shorter way.
    #[test]
    fn no_way_is_gone_much_further_than_the_shorter_one_takes() {
        for all in [20_000, 300_000] {
            check(all);
        }
    }

    fn check(all: usize) {
        for count in (100..all).step_by(97) {
            for most in [1, 25, 1_000] {
                let sorting = count * steps_per_image(all);
                // All that matches comes last.
                let to_the_end = all - count + most;
                let worst = match steps_worth(most, count, all) {
                    None => sorting,
                    Some(steps) if steps < to_the_end => steps + sorting,
                    Some(_) => to_the_end,
                };
                let best = sorting.min(to_the_end);
                assert!(
                    worst <= 5 * best + LEAST_STEPS,
                    "{count} {most}: {worst}, {best}"
                );
                // Where it is spread evenly, nothing is sorted that need not be.
                let expected = most * all / count;
                let walked = steps_worth(most, count, all).is_some_and(|steps| steps >= expected);
                assert!(walked || sorting <= expected, "{count} {most}");
            }
        }
    }
}
