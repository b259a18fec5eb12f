//! The line of requests that change one image each, in a file: they are answered one after the other on one
//! thread, and what they change is committed together before any of them is told.
//!
//! Each on a thread of its own would wait for its turn at the file there, and again for the commit: to have a
//! thread go on that waits takes about as long as what it does then.

use crate::domain::instant;
use crate::http::Reply;
use crate::store::{StoreError, Uncommitted, put_off};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Requests that are answered before a commit at most: nobody waits for more than those before it.
const MOST_TOGETHER: usize = 64;

/// The longest time that a commit waits for others to come.
const MOST_PATIENCE: Duration = Duration::from_millis(2);

/// Until when it waits for another process that has the file.
pub type End = Option<Instant>;

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
    /// Those who were committed together last.
    hoped_for: usize,
    /// How long that commit took, and when it was over.
    took: Duration,
    over: Option<Instant>,
}

/// A request in line.
struct Job {
    answer: Answer,
    end: End,
    told: oneshot::Sender<Reply>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("end", &self.end)
            .finish_non_exhaustive()
    }
}

/// A request that was answered, but not told.
struct Answered {
    job: Job,
    /// Nothing when that panicked.
    reply: Option<Reply>,
    uncommitted: Option<Uncommitted>,
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
    pub fn join(
        self: &Arc<Self>,
        answer: Answer,
        end: End,
    ) -> (oneshot::Receiver<Reply>, Option<Serving>) {
        let (told, reply) = oneshot::channel();
        let mut inside = self.inside();
        inside.waiting.push_back(Job { answer, end, told });
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
    /// together last: they ask again as soon as they were told, and whoever comes first would have a commit
    /// alone, and have all the others wait for two.
    fn another(&self, answered: usize) -> Option<Job> {
        if answered >= MOST_TOGETHER {
            return None;
        }
        let mut inside = self.inside();
        let since = inside.over.map_or(Duration::MAX, |over| instant() - over);
        let patience = (inside.took / 2).min(MOST_PATIENCE);
        if inside.waiting.is_empty()
            && answered < inside.hoped_for
            && let Some(patience) = patience.checked_sub(since)
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
                // Somebody may have left meanwhile.
                if !job.told.is_closed() {
                    let done = job.answer(in_vain);
                    in_vain = done.was_in_vain();
                    answered.push(done);
                }
                next = self.line.another(answered.len());
            }
            if !answered.is_empty() {
                self.tell(answered, &commit);
            }
        }
        self.is_over = true;
    }

    /// Commits what they have changed, and tells them.
    fn tell(
        &self,
        answered: Vec<Answered>,
        commit: impl Fn(Uncommitted) -> Result<(), StoreError>,
    ) {
        let together = answered.len();
        let begun = instant();
        let told: Vec<_> = answered
            .into_iter()
            .map(|it| (it.uncommitted.map_or(Ok(()), &commit), it.job, it.reply))
            .collect();
        let over = instant();
        let mut inside = self.line.inside();
        inside.hoped_for = together;
        inside.took = over - begun;
        inside.over = Some(over);
        drop(inside);
        for (committed, job, reply) in told {
            let reply = match committed {
                Ok(()) => reply,
                // Nothing of it was done: alone it may be, and if not, its service says why.
                Err(error) => {
                    tracing::debug!(%error, "answered again, alone");
                    job.reply(true)
                }
            };
            if let Some(reply) = reply {
                // Who is not there any more need not be told.
                _ = job.told.send(reply);
            }
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

impl Answered {
    /// Whether it waited for another process until its patience was over.
    fn was_in_vain(&self) -> bool {
        self.job.end.is_some_and(|end| instant() >= end)
    }
}

impl Job {
    fn answer(self, in_vain: bool) -> Answered {
        let (reply, uncommitted) = put_off(|| self.reply(in_vain));
        Answered {
            job: self,
            reply,
            uncommitted,
        }
    }

    /// Nothing when that panics: the others are answered all the same.
    fn reply(&self, in_vain: bool) -> Option<Reply> {
        catch_unwind(AssertUnwindSafe(|| (self.answer)(in_vain))).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Line, Serving};
    use crate::http::{Reply, StatusCode};
    use crate::store::{StoreError, Uncommitted};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn answer(give: impl Fn() -> StatusCode + Send + 'static) -> Answer {
        Box::new(move |_| Reply::empty(give()))
    }

    fn nothing(_: Uncommitted) -> Result<(), StoreError> {
        Ok(())
    }

    #[test]
    fn those_who_come_meanwhile_are_answered_before_anybody_is_told() {
        let line: Arc<Line> = Arc::default();
        let (late, behind) = (Arc::clone(&line), Arc::new(AtomicUsize::new(0)));
        let count = Arc::clone(&behind);
        let (mut first, serving) = line.join(
            answer(move || {
                let counted = Arc::clone(&count);
                let counting = answer(move || {
                    counted.fetch_add(1, Ordering::SeqCst);
                    StatusCode::NO_CONTENT
                });
                // Somebody serves the line already. Nobody waits for the answer: it is not given.
                let (_, serving) = late.join(counting, None);
                assert!(serving.is_none());
                StatusCode::OK
            }),
            None,
        );
        let (mut second, none) = line.join(answer(|| StatusCode::CREATED), None);
        assert!(none.is_none());
        assert!(first.try_recv().is_err() && second.try_recv().is_err());
        serving.unwrap().serve(nothing);
        assert_eq!(first.try_recv().unwrap().status(), StatusCode::OK);
        assert_eq!(second.try_recv().unwrap().status(), StatusCode::CREATED);
        assert_eq!(behind.load(Ordering::SeqCst), 0);
        // Served to its end, it is served anew.
        assert!(line.join(answer(|| StatusCode::OK), None).1.is_some());
    }

    #[test]
    fn one_that_panics_leaves_the_others_their_answers() {
        let line: Arc<Line> = Arc::default();
        let panics = || std::panic::resume_unwind(Box::new("in the middle"));
        let (mut first, serving) = line.join(answer(panics), None);
        let (mut second, _) = line.join(answer(|| StatusCode::OK), None);
        serving.unwrap().serve(nothing);
        assert!(first.try_recv().is_err());
        assert_eq!(second.try_recv().unwrap().status(), StatusCode::OK);
    }

    #[test]
    fn nobody_waits_for_a_thread_that_never_came() {
        let line: Arc<Line> = Arc::default();
        let (mut reply, serving) = line.join(answer(|| StatusCode::OK), None);
        drop::<Option<Serving>>(serving);
        let told = reply.try_recv().unwrap_err();
        assert_eq!(told, tokio::sync::oneshot::error::TryRecvError::Closed);
        assert!(line.join(answer(|| StatusCode::OK), None).1.is_some());
    }
}
