//! A question that may take long: asked by a key, with progress, stopped when another one takes its place.

use std::time::{Duration, Instant};

use egui::Context;

use crate::{
    gui::fetch::Fetch,
    jobs::{Pool, Priority, Progress},
};

/// Changes that follow each other faster are one question.
const CALM: Duration = Duration::from_millis(140);

/// A question of key `K` with an answer `T`.
pub struct Asking<K, T> {
    fetch: Fetch<K, T>,
    progress: Option<Progress>,
    begun: Option<Instant>,
    /// A key that is not asked yet, and since when it is wanted.
    coming: Option<(K, Instant)>,
}

impl<K, T> Default for Asking<K, T> {
    fn default() -> Self {
        Self { fetch: Fetch::default(), progress: None, begun: None, coming: None }
    }
}

impl<K: PartialEq + Clone, T: Send + 'static> Asking<K, T> {
    /// The answer to exactly this question, once it is there.
    pub fn answer_to(&self, key: &K) -> Option<&T> {
        self.fetch.ready().filter(|_| self.fetch.key() == Some(key))
    }

    /// Asks for the answer to `key`, at once the first time and else when it stays the same for a moment. The answer to
    /// another key that is still worked out is stopped.
    pub fn ask(
        &mut self,
        key: &K,
        pool: &Pool,
        ctx: &Context,
        work: impl FnOnce(&Progress) -> Result<T, String> + Send + 'static,
    ) {
        self.poll();
        if self.fetch.key() == Some(key) {
            self.coming = None;
            return;
        }
        let now = Instant::now();
        let since = match &self.coming {
            Some((coming, since)) if coming == key => *since,
            _ => {
                self.coming = Some((key.clone(), now));
                now
            }
        };
        let left = CALM.saturating_sub(now.duration_since(since));
        if self.fetch.key().is_some() && !left.is_zero() {
            ctx.request_repaint_after(left);
            return;
        }
        self.coming = None;
        self.stop();
        let progress = Progress::new();
        self.progress = Some(progress.clone());
        self.begun = Some(now);
        self.fetch.request(key.clone(), pool, Priority::Visible, ctx, move |_| work(&progress));
    }

    /// Asks what takes milliseconds, at once: an answer that is under way for less than `patience` comes first, so that there
    /// are answers while the key changes with every pass.
    pub fn follow(
        &mut self,
        key: &K,
        patience: Duration,
        pool: &Pool,
        ctx: &Context,
        work: impl FnOnce(&Progress) -> Result<T, String> + Send + 'static,
    ) {
        self.poll();
        self.coming = None;
        if self.fetch.key() == Some(key) {
            return;
        }
        let progress = Progress::new();
        let own = progress.clone();
        self.fetch.follow(key.clone(), patience, pool, ctx, move |_| work(&own));
        if self.fetch.key() == Some(key) {
            self.stop();
            self.progress = Some(progress);
            self.begun = Some(Instant::now());
        }
    }

    /// Takes in the answer if it has come.
    pub fn poll(&mut self) {
        if self.fetch.poll() {
            self.progress = None;
        }
    }
}

impl<K, T> Asking<K, T> {
    /// Tells the work under way to stop.
    pub fn stop(&mut self) {
        if let Some(progress) = self.progress.take() {
            progress.cancel();
        }
    }

    /// Asks the same again when it is asked next; what was answered is shown until then.
    pub fn again(&mut self) {
        self.stop();
        self.fetch.invalidate();
    }

    /// The newest answer there is, be it to an earlier question.
    pub fn value(&self) -> Option<&T> {
        self.fetch.value()
    }

    /// Why the newest question has no answer.
    pub fn error(&self) -> Option<&str> {
        self.fetch.error()
    }

    /// The work under way and since when, once it takes long enough to be told.
    pub fn long_work(&self, after: Duration) -> Option<&Progress> {
        let begun = self.begun?;
        self.progress.as_ref().filter(|_| self.fetch.is_pending() && begun.elapsed() >= after)
    }
}

impl<K, T> Drop for Asking<K, T> {
    fn drop(&mut self) {
        self.stop();
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn fast_changes_are_one_question_and_the_one_before_is_stopped() {
        let (pool, ctx) = (Pool::new("test", 2), Context::default());
        let mut asking: Asking<u32, u32> = Asking::default();
        let waits = |progress: &Progress| -> Result<u32, String> {
            for _ in 0..4000 {
                if progress.is_cancelled() {
                    return Err("stopped".into());
                }
                sleep(Duration::from_millis(1));
            }
            Ok(0)
        };
        asking.ask(&1, &pool, &ctx, waits);
        assert!(asking.long_work(Duration::ZERO).is_some());
        let first = asking.progress.clone().unwrap();
        for key in 2..6 {
            asking.ask(&key, &pool, &ctx, |_| Err("never asked".into()));
        }
        assert!(!first.is_cancelled(), "nothing new is asked at once");
        let begun = Instant::now();
        while asking.value().is_none() {
            asking.ask(&6, &pool, &ctx, |_| Ok(6));
            assert!(begun.elapsed() < Duration::from_secs(10));
            sleep(Duration::from_millis(2));
        }
        assert!(first.is_cancelled());
        assert_eq!((asking.value(), asking.error()), (Some(&6), None));
        for key in 7..10 {
            while asking.value() != Some(&key) {
                asking.follow(&key, Duration::from_secs(5), &pool, &ctx, move |_| Ok(key));
                assert!(begun.elapsed() < Duration::from_secs(10));
                sleep(Duration::from_millis(2));
            }
        }
        asking.ask(&6, &pool, &ctx, |_| Ok(6));
        while asking.value() != Some(&6) {
            asking.ask(&6, &pool, &ctx, |_| Ok(6));
            assert!(begun.elapsed() < Duration::from_secs(10));
            sleep(Duration::from_millis(2));
        }
        asking.again();
        asking.ask(&6, &pool, &ctx, |_| Ok(7));
        assert_eq!(asking.value(), Some(&6), "the answer of before is shown meanwhile");
    }
}
