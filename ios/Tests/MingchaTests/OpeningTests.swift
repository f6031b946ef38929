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
        for time in 1...5 { try await anna.phone.answer(items[0].code, in: visit, value: "na", note: "here \(time)") }
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
        #expect(try await anna.phone.status().now().waitingCount == 0)
        await anna.phone.close()
    }

    @Test("closed in the middle of a sync it ends with what was said kept, and so do its pages")
    func closedInTheMiddle() async throws {
        let anna = try await enrolled()
        let phone = anna.phone
        let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
        let port = try #require(city.url.port.map(UInt16.init))
        city.kill()
        let silence = try Silence(port: port)
        let sync = Task { try await failure { try await phone.sync() } }
        let pages = Task { try await failure { for try await _ in phone.tasks() {} } }
        await Task.detached { silence.knocked() }.value
        await phone.close()
        // Whoever says nothing still says nothing.
        #expect(try await sync.value.kind == "cancelled")
        #expect(try await pages.value.kind == "cancelled")
        silence.hangUp()
        let late = try await failure { try await phone.answer("W5-3", in: visit, value: "na") }
        #expect(late.kind == "cancelled")
        try city.serve()
        let again = try await Mingcha.open(folder: anna.below.appendingPathComponent("phone"), platform: anna.hardware)
        let kept = try await again.tasks().now().rows.map(\.visitId)
        #expect(kept == [visit])
        #expect(try await synced(again) == 0)
        await again.close()
    }

    @Test("suspended it goes on with the next call; a page waits while the keys are locked, and what it waits for is told")
    func suspended() async throws {
        let anna = try await enrolled()
        let (phone, folder) = (anna.phone, anna.below.appendingPathComponent("phone"))
        let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
        #expect(openFiles(below: folder) > 0)
        try await phone.suspend()
        #expect(openFiles(below: folder) == 0)
        anna.hardware.isLocked = true
        let locked = try await failure { try await phone.answer("W5-3", in: visit, value: "na") }
        #expect(locked.kind == "busy" && locked.code == "keys_locked")

        var waiting = phone.waiting.makeAsyncIterator()
        #expect(await waiting.next() == .some(.none))
        let first = Task {
            var pages = phone.tasks().makeAsyncIterator()
            return try await pages.next()
        }
        let reason = await waiting.next()
        #expect(reason??.code == "keys_locked" && phone.waiting.now?.code == "keys_locked")
        anna.hardware.isLocked = false
        #expect(try await first.value?.rows.map(\.visitId) == [visit])
        #expect(await waiting.next() == .some(.none))
        #expect(phone.waiting.now == nil)

        var pages = phone.tasks().makeAsyncIterator()
        #expect(try await pages.next()?.rows.map(\.visitId) == [visit])
        try await phone.suspend()
        try await phone.submitVisit(visit)
        #expect(try await pages.next()?.rows.isEmpty == true)
        await phone.close()
        #expect(await waiting.next() == nil)
    }

    @Test("a task that is cancelled ends its pages without an error, and what it waited for is waited for no more")
    func ended() async throws {
        let anna = try await enrolled()
        let phone = anna.phone
        let reading = Task { () throws(MingchaError) -> Int in
            var (pages, count) = (phone.tasks().makeAsyncIterator(), 0)
            while try await pages.next() != nil { count += 1 }
            return count
        }
        #expect(try await comes { phone.readers == 1 })
        reading.cancel()
        #expect(try await reading.value <= 1)
        #expect(try await comes { phone.readers == 0 })

        try await phone.suspend()
        anna.hardware.isLocked = true
        var waiting = phone.waiting.makeAsyncIterator()
        #expect(await waiting.next() == .some(.none))
        let locked = Task {
            for try await page in phone.tasks() { return Optional(page) }
            return nil
        }
        #expect(await waiting.next()??.code == "keys_locked")
        locked.cancel()
        #expect(try await locked.value == nil)
        #expect(await waiting.next() == .some(.none))
        anna.hardware.isLocked = false
        await phone.close()
    }

    @Test("a panic inside is an error outside, says nothing of anybody, and the next call goes on")
    func panic() async throws {
        let anna = try await enrolled()
        let phone = anna.phone
        let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
        let plant = anna.below.appendingPathComponent("phone/planted-panic")
        try Data("金丝雀".utf8).write(to: plant)
        let errors = [
            try await failure { try await phone.tasks().now() },
            try await failure { try await phone.answer("W5-3", in: visit, value: "na") },
            try await failure { try await phone.sync() },
        ]
        for error in errors {
            #expect(error.kind == "defect" && error.code == "panicked")
            #expect(!"\(error) \(error.localizedDescription)".contains("金丝雀"))
        }
        try FileManager.default.removeItem(at: plant)
        try await phone.answer("W5-3", in: visit, value: "na")
        #expect(try await phone.sync().waitingCount == 0)
        await phone.close()
    }

    @Test("every call may be cancelled at any moment, and the next one goes on")
    func cancelled() async throws {
        let anna = try await enrolled()
        let (phone, own, url, hardware) = (anna.phone, anna.below, city.url, anna.hardware)
        let folder = own.appendingPathComponent("phone")
        let visit = try await phone.startVisit(at: "GOV-01", mode: .open, sets: ["W5"]).id
        try await phone.answer("W5-1", in: visit, value: "na", note: "kept")
        let finding = try await phone.raiseFinding(on: "W5-3", in: visit, text: "坡道堵死").id
        let photo = try picture(below: own, number: 7)
        let calls: [@Sendable () async throws -> Void] = [
            { _ = try await phone.status().now() }, { _ = try await phone.sites().now() }, { _ = try await phone.tasks().now() },
            { _ = try await phone.visit(visit).now() }, { _ = try await phone.findings().now() },
            { _ = try await phone.finding(finding).now() }, { _ = try await phone.score(of: visit).now() },
            { _ = try await phone.attention().now() }, { _ = try await phone.recheckDay(fedBack: Day(year: 2026, month: 3, day: 2)) },
            { _ = try await phone.workday(start: Day(year: 2026, month: 3, day: 2), workdays: 3) },
            { try await phone.startVisit(at: "GOV-01", mode: .open) },
            { try await phone.answer("W5-2", in: visit, value: "na") },
            { _ = try await phone.addPhoto(photo, to: visit) },
            { try await phone.savePhoto("none", copy: .standard, to: own.appendingPathComponent("copy.jpg")) },
            { try await phone.raiseFinding(on: "W5-4", in: visit, text: "坡道堵死") },
            { _ = try await phone.feedBack(finding, demand: "清理坡道") }, { try await phone.serveNotice(on: finding) },
            { try await phone.submitRectification(of: finding, text: "已清理") }, { try await phone.approve("none") },
            { try await phone.sendBack("none", reason: "看不清") }, { try await phone.recheck(finding, result: .pass) },
            { try await phone.proposeAgain("none") }, { try await phone.letGo(of: "none") },
            { try await phone.settle("none", keeping: "none", reason: "照片里有") }, { try await phone.markOverruledSeen() },
            { try await phone.enrol(city: url, code: "7KQM-2R8T-XW4P") }, { try await phone.sync() },
            { for try await _ in phone.tasks() {} }, { try await phone.suspend() },
            { try await Mingcha.open(folder: folder, platform: hardware).close() }, { try await phone.submitVisit(visit) },
        ]
        for pause: UInt64 in [0, 1, 5] {
            for call in calls {
                let task = Task { try await call() }
                try await Task.sleep(nanoseconds: pause * 1_000_000)
                task.cancel()
                // Refused, cancelled or done: it returns, and says nothing but what an app can decide on.
                if case .failure(let error) = await task.result { #expect(error is MingchaError) }
            }
        }
        let kept = try await phone.visit(visit).now().items.first { $0.code == "W5-1" }
        #expect(kept?.note == "kept")
        let waiting = try await synced(phone)
        #expect(waiting == 0)
        await phone.close()
    }
}
