//! A bar that shows how far something long has come.

use crate::domain::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// What takes no longer than this is not worth a bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A bar on the terminal behind standard error, if there is one, for what takes longer than a second.
#[derive(Clone, Default)]
pub struct Bar(Arc<Mutex<Option<Shown>>>);

struct Shown {
    bar: ProgressBar,
    is_hidden: bool,
}

impl Progress for Bar {
    fn begin(&self, what: &'static str, steps: u64) {
        let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{msg} images [{wide_bar}] {percent}% ({eta})");
        if let Ok(style) = style {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what);
        let shown = Shown {
            bar,
            is_hidden: true,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(shown);
    }

    fn step(&self, steps: u64) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Shown { bar, is_hidden }) = shown.as_mut() {
            bar.inc(steps);
            if *is_hidden && bar.elapsed() > PATIENCE {
                *is_hidden = false;
                // What is no terminal is drawn to by nobody.
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
        }
    }

    fn end(&self) {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Shown { bar, .. }) = shown {
            bar.finish_and_clear();
        }
    }
}
