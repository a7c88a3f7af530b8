//! A bounded pool of workers with three lanes: what is due at a moment, what a person waits for, and the rest.

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
    /// Due at a moment, as the frames of a playback are: oldest first and before the others, which still get every
    /// fourth turn.
    Paced,
    /// A person is waiting: the newest request runs first.
    Visible,
    /// Read-ahead and upkeep: runs when nobody waits, oldest first.
    Background,
}

type Work = Box<dyn FnOnce() + Send>;

struct Waiting {
    flags: Arc<Flags>,
    work: Work,
}

#[derive(Debug, Default)]
struct Flags {
    cancelled: Arc<AtomicBool>,
    begun: AtomicBool,
}

#[derive(Default)]
struct Lanes {
    paced: VecDeque<Waiting>,
    visible: VecDeque<Waiting>,
    background: VecDeque<Waiting>,
    /// Paced jobs begun since another one was.
    in_a_row: u8,
    /// Queue length at which cancelled jobs are swept out.
    sweep_at: usize,
    closed: bool,
}

/// Below this length a queue is not worth sweeping.
const SWEEP: usize = 64;
/// Paced jobs after which another one gets its turn.
const TURN: u8 = 3;

impl Lanes {
    fn len(&self) -> usize {
        self.paced.len() + self.visible.len() + self.background.len()
    }

    fn next(&mut self) -> Option<Waiting> {
        if self.in_a_row < TURN
            && let Some(waiting) = self.paced.pop_front()
        {
            self.in_a_row += 1;
            return Some(waiting);
        }
        self.in_a_row = 0;
        self.visible.pop_back().or_else(|| self.paced.pop_front()).or_else(|| self.background.pop_front())
    }

    /// Takes the cancelled jobs out once they may be half of all, so that a queue never grows with what was asked for
    /// in vain. They are given back, as dropping them may take its time.
    fn sweep(&mut self) -> Vec<Waiting> {
        if self.len() < self.sweep_at.max(SWEEP) {
            return Vec::new();
        }
        let mut swept = Vec::new();
        for lane in [&mut self.paced, &mut self.visible, &mut self.background] {
            let (wanted, cancelled): (VecDeque<_>, VecDeque<_>) =
                lane.drain(..).partition(|waiting| !waiting.flags.cancelled.load(Ordering::Relaxed));
            *lane = wanted;
            swept.extend(cancelled);
        }
        self.sweep_at = self.len() * 2;
        swept
    }
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
    flags: Arc<Flags>,
}

impl JobHandle {
    /// The flag that a running job may look at to stop early.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.flags.cancelled.load(Ordering::Relaxed)
    }

    /// Whether a worker has taken it up.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.flags.begun.load(Ordering::Relaxed)
    }

    /// Lets the job run to its end although nobody holds the handle.
    pub fn detach(mut self) {
        self.flags = Arc::default();
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.flags.cancelled.store(true, Ordering::Relaxed);
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
        let flags = Arc::new(Flags::default());
        let flag = Arc::clone(&flags.cancelled);
        let waiting = Waiting { flags: Arc::clone(&flags), work: Box::new(move || job(&flag)) };
        let mut lanes = self.shared.lanes.lock();
        let swept = lanes.sweep();
        match priority {
            Priority::Paced => lanes.paced.push_back(waiting),
            Priority::Visible => lanes.visible.push_back(waiting),
            Priority::Background => lanes.background.push_back(waiting),
        }
        drop(lanes);
        drop(swept);
        self.shared.wake.notify_one();
        JobHandle { flags }
    }

    /// Jobs in the queue, those included that were cancelled and not yet taken out.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lanes.lock().len()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        {
            let mut lanes = self.shared.lanes.lock();
            lanes.closed = true;
            lanes.paced.clear();
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
                if let Some(waiting) = lanes.next() {
                    break waiting;
                }
                shared.wake.wait(&mut lanes);
            }
        };
        if next.flags.cancelled.load(Ordering::Relaxed) {
            continue;
        }
        next.flags.begun.store(true, Ordering::Relaxed);
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
    fn paced_jobs_run_in_order_and_leave_every_fourth_turn() {
        let pool = Pool::new("test", 1);
        let (block, blocked) = mpsc::channel::<()>();
        let gate = pool.spawn(Priority::Visible, move |_| {
            let _ = blocked.recv();
        });
        while !gate.has_begun() {
            thread::yield_now();
        }
        let (tell, told) = mpsc::channel();
        let mut handles = Vec::new();
        for (name, priority) in [
            ("v", Priority::Visible),
            ("1", Priority::Paced),
            ("2", Priority::Paced),
            ("3", Priority::Paced),
            ("4", Priority::Paced),
            ("5", Priority::Paced),
        ] {
            let tell = tell.clone();
            handles.push(pool.spawn(priority, move |_| tell.send(name).unwrap()));
        }
        block.send(()).unwrap();
        let order: Vec<_> = (0..6).map(|_| told.recv().unwrap()).collect();
        assert_eq!(order, ["1", "2", "3", "v", "4", "5"]);
        drop((gate, handles));
    }

    #[test]
    fn a_queue_does_not_grow_with_what_was_cancelled() {
        let pool = Pool::new("test", 1);
        let (block, blocked) = mpsc::channel::<()>();
        let gate = pool.spawn(Priority::Visible, move |_| {
            let _ = blocked.recv();
        });
        let kept: Vec<_> = (0..10).map(|_| pool.spawn(Priority::Visible, |_| {})).collect();
        for _ in 0..10_000 {
            drop(pool.spawn(Priority::Visible, |_| {}));
            assert!(pool.waiting() <= SWEEP + 1, "{}", pool.waiting());
        }
        block.send(()).unwrap();
        drop((gate, kept));
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
