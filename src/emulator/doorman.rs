//! How many connections there may be, and what becomes of those beyond.
//!
//! A probe of the server's health must not wait for a place. So a few more connections than there are
//! places are let in, for that one question only; the oldest of them goes when another one comes.

use futures_util::task::AtomicWaker;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Context;

/// Connections that are let in beyond those that have a place.
pub const MOST_BEYOND: usize = 32;

/// Descriptors that are no connection's: the database and its readers, listeners, logs, the threads'
/// own.
const RESERVED_DESCRIPTORS: usize = 96;

/// What is taken for the number of descriptors where nobody says.
const USUAL_DESCRIPTORS: usize = 1024;

/// Counts connections.
#[derive(Debug)]
pub struct Doorman {
    most: usize,
    inside: Arc<AtomicUsize>,
    beyond: Mutex<VecDeque<Arc<Exit>>>,
}

/// How a connection is told to go.
#[derive(Debug, Default)]
struct Exit {
    told: AtomicBool,
    waker: AtomicWaker,
}

/// A connection's place, which is free again when this is dropped.
#[derive(Debug)]
pub struct Ticket {
    doorman: Arc<Doorman>,
    /// Of a connection beyond those that have a place.
    exit: Option<Arc<Exit>>,
}

impl Doorman {
    /// For so many connections, which are counted there; when nobody says, for as many as the descriptors of
    /// the process allow.
    pub fn new(most: Option<usize>, inside: Arc<AtomicUsize>) -> Arc<Self> {
        Arc::new(Self {
            most: most.unwrap_or_else(usual_most),
            inside,
            beyond: Mutex::default(),
        })
    }

    /// How many there can be at once, those beyond included.
    pub fn most_of_all(&self) -> usize {
        self.most.saturating_add(MOST_BEYOND)
    }

    /// Lets a connection in.
    pub fn enter(self: &Arc<Self>) -> Ticket {
        let take = |inside| (inside < self.most).then_some(inside + 1);
        let has_place = self
            .inside
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, take)
            .is_ok();
        let exit = (!has_place).then(|| self.enter_beyond());
        Ticket {
            doorman: Arc::clone(self),
            exit,
        }
    }

    fn enter_beyond(&self) -> Arc<Exit> {
        let exit = Arc::new(Exit::default());
        let mut beyond = self.beyond.lock().unwrap_or_else(PoisonError::into_inner);
        beyond.push_back(Arc::clone(&exit));
        if beyond.len() > MOST_BEYOND
            && let Some(oldest) = beyond.pop_front()
        {
            oldest.told.store(true, Ordering::Release);
            oldest.waker.wake();
        }
        exit
    }
}

impl Ticket {
    /// Whether the connection may ask for nothing but the server's health.
    pub fn is_beyond(&self) -> bool {
        self.exit.is_some()
    }

    /// Whether it has to go; whoever asks is woken when that changes.
    pub fn is_told_to_go(&self, context: &Context<'_>) -> bool {
        self.exit.as_ref().is_some_and(|exit| {
            exit.waker.register(context.waker());
            exit.told.load(Ordering::Acquire)
        })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        match &self.exit {
            None => {
                self.doorman.inside.fetch_sub(1, Ordering::AcqRel);
            }
            Some(exit) => {
                let beyond = self.doorman.beyond.lock();
                let mut beyond = beyond.unwrap_or_else(PoisonError::into_inner);
                beyond.retain(|other| !Arc::ptr_eq(other, exit));
            }
        }
    }
}

fn usual_most() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let descriptors = most_open_files(&limits).unwrap_or(USUAL_DESCRIPTORS);
    descriptors
        .saturating_sub(RESERVED_DESCRIPTORS + MOST_BEYOND)
        .max(MOST_BEYOND)
}

/// The soft limit, as Linux writes it; nothing when there is none.
fn most_open_files(limits: &str) -> Option<usize> {
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Doorman, MOST_BEYOND, most_open_files};
    use std::sync::Arc;
    use std::task::{Context, Waker};

    #[test]
    fn a4_those_beyond_go_in_the_order_in_which_they_came() {
        let doorman = Doorman::new(Some(2), Arc::default());
        let context = Context::from_waker(Waker::noop());
        let inside = [doorman.enter(), doorman.enter()];
        assert!(inside.iter().all(|ticket| !ticket.is_beyond()));
        let beyond: Vec<_> = (0..=MOST_BEYOND).map(|_| doorman.enter()).collect();
        assert!(beyond.iter().all(super::Ticket::is_beyond));
        let told = beyond.iter().map(|ticket| ticket.is_told_to_go(&context));
        let told: Vec<_> = told.collect();
        assert!(told[0]);
        assert_eq!(told.iter().filter(|told| **told).count(), 1);
        drop((inside, beyond));
        assert!(!doorman.enter().is_beyond());
        assert!(doorman.beyond.lock().unwrap().is_empty());
    }

    #[test]
    fn limits_are_read() {
        let text = "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files\n";
        assert_eq!(most_open_files(text), Some(1024));
        assert_eq!(
            most_open_files("Max open files  unlimited  unlimited"),
            None
        );
        assert_eq!(most_open_files(""), None);
    }
}
