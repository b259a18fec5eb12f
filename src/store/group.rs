//! Writes of a file that wait at the same time, committed together.
//!
//! Each writer takes its turn at the one connection and leaves its transaction open for those that
//! wait behind it; the last of them commits for all. Who has had its turn waits for that commit, and
//! for nothing else, or leaves it to whoever it gives its group to. Nobody runs what another brought.

use super::error::StoreError;
use super::file::FileLock;
use super::pace::{MOST_TOGETHER, Pace};
use super::patience;
use crate::domain::instant;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Groups at most that whoever wants a transaction alone ends before it gives up.
const MOST_GROUPS_BEFORE: usize = 512;

/// How long a write waits before it asks again for the file's lock that another process has.
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(10);

/// The connection that writes to a file, and who is in line for it.
#[derive(Debug)]
pub struct GroupWriter {
    turn: Mutex<Turn>,
    /// Who wants a turn and has not had it.
    in_line: AtomicUsize,
    /// Told when a group is as large as it was hoped to become, or is over.
    gathered: Condvar,
    /// Where its file is to be.
    file: Arc<FileLock>,
    /// How long a write asks for the file's lock, where its thread has no other word.
    patience: Duration,
    /// Who has found that another process has the file, and asks again.
    locked_out: AtomicUsize,
}

/// What a writer has while it is its turn.
#[derive(Debug)]
struct Turn {
    connection: Connection,
    /// Those whose writes are in the open transaction.
    group: Arc<Group>,
    members: usize,
    /// Whether any of them changed something.
    is_changed: bool,
    pace: Pace,
}

/// What came of a write, or the panic that it ended with.
type Outcome<T, E> = std::thread::Result<Result<Result<T, E>, StoreError>>;

/// What came of a write, the group that it is in, and the turn that it was written in.
type Part<'w, T, E> = (Outcome<T, E>, Arc<Group>, MutexGuard<'w, Turn>);

/// Writes that are committed together, or not at all.
#[derive(Debug, Default)]
pub struct Group {
    outcome: Mutex<Option<Result<(), Arc<StoreError>>>>,
    decided: Condvar,
}

impl Group {
    fn decide(&self, outcome: Result<(), StoreError>) {
        let mut known = lock(&self.outcome);
        *known = Some(outcome.map_err(Arc::new));
        drop(known);
        self.decided.notify_all();
    }

    /// Whether it is committed, or never will be.
    pub fn is_decided(&self) -> bool {
        lock(&self.outcome).is_some()
    }

    fn wait(&self) -> Result<(), StoreError> {
        let known = lock(&self.outcome);
        let known = self.decided.wait_while(known, |known| known.is_none());
        let known = known.unwrap_or_else(PoisonError::into_inner);
        match &*known {
            Some(Err(error)) => Err(StoreError::NotCommitted(Arc::clone(error))),
            Some(Ok(())) | None => Ok(()),
        }
    }
}

impl GroupWriter {
    /// Over a connection to a file, which from now on waits for nobody's lock by itself.
    pub fn new(
        connection: Connection,
        file: Arc<FileLock>,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        connection.busy_timeout(Duration::ZERO)?;
        Ok(Self {
            file,
            patience,
            locked_out: AtomicUsize::new(0),
            turn: Mutex::new(Turn {
                connection,
                group: Arc::default(),
                members: 0,
                is_changed: false,
                pace: Pace::default(),
            }),
            in_line: AtomicUsize::new(0),
            gathered: Condvar::new(),
        })
    }

    /// When a write that began now would have waited for long enough.
    pub fn end_of_patience(&self) -> Instant {
        patience::end(self.patience)
    }

    /// Whether somebody waits for another process that has the file.
    pub fn is_locked_out(&self) -> bool {
        self.locked_out.load(Ordering::Acquire) > 0
    }

    /// Writes, all or nothing; returns when that is committed. What `work` refuses to do is no write.
    pub fn write<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        let (outcome, group, turn) = self.take_part(work)?;
        if self.in_line.load(Ordering::Acquire) == 0 {
            let mut turn = self.gather(turn, &group);
            if Arc::ptr_eq(&turn.group, &group) {
                self.commit(&mut turn);
            }
        } else {
            drop(turn);
        }
        let committed = group.wait();
        let outcome = self.outcome(outcome)?;
        committed?;
        Ok(outcome)
    }

    /// The same, but for the commit: whoever is given the group has it committed. A write that fails is no
    /// part of any.
    pub fn write_uncommitted<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<(Result<T, E>, Arc<Group>), StoreError> {
        let (outcome, group, turn) = self.take_part(work)?;
        if turn.members == turn.pace.hoped_for() {
            self.gathered.notify_all();
        }
        drop(turn);
        if !matches!(outcome, Ok(Ok(_))) {
            // What went wrong with this write says more.
            _ = self.commit_group(&group);
        }
        Ok((self.outcome(outcome)?, group))
    }

    /// Commits what is written in a group, unless somebody has.
    pub fn commit_group(&self, group: &Arc<Group>) -> Result<(), StoreError> {
        let mut turn = lock(&self.turn);
        if Arc::ptr_eq(&turn.group, group) {
            self.commit(&mut turn);
        }
        drop(turn);
        group.wait()
    }

    /// Takes a turn, and writes in it; the turn is still its own, the group is that of its write.
    fn take_part<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Part<'_, T, E>, StoreError> {
        let mut turn = self.take_turn()?;
        let group = Arc::clone(&turn.group);
        let outcome = catch_unwind(AssertUnwindSafe(|| turn.run(work)));
        turn.members += 1;
        turn.is_changed |= matches!(outcome, Ok(Ok(Ok(_))));
        if !matches!(outcome, Ok(Ok(_))) && turn.connection.is_autocommit() {
            // SQLite has given up the whole transaction: what the others wrote is gone with it.
            self.end(&mut turn, Err(StoreError::GivenUp));
        } else if turn.members == MOST_TOGETHER {
            self.commit(&mut turn);
        }
        Ok((outcome, group, turn))
    }

    fn outcome<T, E>(&self, outcome: Outcome<T, E>) -> Result<Result<T, E>, StoreError> {
        match outcome {
            Err(panic) => resume_unwind(panic),
            Ok(outcome) => outcome.map_err(|error| self.cause_of(error)),
        }
    }

    /// What SQLite says of a file that is gone or another by now is told in clearer words.
    fn cause_of(&self, error: StoreError) -> StoreError {
        self.file.check_place().err().unwrap_or(error)
    }

    /// The same, straight into the file if nobody else has it open: what is much is not written twice,
    /// into the log and out of it. An interrupted write is taken back by whoever opens the file next.
    pub fn write_alone<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        let mut turn = lock(&self.turn);
        let connection = &mut turn.connection;
        if !connection.is_autocommit() || !is_journal(connection, "delete") {
            drop(turn);
            return self.write_most(work);
        }
        let written = self.file.flush_while(|| write_directly(connection, work));
        let has_log = begin_log(connection);
        match written {
            Ok(Ok(value)) => has_log.map(|()| Ok(value)),
            // A disk that is full may not take the log, either: what went wrong first says why.
            failed => failed,
        }
    }

    /// The same for what changes most of the file, in a transaction of its own: within one that others
    /// are in, SQLite keeps all that it replaces in memory, in case this write alone is taken back.
    pub fn write_most<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        let turn = self.begin_alone()?;
        let transaction = Unfinished(&turn.connection);
        self.file.check_place()?;
        let outcome = work(&turn.connection)?;
        if outcome.is_ok() {
            turn.connection.execute_batch("COMMIT")?;
        }
        drop(transaction);
        Ok(outcome)
    }

    /// Begins a transaction, and first ends one that others wait in.
    fn begin_alone(&self) -> Result<MutexGuard<'_, Turn>, StoreError> {
        let mut turn = self.take_turn()?;
        for _ in 0..MOST_GROUPS_BEFORE {
            if turn.members == 0 {
                return Ok(turn);
            }
            self.commit(&mut turn);
            drop(turn);
            turn = self.take_turn()?;
        }
        Err(StoreError::Busy)
    }

    /// Lets those come who were committed together last.
    fn gather<'t>(
        &'t self,
        turn: MutexGuard<'t, Turn>,
        group: &Arc<Group>,
    ) -> MutexGuard<'t, Turn> {
        let Some(patience) = turn.pace.patience() else {
            return turn;
        };
        let hopes = |turn: &mut Turn| {
            Arc::ptr_eq(&turn.group, group) && turn.members < turn.pace.hoped_for()
        };
        let waited = self.gathered.wait_timeout_while(turn, patience, hopes);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn commit(&self, turn: &mut Turn) {
        let begun = instant();
        // Once for all of them: it takes as long as a tenth of a write.
        let is_there = self.file.check_place();
        let ended = turn.end(turn.is_changed && is_there.is_ok());
        let committed = is_there.and(ended);
        turn.pace.committed(turn.members, begun);
        self.end(turn, committed);
    }

    /// Tells the group, and begins another.
    fn end(&self, turn: &mut Turn, outcome: Result<(), StoreError>) {
        std::mem::take(&mut turn.group).decide(outcome);
        turn.members = 0;
        turn.is_changed = false;
        self.gathered.notify_all();
    }

    /// Waits in line, and where another process has the file's lock, for that one.
    fn take_turn(&self) -> Result<MutexGuard<'_, Turn>, StoreError> {
        let end = self.end_of_patience();
        let mut locked_out = None;
        loop {
            self.in_line.fetch_add(1, Ordering::AcqRel);
            let turn = lock(&self.turn);
            // Those before it look at this when they have had their turn: not before.
            self.in_line.fetch_sub(1, Ordering::AcqRel);
            if !turn.connection.is_autocommit() {
                return Ok(turn);
            }
            let begun = turn.connection.prepare_cached("BEGIN IMMEDIATE");
            match begun.and_then(|mut begin| begin.execute([])) {
                Ok(_) => return Ok(turn),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
                Err(other) => return Err(self.cause_of(other.into())),
            }
            drop(turn);
            if instant() >= end {
                return Err(StoreError::Busy);
            }
            locked_out.get_or_insert_with(|| LockedOut::of(&self.locked_out));
            pause();
        }
    }
}

/// Counts somebody who waits for another process, for as long as this is held.
struct LockedOut<'c>(&'c AtomicUsize);

impl<'c> LockedOut<'c> {
    fn of(count: &'c AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::AcqRel);
        Self(count)
    }
}

impl Drop for LockedOut<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Has the journal of this kind from now on, or says that it cannot.
fn is_journal(connection: &Connection, kind: &str) -> bool {
    let set = connection
        .pragma_update_and_check(None, "journal_mode", kind, |row| row.get::<_, String>(0));
    set.is_ok_and(|set| set == kind)
}

/// Whoever reads finds the log where it belongs.
fn begin_log(connection: &Connection) -> Result<(), StoreError> {
    if !is_journal(connection, "wal") {
        return Err(StoreError::NoLog);
    }
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(())
}

fn write_directly<T, E>(
    connection: &mut Connection,
    work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
) -> Result<Result<T, E>, StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let outcome = work(&transaction)?;
    if outcome.is_ok() {
        transaction.commit()?;
    }
    Ok(outcome)
}

impl Turn {
    /// Does one write of the group, which the others do not notice when it fails.
    fn run<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Result<T, E>, StoreError>,
    ) -> Result<Result<T, E>, StoreError> {
        let connection = &self.connection;
        let execute = |sql| connection.prepare_cached(sql)?.execute([]);
        execute("SAVEPOINT one")?;
        let savepoint = Savepoint(connection);
        let outcome = work(connection)?;
        if outcome.is_ok() {
            execute("RELEASE one")?;
            std::mem::forget(savepoint);
        }
        Ok(outcome)
    }

    fn end(&self, is_kept: bool) -> Result<(), StoreError> {
        let end = if is_kept { "COMMIT" } else { "ROLLBACK" };
        let ended = self.connection.prepare_cached(end)?.execute([]);
        if ended.is_err() && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        ended?;
        Ok(())
    }
}

/// Takes back what was done since it began, unless it is forgotten: also when that panics.
struct Savepoint<'c>(&'c Connection);

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        // There is none when SQLite has given up the whole transaction.
        if !self.0.is_autocommit() {
            let undone = self.0.execute_batch("ROLLBACK TO one; RELEASE one");
            if let Err(error) = undone {
                tracing::error!(%error, "a write could not be taken back");
                // Rather nobody's write than half of one.
                _ = self.0.execute_batch("ROLLBACK");
            }
        }
    }
}

/// Takes back a transaction that was not committed: also when what is done in it panics.
struct Unfinished<'c>(&'c Connection);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if !self.0.is_autocommit()
            && let Err(error) = self.0.execute_batch("ROLLBACK")
        {
            tracing::error!(%error, "a write could not be taken back");
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for a moment, since another process does not say when it is ready.
fn pause() {
    let nobody = Mutex::new(());
    let notified = Condvar::new().wait_timeout_while(lock(&nobody), BETWEEN_ATTEMPTS, |()| true);
    drop(notified);
}
