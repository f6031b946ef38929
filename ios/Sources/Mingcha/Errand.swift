import Dispatch
import MingchaCore

/// Where the library is called: queues of the façade's own, whose threads are neither the main one nor those of Swift's tasks.
package struct Queues: Sendable {
    /// Calls wait here one after the other, as the device takes them.
    let calls = Queues.made("calls")
    /// Long work waits here for minutes, beside each other, and keeps no call waiting.
    let jobs = Queues.made("jobs", .concurrent)
    /// Long work is looked at and cancelled here, which takes no time: it waits for nothing.
    let watch = Queues.made("watch")

    /// Which of them this runs on, for stories that look where a call does.
    package static var here: String? { DispatchQueue.getSpecific(key: key) }

    // Nothing but its identity is used, and that never changes.
    nonisolated(unsafe) private static let key = DispatchSpecificKey<String>()

    private static func made(_ name: String, _ attributes: DispatchQueue.Attributes = []) -> DispatchQueue {
        let queue = DispatchQueue(label: "mingcha.\(name)", attributes: attributes)
        queue.setSpecific(key: key, value: name)
        return queue
    }
}

/// What every job of the library is.
package protocol LongWork<Outcome>: AnyObject, Sendable {
    associatedtype Outcome: Sendable
    func run() throws -> Outcome
    func progress() -> JobProgress
    func cancel()
}

extension SyncJob: LongWork {}
extension ParcelJob: LongWork {}

/// The library's device as the façade asks it. Stories hand in one that notes where it is asked.
package protocol WorkingDevice: DeviceProtocol {
    func syncing() -> any LongWork<SyncOutcome>
    func exporting(to file: String, since: String?) -> any LongWork<ParcelOutcome>
    func importing(_ file: String) -> any LongWork<ParcelOutcome>
}

extension Device: WorkingDevice {
    package func syncing() -> any LongWork<SyncOutcome> { syncJob() }
    package func exporting(to file: String, since: String?) -> any LongWork<ParcelOutcome> { exportJob(file: file, since: since) }
    package func importing(_ file: String) -> any LongWork<ParcelOutcome> { importJob(file: file) }
}

/// One job from its beginning to its last word: made, run and let go on one queue, looked at and cancelled on another.
final class Errand<Outcome: Sendable>: @unchecked Sendable {
    typealias Job = any LongWork<Outcome>

    // The optimiser of Swift 6.0 stops at copies of this that are made for one kind of job, so it is told to make none.

    private let device: Kept
    private let queues: Queues
    private let prepare: @Sendable (any WorkingDevice) -> Job
    private let (ticks, tell) = AsyncStream.makeStream(of: JobProgress.self, bufferingPolicy: .bufferingNewest(1))

    // Touched on the queue `watch` alone.
    private var job: Job?
    private var told: JobProgress?
    private var isGivenUp = false

    @_semantics("optimize.sil.specialize.generic.never")
    init(device: Kept, queues: Queues, prepare: @escaping @Sendable (any WorkingDevice) -> Job) {
        (self.device, self.queues, self.prepare) = (device, queues, prepare)
    }

    /// Runs it, and tells how far it came until it is over or the task is cancelled. Gives its last word either way.
    @_semantics("optimize.sil.specialize.generic.never")
    func run(
        telling progress: (JobProgress) -> Void, isolation: isolated (any Actor)? = #isolation
    ) async throws(MingchaError) -> Outcome {
        async let word = device.ask(on: queues.jobs) { try self.lastWord(of: self.prepare($0)) }
        await withTaskCancellationHandler {
            // Named here, or this would run beside the caller's actor instead of on it.
            _ = isolation
            for await now in ticks { progress(now) }
        } onCancel: {
            queues.watch.async { self.giveUp() }
        }
        return try await word.get()
    }

    @_semantics("optimize.sil.specialize.generic.never")
    private func lastWord(of job: Job) throws -> Outcome {
        queues.watch.sync { begin(job) }
        defer {
            // Nobody else holds it from here on, so it is let go here.
            queues.watch.sync { self.job = nil }
            tell.finish()
        }
        return try job.run()
    }

    @_semantics("optimize.sil.specialize.generic.never")
    private func begin(_ job: Job) {
        self.job = job
        if isGivenUp { job.cancel() }
        told = job.progress()
        look(in: .milliseconds(100))
    }

    @_semantics("optimize.sil.specialize.generic.never")
    private func look(in time: DispatchTimeInterval) {
        queues.watch.asyncAfter(deadline: .now() + time) { [weak self] in
            guard let self, let now = job?.progress() else { return }
            if now != told { tell.yield(now) }
            told = now
            look(in: time)
        }
    }

    @_semantics("optimize.sil.specialize.generic.never")
    private func giveUp() {
        isGivenUp = true
        job?.cancel()
    }
}
