//! A bar that shows how far something long has come.

use crate::domain::Progress;
use kdam::BarExt as _;
use std::io::{IsTerminal as _, stderr};
use std::sync::{Arc, Mutex, PoisonError};

/// What takes no longer than this, in seconds, is not worth a bar.
const PATIENCE: f32 = 1.0;

/// A bar on the terminal behind standard error, if there is one, for what takes longer than a second.
/// One that cannot be drawn is nobody's trouble.
#[derive(Clone, Default)]
pub struct Bar(Arc<Mutex<Option<kdam::Bar>>>);

impl Progress for Bar {
    fn begin(&self, what: &'static str, steps: u64) {
        let mut bar = kdam::Bar::new(usize::try_from(steps).unwrap_or(usize::MAX));
        bar.set_description(format!("{what} images"));
        bar.delay = PATIENCE;
        bar.unit = String::new();
        bar.unit_scale = true;
        bar.dynamic_ncols = true;
        bar.disable = !stderr().is_terminal();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    fn step(&self, steps: u64) {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = shown.as_mut() {
            let steps = usize::try_from(steps).unwrap_or(usize::MAX);
            let counter = bar.counter.saturating_add(steps);
            // What is complete would be drawn, however soon; nobody knows when the total is none.
            match counter < bar.total || bar.total == 0 {
                true => _ = bar.update(steps),
                false => bar.counter = counter,
            }
        }
    }

    fn end(&self) {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut bar) = shown
            && bar.bar_length > 0
        {
            _ = bar.clear().and_then(|()| bar.writer.print(b"\r"));
        }
    }
}
