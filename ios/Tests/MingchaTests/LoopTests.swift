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

    func testWhatWasSeenUndercoverWithoutSignalIsPutRightApprovedAndRechecked() async throws {
        let city = try City(below: folder, now: Self.morning)
        let inspector = try await hand("inspector", city)
        let supervisor = try await hand("supervisor", city)
        let contact = try await hand("contact", city)
        let all = [inspector, supervisor, contact]
        func meet() async throws {
            for _ in 0..<2 {
                for one in all {
                    let waiting = try await one.phone.sync().waiting
                    XCTAssertEqual(waiting, 0)
                }
            }
        }

        // Undercover, without signal.
        inspector.hardware.network = .unavailable
        let visit = try await inspector.phone.startVisit(site: "GOV-01", mode: "undercover", sets: ["W5"]).id
        let photo = try await inspector.phone.addPhoto(visit: visit, file: picture(below: inspector.below, number: 1), item: "W5-3")
        let form = try await inspector.phone.visit(visit).now()
        let asked = try XCTUnwrap(form.items.first { $0.code == "W5-3" })
        try await inspector.phone.answer(visit: visit, item: asked.code, value: "no", note: "坡道被电动车占用", basis: asked.basis)
        try await inspector.phone.raiseFinding(visit: visit, item: asked.code, text: "坡道堵死", photos: [photo.id])
        try await inspector.phone.submitVisit(visit)
        do {
            try await inspector.phone.sync()
            XCTFail("met a city without a network")
        } catch {
            guard case .offline(let code, _, _) = error else { return XCTFail("\(error)") }
            XCTAssertEqual(code, "no_network")
        }

        // With signal, told in words chosen for the unit, under another id.
        inspector.hardware.network = .free
        try await meet()
        let unheard = try await contact.phone.findings().now()
        XCTAssertTrue(unheard.rows.isEmpty)
        let raised = try await supervisor.phone.findings().now()
        let original = try unwrapped(raised.rows.first).id
        let marked = try unwrapped(try await supervisor.phone.finding(original).now().photoIds.first)
        let corner = BlurredPart(photoId: marked, left: 0, top: 0, width: 500, height: 500)
        do {
            _ = try await supervisor.phone.feedBack(original, demand: Self.demand, blurred: [corner])
            XCTFail("a part of a photo that nobody checked was marked")
        } catch {
            guard case .refused(let code, _, _) = error else { return XCTFail("\(error)") }
            XCTAssertEqual(code, "malformed")
        }
        let copy = try await supervisor.phone.feedBack(
            original, demand: Self.demand, photosChecked: true, blurred: [corner])
        try await supervisor.phone.serveNotice(copy)
        try await meet()
        try await meet()
        let told = try await contact.phone.finding(copy).now()
        XCTAssertEqual(told.summary.stage.text.zh, "已交办")
        XCTAssertEqual(told.demand, Self.demand)

        // A page that is open follows by itself.
        var pages = supervisor.phone.finding(copy).makeAsyncIterator()
        var shown = try unwrapped(try await pages.next())
        try await contact.phone.submitRectification(copy, text: "已清理", files: [picture(below: contact.below, number: 9)])
        try await contact.phone.sync()
        try await supervisor.phone.sync()
        while shown.submissions.isEmpty { shown = try unwrapped(try await pages.next()) }
        try await supervisor.phone.approve(XCTUnwrap(shown.submissions.first).id, basis: shown.basis)
        while shown.summary.stage.code == "submitted" { shown = try unwrapped(try await pages.next()) }
        XCTAssertEqual(shown.summary.stage.code, "awaiting_recheck")
        try await meet()

        // A fortnight later somebody looks.
        try city.clock(Self.fortnight)
        for one in all { one.hardware.now = Self.fortnight }
        try await meet()
        let work = try await inspector.phone.tasks().now().rows.filter { $0.kind.code == "recheck" }
        XCTAssertEqual(work.first?.findingIds, [copy])
        try await inspector.phone.recheck(copy, result: "pass", basis: inspector.phone.finding(copy).now().basis)
        try await meet()
        for one in all {
            let stage = try await one.phone.finding(copy).now().summary.stage.code
            XCTAssertEqual(stage, "closed")
            await one.phone.close()
        }
        do {
            _ = try await inspector.phone.tasks().now()
            XCTFail("a closed device answered")
        } catch {
            guard case .cancelled = error else { return XCTFail("\(error)") }
        }
    }
}
