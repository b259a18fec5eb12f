//! The line of requests that change one image each, in a file: they are answered one after the other on one
//! thread, and what they change is committed together before any of them is told.
//!
//! Each on a thread of its own would wait for its turn at the file there, and again for the commit: to have a
//! thread go on that waits takes about as long as what it does then.

use crate::domain::instant;
use crate::http::Reply;
use crate::store::{Left, MOST_TOGETHER, Pace, StoreError, Uncommitted, put_off};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// Gives the answer, and the same again where the first was given in vain. It is told whether the request had
/// to wait for others who waited in vain.
pub type Answer = Box<dyn Fn(bool) -> Reply + Send>;

/// Who is in line.
#[derive(Debug, Default)]
pub struct Line {
    inside: Mutex<Inside>,
    /// Told when somebody has come.
    come: Condvar,
}

#[derive(Debug, Default)]
struct Inside {
    waiting: VecDeque<Job>,
    /// Whether a thread answers them.
    is_served: bool,
    /// Whether it waits for somebody to come.
    is_waited: bool,
    pace: Pace,
}

/// A request in line.
struct Job {
    answer: Answer,
    told: oneshot::Sender<Reply>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").finish_non_exhaustive()
    }
}

/// A request that was answered, but not told.
struct Answered {
    job: Job,
    /// Nothing when that panicked.
    reply: Option<Reply>,
    uncommitted: Uncommitted,
}

/// Answers those who are in line. Where it is dropped instead, since the server ends, they are not answered.
#[derive(Debug)]
pub struct Serving {
    line: Arc<Line>,
    is_over: bool,
}

impl Line {
    /// Comes into line, and is told the answer once what it changed is committed. Who leaves before it is
    /// his turn is not answered. With nobody to serve the line there is somebody to be sent to another thread
    /// who does.
    pub fn join(self: &Arc<Self>, answer: Answer) -> (oneshot::Receiver<Reply>, Option<Serving>) {
        let (told, reply) = oneshot::channel();
        let mut inside = self.inside();
        inside.waiting.push_back(Job { answer, told });
        let was_served = std::mem::replace(&mut inside.is_served, true);
        let is_waited = inside.is_waited;
        drop(inside);
        if is_waited {
            self.come.notify_one();
        }
        let serving = || Serving {
            line: Arc::clone(self),
            is_over: false,
        };
        (reply, (!was_served).then(serving))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next in line; nothing when there is nobody, and nobody serves the line then.
    fn first(&self) -> Option<Job> {
        let mut inside = self.inside();
        let job = inside.waiting.pop_front();
        inside.is_served = job.is_some();
        job
    }

    /// The next in line behind those who are answered already. It lets those come who were committed
    /// together last.
    fn another(&self, answered: usize) -> Option<Job> {
        if answered >= MOST_TOGETHER {
            return None;
        }
        let mut inside = self.inside();
        if inside.waiting.is_empty()
            && answered < inside.pace.hoped_for()
            && let Some(patience) = inside.pace.patience()
        {
            inside.is_waited = true;
            let hopes = |inside: &mut Inside| inside.waiting.is_empty();
            let waited = self.come.wait_timeout_while(inside, patience, hopes);
            inside = waited.unwrap_or_else(PoisonError::into_inner).0;
            inside.is_waited = false;
        }
        inside.waiting.pop_front()
    }
}

impl Serving {
    /// Answers those who are in line, until nobody is.
    pub fn serve(mut self, commit: impl Fn(Uncommitted) -> Result<(), StoreError>) {
        let mut in_vain = false;
        while let Some(first) = self.line.first() {
            let mut answered = Vec::new();
            let mut next = Some(first);
            while let Some(job) = next {
                answer(job, &mut in_vain, &mut answered);
                // Whoever waits for a file that another process has taken meanwhile keeps nobody waiting whose
                // change is committed.
                let decided = |it: &Answered| it.uncommitted.is_decided();
                next = match answered.first().is_some_and(decided) {
                    true => None,
                    false => self.line.another(answered.len()),
                };
            }
            if !answered.is_empty() {
                self.commit(answered, &commit);
            }
        }
        self.is_over = true;
    }

    /// Commits what they have changed, and tells them.
    fn commit(
        &self,
        answered: Vec<Answered>,
        commit: impl Fn(Uncommitted) -> Result<(), StoreError>,
    ) {
        let together = answered.len();
        let begun = instant();
        let committed: Vec<_> = answered
            .into_iter()
            .map(|it| (commit(it.uncommitted), it.job, it.reply))
            .collect();
        self.line.inside().pace.committed(together, begun);
        let mut undone = Vec::new();
        for (committed, job, reply) in committed {
            match committed {
                Ok(()) => tell(job, reply),
                Err(error) => {
                    tracing::debug!(%error, "answered again, alone");
                    undone.push(job);
                }
            }
        }
        // Nothing of these was done: alone it may be, and if not, their service says why.
        for job in undone {
            let reply = job.reply(true);
            tell(job, reply);
        }
    }
}

impl Drop for Serving {
    /// Nobody waits for what never comes.
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut inside = self.line.inside();
        inside.is_served = false;
        let left = std::mem::take(&mut inside.waiting);
        drop(inside);
        drop(left);
    }
}

/// Answers somebody who has not left meanwhile. Who has changed nothing is told at once.
fn answer(job: Job, in_vain: &mut bool, answered: &mut Vec<Answered>) {
    if job.told.is_closed() {
        return;
    }
    let (reply, left) = put_off(|| job.reply(*in_vain));
    match left {
        Left::Nothing => tell(job, reply),
        Left::InVain => {
            *in_vain = true;
            tell(job, reply);
        }
        Left::Change(uncommitted) => {
            *in_vain = false;
            answered.push(Answered {
                job,
                reply,
                uncommitted,
            });
        }
    }
}

/// Gives the answer; without one its service is told that there is none.
fn tell(job: Job, reply: Option<Reply>) {
    if let Some(reply) = reply {
        // Who is not there any more need not be told.
        _ = job.told.send(reply);
    }
}

impl Job {
    /// Nothing when that panics: the others are answered all the same.
    fn reply(&self, in_vain: bool) -> Option<Reply> {
        catch_unwind(AssertUnwindSafe(|| (self.answer)(in_vain))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Line, Serving};
    use crate::domain::Image;
    use crate::emulator::texts::TEXTS;
    use crate::http::{Reply, StatusCode};
    use crate::store::{Change, DatabaseFile, Location, Store, StoreError};
    use std::cell::RefCell;
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::oneshot::error::TryRecvError;

    /// Answers, and changes nothing.
    fn answer(give: impl Fn() -> StatusCode + Send + 'static) -> Answer {
        Box::new(move |_| Reply::empty(give()))
    }

    /// Has an image be edited, and counts how often.
    fn edit(store: &Arc<Store>, count: &Arc<AtomicUsize>) -> Answer {
        let (store, count) = (Arc::clone(store), Arc::clone(count));
        answer(move || {
            count.fetch_add(1, Ordering::SeqCst);
            let edited = store.change_together("one", |image| {
                let mut image = image.unwrap_or_else(|| Image::builder("one").build());
                image.min_ram_mib += 1;
                Ok::<_, StoreError>(Change::Put(Box::new(image), ()))
            });
            edited.map_or(StatusCode::INTERNAL_SERVER_ERROR, |()| StatusCode::OK)
        })
    }

    /// A store over a file that goes with it.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new(name: &str) -> (Self, Arc<Store>) {
            let name = format!("nova-images-{}-line-{name}.sqlite", std::process::id());
            let path = std::env::temp_dir().join(name);
            let file = Location::File(DatabaseFile::at(path.clone()));
            (Self(path), Arc::new(Store::open(file, TEXTS).unwrap()))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            for suffix in ["", "-wal", "-shm"] {
                let mut path = self.0.clone().into_os_string();
                path.push(suffix);
                _ = std::fs::remove_file(path);
            }
        }
    }

    fn min_ram(store: &Store) -> Option<i64> {
        let image = store.image("one").unwrap();
        image.map(|image| image.min_ram_mib)
    }

    #[test]
    fn nobody_is_told_before_all_are_committed() {
        let (_scratch, store) = Scratch::new("told");
        let (line, count) = (Arc::<Line>::default(), Arc::default());
        let (first, serving) = line.join(edit(&store, &count));
        let (second, none) = line.join(edit(&store, &count));
        assert!(none.is_none());
        // Nobody waits for the answer of this one: it is not given.
        drop(line.join(edit(&store, &count)));
        let told = RefCell::new([first, second]);
        serving.unwrap().serve(|uncommitted| {
            for told in &mut *told.borrow_mut() {
                assert_eq!(told.try_recv().unwrap_err(), TryRecvError::Empty);
            }
            store.commit(uncommitted)
        });
        for mut told in told.into_inner() {
            assert_eq!(told.try_recv().unwrap().status(), StatusCode::OK);
        }
        assert_eq!(min_ram(&store), Some(2));
        assert_eq!(count.load(Ordering::SeqCst), 2);
        // Served to its end, it is served anew.
        assert!(line.join(answer(|| StatusCode::OK)).1.is_some());
    }

    #[test]
    fn what_was_not_committed_is_done_again() {
        let (_scratch, store) = Scratch::new("again");
        let (line, count) = (Arc::<Line>::default(), Arc::default());
        let (mut told, serving) = line.join(edit(&store, &count));
        serving.unwrap().serve(|uncommitted| {
            store.commit(uncommitted)?;
            Err(StoreError::GivenUp)
        });
        assert_eq!(told.try_recv().unwrap().status(), StatusCode::OK);
        assert_eq!(count.load(Ordering::SeqCst), 2);
        assert_eq!(min_ram(&store), Some(2));
    }

    #[test]
    fn who_changes_nothing_is_told_at_once_and_one_that_panics_harms_no_other() {
        let line: Arc<Line> = Arc::default();
        let (refused, serving) = line.join(answer(|| StatusCode::NOT_FOUND));
        let panics = || std::panic::resume_unwind(Box::new("in the middle"));
        let (mut broken, _) = line.join(answer(panics));
        let refused = std::sync::Mutex::new(refused);
        let (mut last, _) = line.join(answer(move || {
            refused.lock().unwrap().try_recv().unwrap().status()
        }));
        serving.unwrap().serve(|change| panic!("{change:?}"));
        assert_eq!(broken.try_recv().unwrap_err(), TryRecvError::Closed);
        assert_eq!(last.try_recv().unwrap().status(), StatusCode::NOT_FOUND);
    }

    #[test]
    fn nobody_waits_for_a_thread_that_never_came() {
        let line: Arc<Line> = Arc::default();
        let (mut reply, serving) = line.join(answer(|| StatusCode::OK));
        drop::<Option<Serving>>(serving);
        assert_eq!(reply.try_recv().unwrap_err(), TryRecvError::Closed);
        assert!(line.join(answer(|| StatusCode::OK)).1.is_some());
    }
}
