//! Decoding what a plan asks for: depth-first along the deltas, every base inflated once, in parallel.
//!
//! A worker takes roots in pack order and walks down each tree with a stack of bases. The plan puts the heaviest child
//! last, whose parent is freed before going down, so the stack holds at most log2(objects) bases; what does not fit
//! into the worker's memory lies in temporary files ([`crate::spill`]). When another worker idles, a busy one gives
//! away the untouched children of the shallowest base on its stack.
//!
//! Objects given out, damage and counters are the same for every number of workers; which sink gets which object is
//! not.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use crate::counters::GitCounters;
use crate::damage::{Damage, DamageReport};
use crate::delta::{self, DeltaHeader, DeltaOps, LongCopy};
use crate::limits::PackLimits;
use crate::oid::Oid;
use crate::pack::entry::{EntryHeader, EntryKind};
use crate::pack::file::Pack;
use crate::pack::inflate::{Inflater, is_possible};
use crate::pack::map::NIL;
use crate::pack::plan::PackPlan;
use crate::pack::queue::{Unit, Work, WorkQueue};
use crate::sink::{BaseSlot, Blob, BlobSink, Delta};
use crate::spill::{Buffer, BufferPool};

/// Roots that a worker takes at a time.
const ROOTS_PER_UNIT: usize = 8;

/// A pack and what to decode of it.
pub(crate) struct Job<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) plan: PackPlan<'a>,
}

/// Where bases outside of a pack come from.
pub(crate) trait BaseSource: Sync {
    /// The whole object `oid`.
    fn base(&self, oid: &Oid) -> Result<Vec<u8>, Damage>;
}

/// What all workers of a run share.
pub(crate) struct ExecConfig<'a> {
    pub(crate) limits: PackLimits,
    pub(crate) spill_dir: PathBuf,
    pub(crate) bases: &'a dyn BaseSource,
}

/// What a run found besides the objects.
#[derive(Debug, Default)]
pub(crate) struct ExecReport {
    pub(crate) damage: DamageReport,
    pub(crate) counters: GitCounters,
    /// Whether a sink asked to stop.
    pub(crate) stopped: bool,
}

/// Decodes all jobs, one worker for each sink.
pub(crate) fn execute<S: BlobSink>(
    jobs: &[Job<'_>],
    config: &ExecConfig<'_>,
    sinks: Vec<S>,
) -> (Vec<S>, ExecReport) {
    let queue = WorkQueue::new(units_of(jobs), sinks.len());
    let workers: Vec<Worker<'_, S>> =
        sinks.into_iter().map(|sink| Worker::new(jobs, config, &queue, sink)).collect();
    let finished: Vec<Worker<'_, S>> = thread::scope(|scope| {
        let handles: Vec<_> =
            workers.into_iter().map(|worker| scope.spawn(|| worker.run())).collect();
        handles
            .into_iter()
            .map(|handle| handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut report = ExecReport::default();
    let mut sinks = Vec::with_capacity(finished.len());
    for mut worker in finished {
        worker.counters.chance.spilled = worker.pool.spilled;
        report.damage.merge(worker.damage);
        report.counters.merge(&worker.counters);
        report.stopped |= worker.stopped;
        sinks.push(worker.sink);
    }
    for job in jobs {
        report.damage.merge(job.plan.damage.clone());
    }
    (sinks, report)
}

fn units_of(jobs: &[Job<'_>]) -> Vec<Unit> {
    let mut units = Vec::new();
    for (job, work) in jobs.iter().enumerate() {
        let roots = work.plan.roots.len();
        for from in (0..roots).step_by(ROOTS_PER_UNIT) {
            let to = (from + ROOTS_PER_UNIT).min(roots);
            units.push(Unit { job: job as u32, from: from as u32, to: to as u32 });
        }
    }
    units
}

/// A base whose children are being decoded.
struct Frame {
    base: Arc<Buffer>,
    next: u32,
    slot: BaseSlot,
    /// Whether the sink was given the base under the slot.
    told: bool,
    /// Whether another worker holds the base too.
    shared: bool,
    /// Whether the children behind `next` were given away.
    only_next: bool,
}

/// Children of a base, for another worker.
struct Donation<C> {
    job: u32,
    base: Arc<Buffer>,
    next: u32,
    carry: Option<C>,
}

struct Worker<'a, S: BlobSink> {
    jobs: &'a [Job<'a>],
    config: &'a ExecConfig<'a>,
    queue: &'a WorkQueue<Donation<S::Carry>>,
    sink: S,
    inflater: Inflater,
    pool: BufferPool,
    stack: Vec<Frame>,
    slots_free: Vec<BaseSlot>,
    slots_made: u32,
    /// Of the delta that was applied last.
    long: Vec<LongCopy>,
    damage: DamageReport,
    counters: GitCounters,
    stopped: bool,
}

impl<'a, S: BlobSink> Worker<'a, S> {
    fn new(
        jobs: &'a [Job<'a>],
        config: &'a ExecConfig<'a>,
        queue: &'a WorkQueue<Donation<S::Carry>>,
        sink: S,
    ) -> Self {
        Self {
            jobs,
            config,
            queue,
            sink,
            inflater: Inflater::new(),
            pool: BufferPool::new(&config.limits, config.spill_dir.clone()),
            stack: Vec::new(),
            slots_free: Vec::new(),
            slots_made: 0,
            long: Vec::new(),
            damage: DamageReport::default(),
            counters: GitCounters::default(),
            stopped: false,
        }
    }

    fn run(mut self) -> Self {
        let _guard = self.queue.guard();
        while let Some(work) = self.queue.take() {
            let done = match work {
                Work::Unit(unit) => self.unit(unit),
                Work::Donation(donation) => self.donation(donation),
            };
            if done.is_break() {
                self.stopped = true;
                self.queue.stop();
            }
        }
        self
    }

    fn unit(&mut self, unit: Unit) -> ControlFlow<()> {
        let job = &self.jobs[unit.job as usize];
        for root in &job.plan.roots[unit.from as usize..unit.to as usize] {
            self.root(job, *root)?;
            self.descend(unit.job)?;
        }
        ControlFlow::Continue(())
    }

    fn donation(&mut self, donation: Donation<S::Carry>) -> ControlFlow<()> {
        let slot = self.new_slot();
        let told = donation.carry.is_some();
        if let Some(carry) = donation.carry {
            self.sink.take_over(slot, carry);
        }
        let Donation { job, base, next, .. } = donation;
        self.stack.push(Frame { base, next, slot, told, shared: true, only_next: false });
        self.descend(job)
    }

    /// Decodes a root and gives it out; its children wait on the stack.
    fn root(&mut self, job: &Job<'_>, node: u32) -> ControlFlow<()> {
        let decoded = if job.plan.is_external(node) {
            self.external(job, node)
        } else {
            self.stored(job, node, None)
        };
        match decoded {
            Ok(buffer) => self.given(job, node, buffer, None),
            Err(damage) => {
                self.fail(job, node, damage);
                ControlFlow::Continue(())
            }
        }
    }

    /// Works off the stack.
    fn descend(&mut self, job_index: u32) -> ControlFlow<()> {
        let job = &self.jobs[job_index as usize];
        while let Some(top) = self.stack.last_mut() {
            if self.queue.is_stopped() {
                return ControlFlow::Break(());
            }
            let node = top.next;
            if node == NIL {
                self.pop();
                continue;
            }
            top.next = if top.only_next { NIL } else { job.plan.next_sibling(node) };
            let is_last = top.next == NIL;
            let (base, from) = (Arc::clone(&top.base), top.told.then_some(top.slot));
            let decoded = self.delta(job, node, base.bytes());
            let depth = self.stack.len();
            match decoded {
                Ok((buffer, code)) => {
                    let delta = from.map(|slot| (slot, base.bytes().len() as u64, &code));
                    self.given(job, node, buffer, delta)?;
                    self.pool.give(code.0);
                }
                Err(damage) => self.fail(job, node, damage),
            }
            drop(base);
            if is_last {
                // The base goes before its last child's children come.
                let parent = self.stack.remove(depth - 1);
                self.release(parent);
            }
            if self.queue.is_hungry() {
                self.donate(job_index);
            }
        }
        ControlFlow::Continue(())
    }

    /// Gives an object to the sink if it is wanted, and keeps it if it has children.
    fn given(
        &mut self,
        job: &Job<'_>,
        node: u32,
        buffer: Buffer,
        delta: Option<(BaseSlot, u64, &DeltaCode)>,
    ) -> ControlFlow<()> {
        self.counters.decoded += 1;
        let first = job.plan.first_child(node);
        let told = job.plan.is_wanted(node);
        let slot = (first != NIL).then(|| self.new_slot());
        if told {
            let kind = job.plan.kind(node);
            let bytes = buffer.bytes();
            self.counters.given(kind, bytes.len());
            let blob = Blob {
                oid: job.pack.idx().oid(job.plan.position(node)),
                kind,
                bytes,
                keep: slot,
                delta: delta.map(|(base, base_bytes, code)| Delta {
                    base,
                    base_bytes,
                    long: &self.long,
                    ops: DeltaOps::new(code.instructions()),
                }),
            };
            self.sink.blob(&blob)?;
        }
        match slot {
            Some(slot) => {
                let base = Arc::new(buffer);
                let frame =
                    Frame { base, next: first, slot, told, shared: false, only_next: false };
                self.stack.push(frame);
            }
            None => self.pool.give(buffer),
        }
        ControlFlow::Continue(())
    }

    /// Inflates what is stored for `node`.
    fn stored(
        &mut self,
        job: &Job<'_>,
        node: u32,
        header: Option<EntryHeader>,
    ) -> Result<Buffer, Damage> {
        let offset = job.plan.offset(node);
        let header = match header {
            Some(header) => header,
            None => job.pack.entry(offset)?,
        };
        let stored = job.pack.stored(offset, &header);
        let from = offset + u64::from(header.header_bytes);
        let near = job.plan.end(node, job.pack).saturating_sub(from) as usize;
        if !is_possible(stored.len(), header.size) {
            return Err(Damage::WrongSize);
        }
        let mut buffer = self.pool.take(header.size)?;
        let target = buffer.bytes_mut();
        let near = stored.get(..near).unwrap_or(stored);
        let mut result = self.inflater.inflate(near, target);
        if result.is_err() && near.len() < stored.len() {
            // An index that lies may show an entry where there is none and cut this one short.
            result = self.inflater.inflate(stored, target);
        }
        match result {
            Ok(()) => Ok(buffer),
            Err(damage) => {
                self.pool.give(buffer);
                Err(damage)
            }
        }
    }

    /// Decodes `node` from its base; the delta comes back too.
    fn delta(
        &mut self,
        job: &Job<'_>,
        node: u32,
        base: &[u8],
    ) -> Result<(Buffer, DeltaCode), Damage> {
        self.counters.deltas += 1;
        let delta = self.stored(job, node, None)?;
        match self.undelta(delta.bytes(), base) {
            Ok((buffer, instructions)) => Ok((buffer, DeltaCode(delta, instructions))),
            Err(damage) => {
                self.pool.give(delta);
                Err(damage)
            }
        }
    }

    fn undelta(&mut self, delta: &[u8], base: &[u8]) -> Result<(Buffer, usize), Damage> {
        let header = DeltaHeader::parse(delta)?;
        if header.base_bytes != base.len() as u64 {
            return Err(Damage::WrongBaseSize);
        }
        let code = &delta[header.instructions..];
        delta::check_large(code, &header)?;
        let mut buffer = self.pool.take(header.result_bytes)?;
        match delta::apply(code, base, buffer.bytes_mut(), &mut self.long) {
            Ok(()) => Ok((buffer, header.instructions)),
            Err(damage) => {
                self.pool.give(buffer);
                Err(damage)
            }
        }
    }

    /// Decodes a root whose base lies outside of the pack.
    fn external(&mut self, job: &Job<'_>, node: u32) -> Result<Buffer, Damage> {
        let header = job.pack.entry(job.plan.offset(node))?;
        let EntryKind::RefDelta(oid) = header.kind else { return Err(Damage::WrongBase) };
        let base = self.config.bases.base(&oid)?;
        let (buffer, code) = self.delta(job, node, &base)?;
        self.pool.give(code.0);
        Ok(buffer)
    }

    /// Notes that `node` and all that hangs on it cannot be decoded.
    fn fail(&mut self, job: &Job<'_>, node: u32, damage: Damage) {
        let mut open = vec![(node, damage)];
        while let Some((node, damage)) = open.pop() {
            if job.plan.is_wanted(node) {
                self.damage.add(job.pack.idx().oid(job.plan.position(node)), damage);
            }
            let mut child = job.plan.first_child(node);
            while child != NIL {
                open.push((child, Damage::BaseDamaged));
                child = job.plan.next_sibling(child);
            }
        }
    }

    /// Gives an idle worker the untouched children of the shallowest base that has more than this worker needs.
    fn donate(&mut self, job: u32) {
        let top = self.stack.len().wrapping_sub(1);
        let plan = &self.jobs[job as usize].plan;
        let open = self.stack.iter_mut().enumerate().find(|(_, f)| f.next != NIL && !f.only_next);
        let Some((depth, frame)) = open else { return };
        let next = if depth == top { plan.next_sibling(frame.next) } else { frame.next };
        if next == NIL {
            return;
        }
        let carry = if frame.told { self.sink.hand_over(frame.slot) } else { None };
        if !frame.shared {
            frame.shared = true;
            self.pool.disown(&frame.base);
        }
        let base = Arc::clone(&frame.base);
        if depth == top {
            frame.only_next = true;
        } else {
            frame.next = NIL;
        }
        self.queue.donate(Donation { job, base, next, carry });
        self.counters.chance.donated += 1;
    }

    fn pop(&mut self) {
        if let Some(frame) = self.stack.pop() {
            self.release(frame);
        }
    }

    fn release(&mut self, frame: Frame) {
        if frame.told {
            self.sink.leave(frame.slot);
        }
        self.slots_free.push(frame.slot);
        if let Some(buffer) = Arc::into_inner(frame.base) {
            if frame.shared {
                self.pool.adopt(&buffer);
            }
            self.pool.give(buffer);
        }
    }

    fn new_slot(&mut self) -> BaseSlot {
        self.slots_free.pop().unwrap_or_else(|| {
            self.slots_made += 1;
            BaseSlot(self.slots_made - 1)
        })
    }
}

/// An inflated delta and where its instructions begin.
struct DeltaCode(Buffer, usize);

impl DeltaCode {
    fn instructions(&self) -> &[u8] {
        &self.0.bytes()[self.1..]
    }
}
