import Dispatch
import Foundation
import Mingcha

/// Where the library was called, and where its things were let go: a queue of the façade's, or what must not be.
public final class Places: @unchecked Sendable {
    private let lock = NSLock()
    private var all: [String: Set<String>] = [:]
    private var looks = 0

    public init() {}

    /// The places of each call by its name.
    public var seen: [String: Set<String>] { lock.withLock { all } }

    fileprivate func note(_ call: String) {
        // A thread that works on a task is one of Swift's own, and so is one that lends itself to a queue meanwhile.
        let isOfATask = withUnsafeCurrentTask { $0 != nil }
        let queue = Queues.here ?? "somewhere else"
        let place = Thread.isMainThread ? "the main thread" : isOfATask ? "a thread of Swift's" : queue
        lock.withLock {
            _ = all[call, default: []].insert(place)
            if call == "progress" { looks += 1 }
        }
    }

    /// Waits on this thread until somebody looked how far a job has come, after now.
    fileprivate func looked() {
        let before = lock.withLock { looks }
        while lock.withLock({ looks }) == before { Thread.sleep(forTimeInterval: 0.01) }
    }
}

/// The library's own device, which notes where each of its calls came from, and where it was let go.
public final class WatchedDevice: WorkingDevice {
    private let device: Device
    private let places: Places
    private let lingers: Bool

    /// Opens this folder. Jobs linger where that is wished: each is over once somebody looked how far it came.
    public init(_ folder: URL, _ platform: any Platform, _ places: Places, lingers: Bool = false) throws {
        places.note("open")
        device = try Device.open(folder: folder.path, platform: platform)
        (self.places, self.lingers) = (places, lingers)
    }

    deinit { places.note("device let go") }

    private func at(_ call: String) -> Device {
        places.note(call)
        return device
    }

    package func syncing() -> any LongWork<SyncOutcome> { WatchedJob(at("syncJob").syncing(), places, lingers) }

    package func exporting(to file: String, since: String?) -> any LongWork<ParcelOutcome> {
        WatchedJob(at("exportJob").exporting(to: file, since: since), places, lingers)
    }

    package func importing(_ file: String) -> any LongWork<ParcelOutcome> {
        WatchedJob(at("importJob").importing(file), places, lingers)
    }

    public func addPhoto(visitId: String, file: String, item: String?) throws -> TakenPhoto {
        try at("addPhoto").addPhoto(visitId: visitId, file: file, item: item)
    }
    public func answer(visitId: String, item: String, value: String, note: String?, basis: String?) throws {
        try at("answer").answer(visitId: visitId, item: item, value: value, note: note, basis: basis)
    }
    public func approve(submissionId: String, text: String?, basis: String?) throws {
        try at("approve").approve(submissionId: submissionId, text: text, basis: basis)
    }
    public func attention() throws -> AttentionPage { try at("attention").attention() }
    public func enrol(cityUrl: String, code: String) throws -> DeviceStatus {
        try at("enrol").enrol(cityUrl: cityUrl, code: code)
    }
    public func exportJob(file: String, since: String?) -> ParcelJob { at("exportJob").exportJob(file: file, since: since) }
    public func feedBack(findingId: String, demand: String?, photosChecked: Bool, blurred: [BlurredPart]) throws -> String {
        try at("feedBack").feedBack(findingId: findingId, demand: demand, photosChecked: photosChecked, blurred: blurred)
    }
    public func finding(findingId: String) throws -> FindingDetail { try at("finding").finding(findingId: findingId) }
    public func findings(query: FindingQuery) throws -> FindingPage { try at("findings").findings(query: query) }
    public func importJob(file: String) -> ParcelJob { at("importJob").importJob(file: file) }
    public func letGo(statementId: String) throws { try at("letGo").letGo(statementId: statementId) }
    public func markOverruledSeen() throws { try at("markOverruledSeen").markOverruledSeen() }
    public func observe(observer: Observer) { at("observe").observe(observer: observer) }
    public func proposeAgain(statementId: String) throws { try at("proposeAgain").proposeAgain(statementId: statementId) }
    public func raiseFinding(
        visitId: String, item: String, text: String, severity: Severity, photoIds: [String]
    ) throws -> RaisedFinding {
        try at("raiseFinding").raiseFinding(visitId: visitId, item: item, text: text, severity: severity, photoIds: photoIds)
    }
    public func recheck(findingId: String, result: RecheckResult, text: String?, files: [String], basis: String?) throws {
        try at("recheck").recheck(findingId: findingId, result: result, text: text, files: files, basis: basis)
    }
    public func recheckDay(fedBack: String) throws -> ReckonedDay { try at("recheckDay").recheckDay(fedBack: fedBack) }
    public func savePhoto(photoId: String, copy: PhotoCopy, file: String) throws {
        try at("savePhoto").savePhoto(photoId: photoId, copy: copy, file: file)
    }
    public func score(visitId: String) throws -> ScorePage { try at("score").score(visitId: visitId) }
    public func sendBack(submissionId: String, reason: String, basis: String?) throws {
        try at("sendBack").sendBack(submissionId: submissionId, reason: reason, basis: basis)
    }
    public func serveNotice(findingId: String, deadline: String?) throws {
        try at("serveNotice").serveNotice(findingId: findingId, deadline: deadline)
    }
    public func settle(conflictId: String, keptId: String, reason: String, basis: String?) throws {
        try at("settle").settle(conflictId: conflictId, keptId: keptId, reason: reason, basis: basis)
    }
    public func shut() { at("shut").shut() }
    public func sites(query: SiteQuery) throws -> SitePage { try at("sites").sites(query: query) }
    public func startVisit(siteId: String, mode: VisitMode, sets: [String]) throws -> StartedVisit {
        try at("startVisit").startVisit(siteId: siteId, mode: mode, sets: sets)
    }
    public func status() throws -> DeviceStatus { try at("status").status() }
    public func submitRectification(findingId: String, text: String, files: [String]) throws -> String {
        try at("submitRectification").submitRectification(findingId: findingId, text: text, files: files)
    }
    public func submitVisit(visitId: String, basis: String?) throws -> SubmittedVisit {
        try at("submitVisit").submitVisit(visitId: visitId, basis: basis)
    }
    public func suspend() throws { try at("suspend").suspend() }
    public func syncJob() -> SyncJob { at("syncJob").syncJob() }
    public func tasks() throws -> TaskPage { try at("tasks").tasks() }
    public func visit(visitId: String) throws -> VisitForm { try at("visit").visit(visitId: visitId) }
    public func workday(start: String, workdays: Int32) throws -> ReckonedDay {
        try at("workday").workday(start: start, workdays: workdays)
    }
}

private final class WatchedJob<Outcome: Sendable>: LongWork {
    private let job: any LongWork<Outcome>
    private let places: Places
    private let lingers: Bool

    init(_ job: any LongWork<Outcome>, _ places: Places, _ lingers: Bool) {
        (self.job, self.places, self.lingers) = (job, places, lingers)
    }

    deinit { places.note("job let go") }

    func run() throws -> Outcome {
        places.note("run")
        defer { if lingers { places.looked() } }
        return try job.run()
    }

    func progress() -> JobProgress {
        defer { places.note("progress") }
        return job.progress()
    }

    func cancel() {
        places.note("cancel")
        job.cancel()
    }
}
