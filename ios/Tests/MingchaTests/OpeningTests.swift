import Foundation
import Mingcha
import Phones
import Testing

/// Opened by another process, closed in the middle, suspended, locked, panicking: what was acknowledged is there.
@Suite(.serialized)
final class OpeningTests {
    private static let morning = "2026-03-02T09:00:00+08:00"

    private let folder: URL
    private let city: City

    init() throws {
        folder = try newFolder()
        city = try City(below: folder, now: Self.morning)
    }

    deinit {
        city.kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private func enrolled() async throws -> Hand {
        try await Hand.enrolled(below: folder, "anna", city, role: "inspector", now: Self.morning)
    }

    @Test("another process on the same folder is the same device, and both keep what they were told is saved")
    func secondProcess() async throws {
        let anna = try await enrolled()
        let other = try Child(["second", anna.below.path, Self.morning])
        let visit = try #require(try other.next().last)
        let shown = try await anna.phone.tasks().now().rows
        #expect(shown.map(\.visitId) == [visit])
        let items = try await anna.phone.visit(visit).now().items
        other.say("answer \(items[1].code)")
        for time in 1...5 { try await anna.phone.answer(visit: visit, item: items[0].code, value: "na", note: "here \(time)") }
        #expect(try other.next() == ["answered"])
        let notes = try await anna.phone.visit(visit).now().items.prefix(2).map(\.note)
        #expect(notes == ["here 5", "there 5"])
        // One sync at a time; whoever comes second is told to ask again.
        other.say("sync")
        let waiting = try await synced(anna.phone)
        #expect(waiting == 0)
        #expect(try other.next() == ["synced", "0"])
        other.say("end")
        _ = try other.end()
        await anna.phone.close()
    }

    @Test("closed in the middle of a sync it ends with what was said kept, and so do its pages")
    func closedInTheMiddle() async throws {
        let anna = try await enrolled()
        let phone = anna.phone
        let visit = try await phone.startVisit(site: "GOV-01", mode: "open").id
        let port = try #require(city.url.port.map(UInt16.init))
        city.kill()
        let silence = try Silence(port: port)
        let sync = Task { () -> (any Error)? in
            do { try await phone.sync() } catch { return error }
            return nil
        }
        let pages = Task { () -> (any Error)? in
            do { for try await _ in phone.tasks() {} } catch { return error }
            return nil
        }
        await Task.detached { silence.knocked() }.value
        await phone.close()
        silence.hangUp()
        let (ofSync, ofPages) = await (sync.value, pages.value)
        #expect(ofSync is MingchaError)
        guard case .cancelled = ofPages as? MingchaError else { return #expect(Bool(false), "\(String(describing: ofPages))") }
        await #expect(throws: (any Error).self) { try await phone.answer(visit: visit, item: "W5-3", value: "na") }
        try city.serve()
        let again = try await Mingcha.open(folder: anna.below.appendingPathComponent("phone"), platform: anna.hardware)
        let kept = try await again.tasks().now().rows.map(\.visitId)
        #expect(kept == [visit])
        let waiting = try await synced(again)
        #expect(waiting == 0)
        await again.close()
    }

    @Test("suspended it goes on with the next call, and a page waits while the keys are locked")
    func suspended() async throws {
        let anna = try await enrolled()
        let visit = try await anna.phone.startVisit(site: "GOV-01", mode: "open").id
        #expect(openFiles(anna) > 0)
        try await anna.phone.suspend()
        #expect(openFiles(anna) == 0)
        anna.hardware.isLocked = true
        do {
            try await anna.phone.answer(visit: visit, item: "W5-3", value: "na")
            #expect(Bool(false), "answered without a key")
        } catch {
            guard case .busy(let code, _, _) = error else { return #expect(Bool(false), "\(error)") }
            #expect(code == "keys_locked")
        }
        var pages = anna.phone.tasks().makeAsyncIterator()
        let refused = anna.hardware.refusals
        let unlocking = Task.detached {
            while anna.hardware.refusals == refused { try await Task.sleep(nanoseconds: 10_000_000) }
            anna.hardware.isLocked = false
        }
        let first = try await pages.next()
        #expect(first?.rows.map(\.visitId) == [visit])
        try await unlocking.value
        try await anna.phone.suspend()
        try await anna.phone.submitVisit(visit)
        let second = try await pages.next()
        #expect(second?.rows.isEmpty == true)
        await anna.phone.close()
    }

    private func openFiles(_ hand: Hand) -> Int {
        let below = hand.below.appendingPathComponent("phone").resolvingSymlinksInPath().path
        let files = FileManager.default
        let open = (try? files.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return open.count { (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasPrefix(below) == true }
    }

    @Test("a panic inside is an error outside, says nothing of anybody, and the next call goes on")
    func panic() async throws {
        let anna = try await enrolled()
        let phone = anna.phone
        let visit = try await phone.startVisit(site: "GOV-01", mode: "open").id
        let plant = anna.below.appendingPathComponent("phone/planted-panic")
        try Data("金丝雀".utf8).write(to: plant)
        let calls: [@Sendable () async throws(MingchaError) -> Void] = [
            { () async throws(MingchaError) in _ = try await phone.tasks().now() },
            { () async throws(MingchaError) in try await phone.answer(visit: visit, item: "W5-3", value: "na") },
            { () async throws(MingchaError) in try await phone.sync() },
        ]
        for call in calls {
            do {
                try await call()
                #expect(Bool(false), "no panic was planted")
            } catch {
                guard case .defect(let code, _, _) = error else { return #expect(Bool(false), "\(error)") }
                #expect(code == "panicked")
                #expect(!"\(error) \(error.localizedDescription)".contains("金丝雀"))
            }
        }
        try FileManager.default.removeItem(at: plant)
        try await phone.answer(visit: visit, item: "W5-3", value: "na")
        let waiting = try await phone.sync().waiting
        #expect(waiting == 0)
        await phone.close()
    }

    @Test("every call may be cancelled at any moment, and the next one goes on")
    func cancelled() async throws {
        let anna = try await enrolled()
        let (phone, own, url) = (anna.phone, anna.below, city.url)
        let visit = try await phone.startVisit(site: "GOV-01", mode: "open", sets: ["W5"]).id
        try await phone.answer(visit: visit, item: "W5-1", value: "na", note: "kept")
        let finding = try await phone.raiseFinding(visit: visit, item: "W5-3", text: "坡道堵死").id
        let photo = try picture(below: own, number: 7)
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await phone.status().now() }, { _ = try await phone.sites().now() }, { _ = try await phone.tasks().now() },
            { _ = try await phone.visit(visit).now() }, { _ = try await phone.findings().now() },
            { _ = try await phone.finding(finding).now() }, { _ = try await phone.score(visit).now() },
            { _ = try await phone.attention().now() }, { _ = try await phone.recheckDay(fedBack: "2026-03-02") },
            { _ = try await phone.workday(start: "2026-03-02", workdays: 3) },
            { try await phone.startVisit(site: "GOV-01", mode: "open") },
            { try await phone.answer(visit: visit, item: "W5-2", value: "na") },
            { _ = try await phone.addPhoto(visit: visit, file: photo) },
            { try await phone.savePhoto("none", copy: "standard", to: own.appendingPathComponent("copy.jpg")) },
            { try await phone.raiseFinding(visit: visit, item: "W5-4", text: "坡道堵死") },
            { _ = try await phone.feedBack(finding, demand: "清理坡道") }, { try await phone.serveNotice(finding) },
            { try await phone.submitRectification(finding, text: "已清理") }, { try await phone.approve("none") },
            { try await phone.sendBack("none", reason: "看不清") }, { try await phone.recheck(finding, result: "pass") },
            { try await phone.proposeAgain("none") }, { try await phone.letGo("none") },
            { try await phone.settle("none", keep: "none", reason: "照片里有") }, { try await phone.markOverruledSeen() },
            { try await phone.enrol(city: url, code: "7KQM-2R8T-XW4P") }, { try await phone.sync() },
            { for try await _ in phone.tasks() {} }, { try await phone.suspend() }, { try await phone.submitVisit(visit) },
        ]
        for pause: UInt64 in [0, 1, 5] {
            for call in calls {
                let task = Task { try await call() }
                try await Task.sleep(nanoseconds: pause * 1_000_000)
                task.cancel()
                // Refused, cancelled or done: it returns.
                _ = await task.result
            }
        }
        let kept = try await phone.visit(visit).now().items.first { $0.code == "W5-1" }
        #expect(kept?.note == "kept")
        let waiting = try await synced(phone)
        #expect(waiting == 0)
        await phone.close()
    }

    @Test("every call runs on a queue of its own, never on the main thread or one of Swift's own")
    func queues() async throws {
        let anna = try await enrolled()
        let visit = try await anna.phone.startVisit(site: "GOV-01", mode: "open").id
        try await anna.phone.submitVisit(visit)
        _ = try await anna.phone.visit(visit).now()
        try await anna.phone.sync()
        #expect(anna.hardware.places == ["calls", "syncs"])
        await anna.phone.close()
    }
}
