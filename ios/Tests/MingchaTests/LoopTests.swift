import Foundation
import Mingcha
import Phones
import XCTest

/// The whole loop on three phones, against a city that is a process of its own.
final class LoopTests: XCTestCase {
    private static let morning = "2026-03-02T09:00:00+08:00"
    private static let fortnight = "2026-03-16T09:00:00+08:00"
    private static let demand = "三日内清理坡道"

    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = try newFolder()
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    private func hand(_ role: String, _ city: City) async throws -> Hand {
        try await Hand.enrolled(below: folder, role, city, role: role, now: Self.morning)
    }

    func testWhatWasSeenUndercoverWithoutSignalIsPutRightApprovedAndRecheckedThoughTheProcessWasKilled() async throws {
        let city = try City(below: folder, now: Self.morning)
        let inspector = try await hand("inspector", city)
        let supervisor = try await hand("supervisor", city)
        let contact = try await hand("contact", city)

        // Undercover, offline, and killed with -9 in the middle of the work.
        await inspector.phone.close()
        let saved = try killedAfterRaising(inspector.below)
        let again = try await Mingcha.open(folder: inspector.below.appendingPathComponent("phone"), platform: inspector.hardware)
        let drafts = try await again.tasks().now().rows.filter { $0.kind.code == "draft" }
        XCTAssertEqual(drafts.map(\.visitId), [saved["visit"]])
        let form = try await again.visit(XCTUnwrap(saved["visit"])).now()
        XCTAssertEqual(form.mode.code, "undercover")
        XCTAssertEqual(form.photos.count, 2)
        let answered = try XCTUnwrap(form.items.first { $0.code == "W5-3" })
        XCTAssertEqual(answered.value, "no")
        XCTAssertEqual(answered.valueText?.zh, "否")
        XCTAssertEqual(answered.note, "坡道被电动车占用")
        XCTAssertEqual(form.findingIds, [saved["finding"]])
        try await again.submitVisit(form.id, basis: form.basis)
        inspector.hardware.network = .unavailable
        let unmet = try await failure { try await again.sync() }
        XCTAssertEqual(unmet.code, "no_network")

        // With signal, the city and the supervisor hear of it; the unit does not.
        inspector.hardware.network = .free
        let all = [again, supervisor.phone, contact.phone]
        func meet() async throws {
            for _ in 0..<2 {
                for phone in all {
                    let waiting = try await phone.sync().waitingCount
                    XCTAssertEqual(waiting, 0)
                }
            }
        }
        try await meet()
        let unheard = try await contact.phone.findings().now().rows
        XCTAssertTrue(unheard.isEmpty)
        let raised = try await supervisor.phone.findings().now().rows
        XCTAssertEqual(raised.count, 1)
        let original = try XCTUnwrap(raised.first).id
        let wordless = try await failure { try await supervisor.phone.feedBack(original) }
        XCTAssertEqual(wordless.code, "no_demand")

        // Told in words chosen for the unit, under another id.
        let photos = try await supervisor.phone.finding(original).now().photoIds
        XCTAssertEqual(photos.count, 1)
        let corner = BlurredPart(photoId: try XCTUnwrap(photos.first), left: 0, top: 0, width: 500, height: 500)
        let unchecked = try await failure { try await supervisor.phone.feedBack(original, demand: Self.demand, blurred: [corner]) }
        XCTAssertEqual(unchecked.code, "malformed")
        let copy = try await supervisor.phone.feedBack(original, demand: Self.demand, photosChecked: true, blurred: [corner])
        XCTAssertNotEqual(copy, original)
        try await supervisor.phone.serveNotice(on: copy)
        for _ in 0..<2 { try await meet() }
        let told = try await contact.phone.finding(copy).now()
        XCTAssertEqual(told.summary.stage.code, "noticed")
        XCTAssertEqual(told.summary.stage.text.zh, "已交办")
        XCTAssertEqual(told.demand, Self.demand)
        // Who said what is not on the unit's phone at all.
        XCTAssertTrue(told.timeline.isEmpty)
        let known = try await supervisor.phone.finding(copy).now().timeline
        XCTAssertFalse(known.isEmpty)
        // What was marked in its photo is grey: the stories in Kotlin look at the pixels, which nothing here can read.
        let copied = contact.below.appendingPathComponent("copied.jpg")
        try await contact.phone.savePhoto(XCTUnwrap(told.photoIds.first), copy: .standard, to: copied)
        XCTAssertEqual(try Data(contentsOf: copied).prefix(2), Data([0xff, 0xd8]))

        // A page that is open follows by itself.
        var pages = supervisor.phone.finding(copy).makeAsyncIterator()
        var shown = try unwrapped(try await pages.next())
        XCTAssertEqual(shown.summary.stage.code, "noticed")
        try await contact.phone.submitRectification(of: copy, text: "已清理", files: [picture(below: contact.below, number: 9)])
        try await contact.phone.sync()
        try await supervisor.phone.sync()
        while shown.submissions.isEmpty { shown = try unwrapped(try await pages.next()) }
        XCTAssertEqual(shown.summary.stage.code, "submitted")
        try await supervisor.phone.approve(XCTUnwrap(shown.submissions.first).id, basis: shown.basis)
        while shown.summary.stage.code == "submitted" { shown = try unwrapped(try await pages.next()) }
        XCTAssertEqual(shown.summary.stage.code, "awaiting_recheck")
        try await meet()

        // A fortnight later somebody looks.
        try city.clock(Self.fortnight)
        for one in [inspector, supervisor, contact] { one.hardware.now = Self.fortnight }
        try await meet()
        let due = try await again.tasks().now().rows.filter { $0.kind.code == "recheck" }
        XCTAssertEqual(due.map(\.findingIds), [[copy]])
        XCTAssertEqual(due.map(\.isOverdue), [false])
        try await again.recheck(copy, result: .pass, text: "通畅", basis: again.finding(copy).now().basis)
        try await meet()
        for phone in all {
            let closed = try await phone.finding(copy).now()
            XCTAssertEqual(closed.summary.stage.code, "closed")
            XCTAssertEqual(closed.rechecks.map(\.result.code), ["pass"])
            // Who looked, the unit never learns.
            if phone === contact.phone { XCTAssertNil(closed.rechecks.first?.by) }
            await phone.close()
        }
    }

    /// Starts a process that makes the visit, and kills it with -9 once it said that the finding is saved: what it said, by name.
    private func killedAfterRaising(_ below: URL) throws -> [String: String] {
        let child = try Child(["undercover", below.path, Self.morning])
        defer { child.kill() }
        var saved: [String: String] = [:]
        while saved["finding"] == nil {
            let line = try child.next()
            saved[line[0]] = line.dropFirst().joined(separator: " ")
        }
        XCTAssertEqual(Set(saved.keys), ["visit", "photo", "answer", "finding"])
        return saved
    }

    func testACityThatIsAwayCostsNothingButTime() async throws {
        let city = try City(below: folder, now: Self.morning)
        let anna = try await hand("inspector", city)
        city.kill()
        let visit = try await anna.phone.startVisit(at: "GOV-01", mode: .open).id
        let unmet = try await failure { try await anna.phone.sync() }
        XCTAssertEqual(unmet.kind, "offline")
        anna.hardware.network = .unavailable
        let untried = try await failure { try await anna.phone.sync() }
        XCTAssertEqual(untried.code, "no_network")
        let kept = try await anna.phone.status().now().waitingCount
        XCTAssertGreaterThan(kept, 0)
        try city.serve()
        anna.hardware.network = .metered
        let waiting = try await anna.phone.sync().waitingCount
        XCTAssertEqual(waiting, 0)
        let isOpen = try await anna.phone.visit(visit).now().isOpen
        XCTAssertTrue(isOpen)
        await anna.phone.close()
    }
}
