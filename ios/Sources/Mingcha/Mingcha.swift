import Dispatch
import Foundation
@_exported import MingchaCore

/// One device, for Swift concurrency.
///
/// What screens show is a `Pages`: a sequence that gives its page at once, and again whenever something that this process
/// changed may have changed it; where the device is busy it waits until it is not. What a person does is an `async` function: when it returns, its effect is durable. Nothing
/// runs on the main thread or on a cooperative one; whatever fails throws a `MingchaError`, each case a decision for the app.
///
/// Cancelling a task never undoes or loses anything: a call that has begun is finished.
public actor Mingcha {
    private nonisolated let device: Device
    private nonisolated let bell = Bell()
    /// Calls wait here one after the other, as the device takes them: one thread, and none that belongs to Swift's tasks.
    private nonisolated let queue: DispatchQueue
    /// A sync, or work on a file, waits here for minutes, and keeps no call waiting.
    private nonisolated let syncs = DispatchQueue(label: "mingcha.sync")

    /// Which of the two queues this is, for stories that look where a call runs.
    package static let place = DispatchSpecificKey<String>()

    private init(device: Device, queue: DispatchQueue) {
        self.device = device
        self.queue = queue
        syncs.setSpecific(key: Self.place, value: "syncs")
        device.observe(observer: bell)
    }

    /// Opens the device in this folder, which is made when it is not there; an empty folder is a new device.
    public static func open(folder: URL, platform: any Platform) async throws(MingchaError) -> Mingcha {
        let queue = DispatchQueue(label: "mingcha")
        queue.setSpecific(key: place, value: "calls")
        let device = try await answer(on: queue) { try Device.open(folder: folder.path, platform: platform) }
        return Mingcha(device: device, queue: queue)
    }

    // MARK: What screens show

    /// Whose device this is and what waits: for the start screen and badges. It needs no enrolment.
    public nonisolated func status() -> Pages<DeviceStatus> { pages { try $0.status() } }

    /// The sites of this person's areas or unit.
    public nonisolated func sites(_ query: SiteQuery = SiteQuery()) -> Pages<SitePage> { pages { try $0.sites(query: query) } }

    /// Today's work.
    public nonisolated func tasks() -> Pages<TaskPage> { pages { try $0.tasks() } }

    /// One visit, to be filled in or read.
    public nonisolated func visit(_ id: String) -> Pages<VisitForm> { pages { try $0.visit(visitId: id) } }

    /// Findings, the newest first.
    public nonisolated func findings(_ query: FindingQuery = FindingQuery()) -> Pages<FindingPage> {
        pages { try $0.findings(query: query) }
    }

    /// One finding with everything that is known of it here.
    public nonisolated func finding(_ id: String) -> Pages<FindingDetail> { pages { try $0.finding(findingId: id) } }

    /// What a visit comes to, line by line. What was submitted stands, whatever was answered since.
    public nonisolated func score(_ visit: String) -> Pages<ScorePage> { pages { try $0.score(visitId: visit) } }

    /// What needs this person: refused, held, disagreed about.
    public nonisolated func attention() -> Pages<AttentionPage> { pages { try $0.attention() } }

    /// When something fed back on this day, `2026-03-10`, is rechecked by the city's policy: for a picker of days.
    public nonisolated func recheckDay(fedBack: String) async throws(MingchaError) -> ReckonedDay {
        try await call { try $0.recheckDay(fedBack: fedBack) }
    }

    /// The day so many working days after this one, which is not counted.
    public nonisolated func workday(start: String, workdays: Int32) async throws(MingchaError) -> ReckonedDay {
        try await call { try $0.workday(start: start, workdays: workdays) }
    }

    // MARK: What a person does

    /// Enrols this device with the city at this address by a one-time code, as `7KQM-2R8T-XW4P`.
    @discardableResult
    public nonisolated func enrol(city: URL, code: String) async throws(MingchaError) -> DeviceStatus {
        try await call { try $0.enrol(cityUrl: city.absoluteString, code: code) }
    }

    /// Starts a visit at a site, named by id or by the office's code.
    @discardableResult
    public nonisolated func startVisit(site: String, mode: String, sets: [String] = []) async throws(MingchaError) -> StartedVisit {
        try await call { try $0.startVisit(siteId: site, mode: mode, sets: sets) }
    }

    /// Answers one item of a visit.
    public nonisolated func answer(
        visit: String, item: String, value: String, note: String? = nil, basis: String? = nil
    ) async throws(MingchaError) {
        try await call { try $0.answer(visitId: visit, item: item, value: value, note: note, basis: basis) }
    }

    /// Takes a picture into a visit, for one of its items where one is named.
    public nonisolated func addPhoto(visit: String, file: URL, item: String? = nil) async throws(MingchaError) -> TakenPhoto {
        try await call { try $0.addPhoto(visitId: visit, file: file.path, item: item) }
    }

    /// Submits a visit as it was seen.
    @discardableResult
    public nonisolated func submitVisit(_ visit: String, basis: String? = nil) async throws(MingchaError) -> SubmittedVisit {
        try await call { try $0.submitVisit(visitId: visit, basis: basis) }
    }

    /// Raises a finding on an item of a visit, with photos of that visit.
    @discardableResult
    public nonisolated func raiseFinding(
        visit: String, item: String, text: String, severity: String = "ordinary", photos: [String] = []
    ) async throws(MingchaError) -> RaisedFinding {
        try await call { try $0.raiseFinding(visitId: visit, item: item, text: text, severity: severity, photoIds: photos) }
    }

    /// Tells the unit of a finding; photos go along only where a person looked at them, with the parts that were marked made
    /// unrecognisable. Gives the id under which everybody acts on it from then on.
    public nonisolated func feedBack(
        _ finding: String, demand: String? = nil, photosChecked: Bool = false, blurred: [BlurredPart] = []
    ) async throws(MingchaError) -> String {
        try await call {
            try $0.feedBack(findingId: finding, demand: demand, photosChecked: photosChecked, blurred: blurred)
        }
    }

    /// Serves a rectification notice.
    public nonisolated func serveNotice(_ finding: String, deadline: String? = nil) async throws(MingchaError) {
        try await call { try $0.serveNotice(findingId: finding, deadline: deadline) }
    }

    /// A unit sends what it put right, with photos of it. Gives the id of the submission.
    @discardableResult
    public nonisolated func submitRectification(
        _ finding: String, text: String, files: [URL] = []
    ) async throws(MingchaError) -> String {
        try await call { try $0.submitRectification(findingId: finding, text: text, files: files.map(\.path)) }
    }

    /// A supervisor approves exactly one submission.
    public nonisolated func approve(_ submission: String, text: String? = nil, basis: String? = nil) async throws(MingchaError) {
        try await call { try $0.approve(submissionId: submission, text: text, basis: basis) }
    }

    /// A supervisor returns exactly one submission, with a reason.
    public nonisolated func sendBack(_ submission: String, reason: String, basis: String? = nil) async throws(MingchaError) {
        try await call { try $0.sendBack(submissionId: submission, reason: reason, basis: basis) }
    }

    /// Says what a recheck found: `pass`, `partly` or `fail`.
    public nonisolated func recheck(
        _ finding: String, result: String, text: String? = nil, files: [URL] = [], basis: String? = nil
    ) async throws(MingchaError) {
        try await call {
            try $0.recheck(findingId: finding, result: result, text: text, files: files.map(\.path), basis: basis)
        }
    }

    /// Proposes a refused statement again, word for word, with whatever else of it was refused.
    public nonisolated func proposeAgain(_ statement: String) async throws(MingchaError) {
        try await call { try $0.proposeAgain(statementId: statement) }
    }

    /// Lets a refused statement go, and with what made a thing all that was said of the thing.
    public nonisolated func letGo(_ statement: String) async throws(MingchaError) {
        try await call { try $0.letGo(statementId: statement) }
    }

    /// Decides what people said differently: the value of this statement stands from now on, with a reason.
    public nonisolated func settle(
        _ conflict: String, keep statement: String, reason: String, basis: String? = nil
    ) async throws(MingchaError) {
        try await call { try $0.settle(conflictId: conflict, keptId: statement, reason: reason, basis: basis) }
    }

    /// What was decided against this person was looked at: it counts as seen from here on.
    public nonisolated func markOverruledSeen() async throws(MingchaError) {
        try await call { try $0.markOverruledSeen() }
    }

    /// Writes a photo that is here to a new file, unsealed. The app removes it when it was shown.
    public nonisolated func savePhoto(_ photo: String, copy: String, to file: URL) async throws(MingchaError) {
        try await call { try $0.savePhoto(photoId: photo, copy: copy, file: file.path) }
    }

    // MARK: The city, and the end

    /// Meets the city: sends what was said, receives what is new, then photos both ways. Screens go on meanwhile.
    ///
    /// When its task is cancelled the sync is asked to end; it does so after the request that is under way.
    ///
    /// - Parameter progress: told ten times a second at most.
    @discardableResult
    public nonisolated func sync(
        _ progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws(MingchaError) -> SyncOutcome {
        let job = device.syncJob()
        return try await watched({ try job.run() }, { job.progress() }, { job.cancel() }, progress)
    }

    /// Hands this device's work on as a new file that the city alone can read, for a memory card, a cable or a colleague, where
    /// there is no signal. It marks nothing as sent: the next sync says what the city has.
    ///
    /// When its task is cancelled it leaves no file.
    ///
    /// - Parameter since: only what was said and taken from this RFC 3339 time on; the city must have what came before.
    /// - Parameter progress: told ten times a second at most.
    @discardableResult
    public nonisolated func exportParcel(
        to file: URL, since: String? = nil, _ progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws(MingchaError) -> ParcelOutcome {
        let job = device.exportJob(file: file.path, since: since)
        return try await watched({ try job.run() }, { job.progress() }, { job.cancel() }, progress)
    }

    /// Takes along a file that somebody else exported; the next sync hands it over. Nothing of it can be read here.
    ///
    /// - Parameter progress: told ten times a second at most.
    @discardableResult
    public nonisolated func importParcel(
        _ file: URL, _ progress: @escaping @Sendable (SyncProgress) -> Void = { _ in }
    ) async throws(MingchaError) -> ParcelOutcome {
        let job = device.importJob(file: file.path)
        return try await watched({ try job.run() }, { job.progress() }, { job.cancel() }, progress)
    }

    private nonisolated func watched<Outcome: Sendable>(
        _ run: @escaping @Sendable () throws -> Outcome,
        _ now: @escaping @Sendable () -> SyncProgress,
        _ cancel: @escaping @Sendable () -> Void,
        _ progress: @escaping @Sendable (SyncProgress) -> Void
    ) async throws(MingchaError) -> Outcome {
        let queue = syncs
        let watching = Task {
            while !Task.isCancelled {
                try await Task.sleep(nanoseconds: 100_000_000)
                progress(now())
            }
        }
        let word = await withTaskCancellationHandler {
            await Mingcha.result(on: queue) { try run() }
        } onCancel: {
            cancel()
        }
        watching.cancel()
        return try word.get()
    }

    /// Lets go of every file, for an app that leaves the foreground. The next call opens the device again.
    public nonisolated func suspend() async throws(MingchaError) {
        try await call { try $0.suspend() }
    }

    /// Closes this opening for good: jobs are cancelled, and every later call fails with `Cancelled`, as does every page that
    /// is still read.
    public nonisolated func close() async {
        _ = await Mingcha.result(on: queue) { [device] in device.shut() }
        bell.changed()
    }

    private nonisolated func call<T: Sendable>(_ ask: @escaping @Sendable (Device) throws -> T) async throws(MingchaError) -> T {
        let device = device
        return try await Mingcha.answer(on: queue) { try ask(device) }
    }

    private nonisolated func pages<Page>(_ ask: @escaping @Sendable (Device) throws -> Page) -> Pages<Page> {
        let (device, queue) = (device, queue)
        return Pages(bell: bell) { await Mingcha.result(on: queue) { try ask(device) } }
    }

    private static func answer<T: Sendable>(
        on queue: DispatchQueue, _ ask: @escaping @Sendable () throws -> T
    ) async throws(MingchaError) -> T {
        try await result(on: queue, ask).get()
    }

    private static func result<T: Sendable>(
        on queue: DispatchQueue, _ ask: @escaping @Sendable () throws -> T
    ) async -> Result<T, MingchaError> {
        await withCheckedContinuation { continuation in
            queue.async {
                do {
                    continuation.resume(returning: .success(try ask()))
                } catch let error as MingchaError {
                    continuation.resume(returning: .failure(error))
                } catch {
                    // What the seam itself throws may quote anything.
                    let said = MingchaError.defect(code: "seam", zh: "应用内部出错，请重试", en: "something went wrong inside; try again")
                    continuation.resume(returning: .failure(said))
                }
            }
        }
    }
}
