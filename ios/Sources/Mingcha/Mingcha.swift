import Dispatch
import Foundation
@_exported import MingchaCore

/// One device, for Swift concurrency.
///
/// What screens show is a ``Pages``: a sequence that gives its page at once, and again whenever something that this process
/// changed may have changed it. What a person does is an `async` function: when it returns, its effect is durable. Whatever fails throws a
/// ``MingchaError``, each case a decision for the app, with words to show.
///
/// Nothing of the library runs on the main thread or on one of Swift's own. Cancelling a task never undoes or loses anything: a call that has
/// begun is finished. What waits for the city or writes a file ends within a moment.
///
/// It is no actor, because it has no state that needs one: the device puts its callers in order, on queues that belong to no executor of
/// Swift's, down to iOS 16.
public final class Mingcha: Sendable {
    /// What the screens wait for, for one banner above all of them: the phone's keys, or another process.
    public let waiting = Waiting()

    private let device: Kept
    private let bell: Bell
    private let queues: Queues

    private init(device: Kept, bell: Bell, queues: Queues) {
        (self.device, self.bell, self.queues) = (device, bell, queues)
    }

    deinit { waiting.end() }

    /// Opens the device in this folder, which is made when it is not there; an empty folder is a new device.
    ///
    /// A task that was cancelled meanwhile gets none, and no file stays open.
    public static func open(folder: URL, platform: any Platform) async throws(MingchaError) -> Mingcha {
        try await open { try Device.open(folder: folder.path, platform: platform) }
    }

    /// The same with a device that this makes: stories look at what it is asked, and where.
    package static func open(by make: @escaping @Sendable () throws -> any WorkingDevice) async throws(MingchaError) -> Mingcha {
        let (queues, bell) = (Queues(), Bell())
        let device = try await Kept.made(on: queues.calls) {
            let device = try make()
            device.observe(observer: bell)
            return device
        }
        let opened = Mingcha(device: device, bell: bell, queues: queues)
        if Task.isCancelled {
            await opened.close()
            throw .givenUp
        }
        return opened
    }

    // MARK: What screens show

    /// Whose device this is and what waits: for the start screen and badges. It needs no enrolment.
    public func status() -> Pages<DeviceStatus> { pages { try $0.status() } }

    /// The sites of this person's areas or unit.
    public func sites(_ query: SiteQuery = SiteQuery()) -> Pages<SitePage> { pages { try $0.sites(query: query) } }

    /// Today's work.
    public func tasks() -> Pages<TaskPage> { pages { try $0.tasks() } }

    /// One visit, to be filled in or read.
    public func visit(_ id: String) -> Pages<VisitForm> { pages { try $0.visit(visitId: id) } }

    /// Findings, the newest first.
    public func findings(_ query: FindingQuery = FindingQuery()) -> Pages<FindingPage> { pages { try $0.findings(query: query) } }

    /// One finding with everything that is known of it here.
    public func finding(_ id: String) -> Pages<FindingDetail> { pages { try $0.finding(findingId: id) } }

    /// What a visit comes to, line by line. What was submitted stands, whatever was answered since.
    public func score(of visit: String) -> Pages<ScorePage> { pages { try $0.score(visitId: visit) } }

    /// What needs this person: refused, held, disagreed about.
    public func attention() -> Pages<AttentionPage> { pages { try $0.attention() } }

    /// When something fed back on this day is rechecked by the city's policy: for a picker of days.
    public func recheckDay(fedBack: Day) async throws(MingchaError) -> ReckonedDay {
        try await call { try $0.recheckDay(fedBack: fedBack.iso) }
    }

    /// The day so many working days after this one, which is not counted; at most 3,660.
    public func workday(start: Day, workdays: Int) async throws(MingchaError) -> ReckonedDay {
        try await call { try $0.workday(start: start.iso, workdays: Int32(clamping: workdays)) }
    }

    /// Writes a photo that is here to a new file, unsealed. The app removes it when it was shown.
    public func savePhoto(_ photo: String, copy: PhotoCopy, to file: URL) async throws(MingchaError) {
        try await call { try $0.savePhoto(photoId: photo, copy: copy, file: file.path) }
    }

    // MARK: What a person does

    /// Enrols this device with the city at this address by a one-time code, as `7KQM-2R8T-XW4P`. Screens go on meanwhile.
    ///
    /// When its task is cancelled it returns at once; whether the city let the device in all the same, ``status()`` says.
    @discardableResult
    public func enrol(city: URL, code: String) async throws(MingchaError) -> DeviceStatus {
        try await device.askInPassing(on: queues.jobs) { try $0.enrol(cityUrl: city.absoluteString, code: code) }.get()
    }

    /// Starts a visit at a site, named by id or by the office's code. Without sets it asks those of the campaign that runs, else
    /// the everyday ones.
    @discardableResult
    public func startVisit(at site: String, mode: VisitMode, sets: [String] = []) async throws(MingchaError) -> StartedVisit {
        try await call { try $0.startVisit(siteId: site, mode: mode, sets: sets) }
    }

    /// Answers one item of a visit. A note that is not given stays where the same person gives the same value again.
    public func answer(
        _ item: String, in visit: String, value: String, note: String? = nil, basis: String? = nil
    ) async throws(MingchaError) {
        try await call { try $0.answer(visitId: visit, item: item, value: value, note: note, basis: basis) }
    }

    /// Takes a picture into a visit, for one of its items where one is named: JPEG, PNG or WebP, at most 48 megapixels. The file
    /// stays as it is.
    public func addPhoto(_ file: URL, to visit: String, item: String? = nil) async throws(MingchaError) -> TakenPhoto {
        try await call { try $0.addPhoto(visitId: visit, file: file.path, item: item) }
    }

    /// Submits a visit as it was seen: an answer of somebody else's that came since is looked at first (``MingchaError/outOfDate(code:zh:en:)``).
    @discardableResult
    public func submitVisit(_ visit: String, basis: String? = nil) async throws(MingchaError) -> SubmittedVisit {
        try await call { try $0.submitVisit(visitId: visit, basis: basis) }
    }

    /// Raises a finding on an item of a visit, with photos of that visit.
    @discardableResult
    public func raiseFinding(
        on item: String, in visit: String, text: String, severity: Severity = .ordinary, photos: [String] = []
    ) async throws(MingchaError) -> RaisedFinding {
        try await call { try $0.raiseFinding(visitId: visit, item: item, text: text, severity: severity, photoIds: photos) }
    }

    /// Tells the unit of a finding; photos go along only where a person looked at them, with the parts that were marked made
    /// unrecognisable. Gives the id under which everybody acts on it from then on.
    public func feedBack(
        _ finding: String, demand: String? = nil, photosChecked: Bool = false, blurred: [BlurredPart] = []
    ) async throws(MingchaError) -> String {
        try await call {
            try $0.feedBack(findingId: finding, demand: demand, photosChecked: photosChecked, blurred: blurred)
        }
    }

    /// Serves a rectification notice; without a day the deadline follows from severity and service.
    public func serveNotice(on finding: String, deadline: Day? = nil) async throws(MingchaError) {
        try await call { try $0.serveNotice(findingId: finding, deadline: deadline?.iso) }
    }

    /// A unit sends what it put right, with photos of it. Gives the id of the submission.
    @discardableResult
    public func submitRectification(of finding: String, text: String, files: [URL] = []) async throws(MingchaError) -> String {
        try await call { try $0.submitRectification(findingId: finding, text: text, files: files.map(\.path)) }
    }

    /// A supervisor approves exactly one submission.
    public func approve(_ submission: String, text: String? = nil, basis: String? = nil) async throws(MingchaError) {
        try await call { try $0.approve(submissionId: submission, text: text, basis: basis) }
    }

    /// A supervisor returns exactly one submission, with a reason.
    public func sendBack(_ submission: String, reason: String, basis: String? = nil) async throws(MingchaError) {
        try await call { try $0.sendBack(submissionId: submission, reason: reason, basis: basis) }
    }

    /// Says what a recheck found.
    public func recheck(
        _ finding: String, result: RecheckResult, text: String? = nil, files: [URL] = [], basis: String? = nil
    ) async throws(MingchaError) {
        try await call {
            try $0.recheck(findingId: finding, result: result, text: text, files: files.map(\.path), basis: basis)
        }
    }

    /// Proposes a refused statement again, word for word, with whatever else of it was refused.
    public func proposeAgain(_ statement: String) async throws(MingchaError) {
        try await call { try $0.proposeAgain(statementId: statement) }
    }

    /// Lets a refused statement go, and with what made a thing all that was said of the thing.
    public func letGo(of statement: String) async throws(MingchaError) {
        try await call { try $0.letGo(statementId: statement) }
    }

    /// Decides what people said differently: the value of this statement stands from now on, with a reason.
    public func settle(
        _ conflict: String, keeping statement: String, reason: String, basis: String? = nil
    ) async throws(MingchaError) {
        try await call { try $0.settle(conflictId: conflict, keptId: statement, reason: reason, basis: basis) }
    }

    /// What was decided against this person was looked at: it counts as seen from here on.
    public func markOverruledSeen() async throws(MingchaError) {
        try await call { try $0.markOverruledSeen() }
    }

    // MARK: The city, and the end

    /// Meets the city: sends what was said, receives what is new, then photos both ways. Screens go on meanwhile. One sync runs at
    /// a time; another one is told that the device is busy.
    ///
    /// When its task is cancelled, the sync gives up the request that is under way at once, and throws
    /// ``MingchaError/cancelled(code:zh:en:)`` within a moment. What the city has by then, it has; the next sync goes on from there.
    ///
    /// - Parameter progress: told ten times a second at most, where the caller runs, and never after this returned.
    @discardableResult
    public func sync(
        isolation: isolated (any Actor)? = #isolation, _ progress: (JobProgress) -> Void = { _ in }
    ) async throws(MingchaError) -> SyncOutcome {
        try await run(telling: progress) { $0.syncing() }
    }

    /// Hands this device's work on as a new file that the city alone can read, for a memory card, a cable or a colleague, where
    /// there is no signal. It marks nothing as sent: the next sync says what the city has.
    ///
    /// When its task is cancelled it leaves no file.
    ///
    /// - Parameter since: only what was said and taken from this second on; the city must have what came before.
    /// - Parameter progress: told ten times a second at most, where the caller runs, and never after this returned.
    @discardableResult
    public func exportParcel(
        to file: URL, since: Date? = nil, isolation: isolated (any Actor)? = #isolation,
        _ progress: (JobProgress) -> Void = { _ in }
    ) async throws(MingchaError) -> ParcelOutcome {
        let since = since.map { max($0, Date(timeIntervalSince1970: 0)).formatted(.iso8601) }
        return try await run(telling: progress) { $0.exporting(to: file.path, since: since) }
    }

    /// Takes along a file that somebody else exported; the next sync hands it over. Nothing of it can be read here.
    ///
    /// When its task is cancelled, nothing of it was taken along.
    ///
    /// - Parameter progress: told ten times a second at most, where the caller runs, and never after this returned.
    @discardableResult
    public func importParcel(
        _ file: URL, isolation: isolated (any Actor)? = #isolation, _ progress: (JobProgress) -> Void = { _ in }
    ) async throws(MingchaError) -> ParcelOutcome {
        try await run(telling: progress) { $0.importing(file.path) }
    }

    /// Lets go of every file, for an app that leaves the foreground. The next call opens the device again.
    public func suspend() async throws(MingchaError) {
        try await call { try $0.suspend() }
    }

    /// Closes this opening for good, after the calls that wait: syncs are cancelled, and every later call fails with
    /// ``MingchaError/cancelled(code:zh:en:)``, as does every page that is still read. What nobody closes is closed when nobody needs it any more.
    public func close() async {
        _ = await device.ask(on: queues.calls) { $0.shut() }
        bell.ring()
        waiting.end()
    }

    // MARK: How

    /// How many sequences of pages are read: for those who look for leaks.
    package var readers: Int { bell.count }

    private func call<Answer: Sendable>(
        _ question: @escaping @Sendable (any WorkingDevice) throws -> Answer
    ) async throws(MingchaError) -> Answer {
        try await device.ask(on: queues.calls, question).get()
    }

    private func pages<Page>(_ question: @escaping @Sendable (any WorkingDevice) throws -> Page) -> Pages<Page> {
        let (device, calls) = (device, queues.calls)
        return Pages(bell: bell, waiting: waiting) { await device.ask(on: calls, question) }
    }

    private func run<Outcome: Sendable>(
        telling progress: (JobProgress) -> Void, isolation: isolated (any Actor)? = #isolation,
        _ prepare: @escaping @Sendable (any WorkingDevice) -> any LongWork<Outcome>
    ) async throws(MingchaError) -> Outcome {
        try await Errand(device: device, queues: queues, prepare: prepare).run(telling: progress)
    }
}
