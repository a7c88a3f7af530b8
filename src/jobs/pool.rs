//! A bounded pool of workers with two lanes: what a person waits for, and the rest. Newest request first.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use parking_lot::{Condvar, Mutex};

/// Which lane a job waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// A person is waiting: the newest request runs first.
    Visible,
    /// Read-ahead and upkeep: runs when nobody waits, oldest first.
    Background,
}

type Work = Box<dyn FnOnce() + Send>;

struct Waiting {
    cancelled: Arc<AtomicBool>,
    work: Work,
}

#[derive(Default)]
struct Lanes {
    visible: Vec<Waiting>,
    background: VecDeque<Waiting>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    lanes: Mutex<Lanes>,
    wake: Condvar,
}

/// Runs jobs on a fixed number of threads. Dropping it lets the running jobs end and forgets the waiting ones.
pub struct Pool {
    shared: Arc<Shared>,
    workers: Vec<thread::JoinHandle<()>>,
}

/// Keeps a job wanted: dropping it before the job has begun takes the job out of the queue.
#[derive(Debug)]
pub struct JobHandle {
    cancelled: Arc<AtomicBool>,
}

impl JobHandle {
    /// The flag that a running job may look at to stop early.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }

    /// Lets the job run to its end although nobody holds the handle.
    pub fn detach(mut self) {
        self.cancelled = Arc::default();
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Pool {
    /// Starts `threads` workers (at least one), named for debuggers, at a lower priority than the caller's thread.
    #[must_use]
    pub fn new(name: &str, threads: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let workers = (0..threads.max(1))
            .filter_map(|index| {
                let shared = Arc::clone(&shared);
                let name = format!("{name}-{index}");
                thread::Builder::new().name(name).spawn(move || work(&shared)).ok()
            })
            .collect();
        Self { shared, workers }
    }

    /// Queues `job`; it gets the flag that is set when its handle was dropped.
    pub fn spawn(&self, priority: Priority, job: impl FnOnce(&AtomicBool) + Send + 'static) -> JobHandle {
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancelled);
        let waiting = Waiting { cancelled: Arc::clone(&cancelled), work: Box::new(move || job(&flag)) };
        let mut lanes = self.shared.lanes.lock();
        match priority {
            Priority::Visible => lanes.visible.push(waiting),
            Priority::Background => lanes.background.push_back(waiting),
        }
        drop(lanes);
        self.shared.wake.notify_one();
        JobHandle { cancelled }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        {
            let mut lanes = self.shared.lanes.lock();
            lanes.closed = true;
            lanes.visible.clear();
            lanes.background.clear();
        }
        self.shared.wake.notify_all();
        for worker in self.workers.drain(..) {
            // A pool may be dropped by one of its own jobs, which must not wait for itself.
            if worker.thread().id() != thread::current().id() {
                let _ = worker.join();
            }
        }
    }
}

fn work(shared: &Shared) {
    lower_priority();
    loop {
        let next = {
            let mut lanes = shared.lanes.lock();
            loop {
                if lanes.closed {
                    return;
                }
                if let Some(waiting) = lanes.visible.pop().or_else(|| lanes.background.pop_front()) {
                    break waiting;
                }
                shared.wake.wait(&mut lanes);
            }
        };
        if next.cancelled.load(Ordering::Relaxed) {
            continue;
        }
        if catch_unwind(AssertUnwindSafe(next.work)).is_err() {
            log::error!("a background job panicked; the window goes on without its result");
        }
    }
}

/// Workers give way to the thread that draws: lowers the priority of the calling thread. On Linux niceness belongs to the
/// thread.
pub fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(5);
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn newest_visible_job_runs_first_and_dropped_ones_never() {
        let pool = Pool::new("test", 1);
        let (block, blocked) = mpsc::channel::<()>();
        let gate = pool.spawn(Priority::Visible, move |_| {
            let _ = blocked.recv();
        });
        let (tell, told) = mpsc::channel();
        let mut handles = Vec::new();
        for (name, priority) in
            [("ahead", Priority::Background), ("old", Priority::Visible), ("new", Priority::Visible)]
        {
            let tell = tell.clone();
            handles.push(pool.spawn(priority, move |_| tell.send(name).unwrap()));
        }
        let unwanted = tell.clone();
        drop(pool.spawn(Priority::Visible, move |_| unwanted.send("unwanted").unwrap()));
        block.send(()).unwrap();
        let order: Vec<_> = (0..3).map(|_| told.recv().unwrap()).collect();
        assert_eq!(order, ["new", "old", "ahead"]);
        drop((gate, handles, pool, tell));
        assert_eq!(told.try_iter().count(), 0);
    }

    #[test]
    fn a_panicking_job_does_not_take_its_worker_along() {
        let pool = Pool::new("test", 1);
        let first = pool.spawn(Priority::Visible, |_| panic!("on purpose"));
        let (tell, told) = mpsc::channel();
        let second = pool.spawn(Priority::Background, move |_| tell.send(1).unwrap());
        assert_eq!(told.recv(), Ok(1));
        drop((first, second));
    }
}
