//! A value that is worked out off the UI thread: asked for by a key, polled each frame, never waited for.

use std::{
    sync::atomic::AtomicBool,
    time::{Duration, Instant},
};

use crossbeam_channel::{Receiver, TryRecvError, bounded};
use egui;

use crate::jobs::{JobHandle, Pool, Priority};

/// Where a value stands.
#[derive(Debug)]
pub enum State<T> {
    /// Never asked for.
    Idle,
    /// Being worked out; what was there before is still shown.
    Pending {
        /// The value of an earlier request.
        previous: Option<T>,
    },
    /// There.
    Ready(T),
    /// Could not be worked out.
    Failed {
        /// The value of an earlier request.
        previous: Option<T>,
        /// Why, for a person.
        error: String,
    },
}

/// A value of type `T` for the request `K`. Asking for another key forgets the answer still to come, and dropping the
/// whole cancels its job.
#[derive(Debug)]
pub struct Fetch<K, T> {
    key: Option<K>,
    state: State<T>,
    waiting: Option<(Receiver<Result<T, String>>, JobHandle)>,
    asked_at: Option<Instant>,
}

impl<K, T> Default for Fetch<K, T> {
    fn default() -> Self {
        Self { key: None, state: State::Idle, waiting: None, asked_at: None }
    }
}

impl<K: PartialEq, T: Send + 'static> Fetch<K, T> {
    /// Asks for the value of `key` unless it was asked for already; the flag given to `work` is set once nobody wants
    /// the answer.
    pub fn request(
        &mut self,
        key: K,
        pool: &Pool,
        priority: Priority,
        ctx: &egui::Context,
        work: impl FnOnce(&AtomicBool) -> Result<T, String> + Send + 'static,
    ) {
        if self.key.as_ref() == Some(&key) {
            return;
        }
        let (answer, waiting) = bounded(1);
        let ctx = ctx.clone();
        let handle = pool.spawn(priority, move |cancelled| {
            let _ = answer.send(work(cancelled));
            drop(answer);
            ctx.request_repaint();
        });
        self.key = Some(key);
        self.asked_at = Some(Instant::now());
        self.waiting = Some((waiting, handle));
        let previous = self.take();
        self.state = State::Pending { previous };
    }

    /// Asks like [`Self::request`] for what a person waits for, but lets a job that has begun come to its end first, as long
    /// as it was asked for less than `patience` ago: so there are answers while the key changes with every pass, each for
    /// the newest key of its time. To be called after [`Self::poll`].
    pub fn follow(
        &mut self,
        key: K,
        patience: Duration,
        pool: &Pool,
        ctx: &egui::Context,
        work: impl FnOnce(&AtomicBool) -> Result<T, String> + Send + 'static,
    ) {
        let begun = self.waiting.as_ref().is_some_and(|(_, handle)| handle.has_begun());
        if begun && self.key.as_ref() != Some(&key) {
            let left = self.asked_at.map_or(Duration::ZERO, |asked_at| patience.saturating_sub(asked_at.elapsed()));
            if !left.is_zero() {
                // The end of the job wakes the window, or else the end of patience does.
                ctx.request_repaint_after(left);
                return;
            }
        }
        self.request(key, pool, Priority::Visible, ctx, work);
    }

    /// Takes in the answer if it has come; true when the state changed.
    pub fn poll(&mut self) -> bool {
        let Some((waiting, _)) = &self.waiting else { return false };
        let answer = match waiting.try_recv() {
            Ok(answer) => answer,
            Err(TryRecvError::Empty) => return false,
            Err(TryRecvError::Disconnected) => Err("the work broke off; see the terminal for its message".to_owned()),
        };
        self.waiting = None;
        self.state = match answer {
            Ok(value) => State::Ready(value),
            Err(error) => State::Failed { previous: self.take(), error },
        };
        true
    }
}

impl<K, T> Fetch<K, T> {
    /// Forgets key, value and job.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Lets the next request run again even for the same key; the value stays.
    pub fn invalidate(&mut self) {
        self.key = None;
    }

    /// Where the value stands.
    pub fn state(&self) -> &State<T> {
        &self.state
    }

    /// The request the state belongs to.
    pub fn key(&self) -> Option<&K> {
        self.key.as_ref()
    }

    /// The newest value there is, be it of an earlier request.
    pub fn value(&self) -> Option<&T> {
        match &self.state {
            State::Idle => None,
            State::Pending { previous } | State::Failed { previous, .. } => previous.as_ref(),
            State::Ready(value) => Some(value),
        }
    }

    /// The value of the newest request, once it is there.
    pub fn ready(&self) -> Option<&T> {
        if let State::Ready(value) = &self.state { Some(value) } else { None }
    }

    /// Why the newest request failed.
    pub fn error(&self) -> Option<&str> {
        if let State::Failed { error, .. } = &self.state { Some(error) } else { None }
    }

    /// Whether an answer is still to come.
    pub fn is_pending(&self) -> bool {
        matches!(self.state, State::Pending { .. })
    }

    /// Moves the ready value out; the key stays, so that the same is not asked for again.
    pub fn take_ready(&mut self) -> Option<T> {
        if matches!(self.state, State::Ready(_)) { self.take() } else { None }
    }

    fn take(&mut self) -> Option<T> {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Idle => None,
            State::Pending { previous } | State::Failed { previous, .. } => previous,
            State::Ready(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::*;

    fn settle<K: PartialEq, T: Send + 'static>(fetch: &mut Fetch<K, T>) {
        for _ in 0..1000 {
            if fetch.poll() {
                return;
            }
            thread::sleep(Duration::from_millis(1));
        }
        panic!("no answer");
    }

    #[test]
    fn a_key_that_keeps_changing_is_answered_again_and_again() {
        let pool = Pool::new("test", 1);
        let ctx = egui::Context::default();
        let mut fetch = Fetch::default();
        let long = Duration::from_mins(1);
        let (go, gate) = bounded::<()>(1);
        fetch.follow(1, long, &pool, &ctx, move |_| {
            let _ = gate.recv();
            Ok("one")
        });
        while !fetch.waiting.as_ref().is_some_and(|(_, handle)| handle.has_begun()) {
            thread::sleep(Duration::from_millis(1));
        }
        fetch.follow(2, long, &pool, &ctx, |_| Ok("two"));
        assert_eq!(fetch.key(), Some(&1));
        go.send(()).unwrap();
        settle(&mut fetch);
        assert_eq!(fetch.ready(), Some(&"one"));
        fetch.follow(3, long, &pool, &ctx, |_| Ok("three"));
        assert!(fetch.is_pending());
        settle(&mut fetch);
        assert_eq!(fetch.ready(), Some(&"three"));
        // Without patience the newest takes the place of the one that runs.
        let (go, gate) = bounded::<()>(1);
        fetch.follow(4, Duration::ZERO, &pool, &ctx, move |_| {
            let _ = gate.recv();
            Ok("four")
        });
        fetch.follow(5, Duration::ZERO, &pool, &ctx, |_| Ok("five"));
        go.send(()).unwrap();
        settle(&mut fetch);
        assert_eq!(fetch.ready(), Some(&"five"));
    }

    #[test]
    fn a_failed_request_keeps_the_value_before_it_and_a_stale_answer_is_dropped() {
        let pool = Pool::new("test", 1);
        let ctx = egui::Context::default();
        let mut fetch = Fetch::default();
        fetch.request(1, &pool, Priority::Visible, &ctx, |_| Ok("one"));
        settle(&mut fetch);
        assert_eq!(fetch.ready(), Some(&"one"));
        fetch.request(2, &pool, Priority::Visible, &ctx, |_| Err("no two".to_owned()));
        assert!(fetch.is_pending());
        assert_eq!(fetch.value(), Some(&"one"));
        settle(&mut fetch);
        assert_eq!((fetch.error(), fetch.value()), (Some("no two"), Some(&"one")));
        let (go, gate) = bounded::<()>(1);
        fetch.request(3, &pool, Priority::Visible, &ctx, move |_| {
            let _ = gate.recv();
            Ok("stale")
        });
        fetch.request(4, &pool, Priority::Visible, &ctx, |_| Ok("four"));
        go.send(()).unwrap();
        settle(&mut fetch);
        assert_eq!(fetch.ready(), Some(&"four"));
        assert!(!fetch.poll());
    }
}
