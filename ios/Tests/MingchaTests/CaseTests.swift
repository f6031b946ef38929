import Foundation
import Mingcha
import Phones
import XCTest

/// What needs a person: refused, disagreed about, lost with the phone; and the ten lines of the page.
final class CaseTests: XCTestCase {
    private static let morning = "2026-03-02T09:00:00+08:00"

    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = try newFolder()
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    private func inspector(_ name: String, _ city: City) async throws -> Hand {
        try await Hand.enrolled(below: folder, name, city, role: "inspector", now: Self.morning)
    }

    func testWhatTwoPeopleAnsweredDifferentlyIsToldToBothAndSettledOnce() async throws {
        let city = try City(below: folder, now: Self.morning)
        let anna = try await inspector("anna", city).phone
        let ben = try await inspector("ben", city).phone
        let visit = try await anna.startVisit(site: "GOV-01", mode: "open", sets: ["W5"]).id
        try await anna.sync()
        try await ben.sync()
        let asked = try unwrapped(try await anna.visit(visit).now().items.first { $0.answerType == "yn" })
        let seen = try unwrapped(try await ben.visit(visit).now().items.first { $0.code == asked.code })
        try await anna.answer(visit: visit, item: asked.code, value: "yes", note: "看到了", basis: asked.basis)
        try await ben.answer(visit: visit, item: asked.code, value: "no", note: "没有看到", basis: seen.basis)
        for _ in 0..<2 { for phone in [anna, ben] { try await phone.sync() } }
        let told = try unwrapped(try await anna.attention().now().conflicts.first)
        XCTAssertEqual(Set(told.values.map(\.text.zh)), ["是", "否"])
        let kept = try XCTUnwrap(told.values.first { $0.value == "yes" })
        try await anna.settle(told.id, keep: kept.id, reason: "照片里有", basis: told.basis)
        for _ in 0..<2 { for phone in [anna, ben] { try await phone.sync() } }
        for phone in [anna, ben] {
            let open = try await phone.attention().now().conflicts
            XCTAssertTrue(open.isEmpty)
            let settled = try await phone.visit(visit).now().items.first { $0.code == asked.code }
            XCTAssertEqual(settled?.value, "yes")
        }
        let lost = try await ben.attention().now().overruled
        XCTAssertEqual(lost.first?.reason, "照片里有")
        for phone in [anna, ben] { await phone.close() }
    }

    func testAVisitThatTheCityRefusedIsKeptAndStandsOnceItMay() async throws {
        let city = try City(below: folder, now: Self.morning)
        let anna = try await inspector("anna", city)
        try city.revoke(anna.person, "DH")
        try city.grant(anna.person, "XL")
        try city.clock("2026-03-02T10:00:00+08:00")
        anna.hardware.now = "2026-03-02T10:00:00+08:00"
        let visit = try await anna.phone.startVisit(site: "GOV-01", mode: "open", sets: ["W5"]).id
        try await anna.phone.sync()
        let opening = try unwrapped(try await anna.phone.attention().now().refused.first { $0.kind.code == "visit_open" })
        XCTAssertEqual(opening.reason, "area")
        let refused = try await anna.phone.visit(visit).now().status.code
        XCTAssertEqual(refused, "refused")
        try city.grant(anna.person, "DH")
        try await anna.phone.sync()
        try await anna.phone.proposeAgain(opening.id)
        for _ in 0..<2 { try await anna.phone.sync() }
        let stands = try await anna.phone.visit(visit).now().status.code
        XCTAssertEqual(stands, "draft")
        await anna.phone.close()
    }

    func testAStoreThatIsDamagedIsToldAndWhatTheCityHasComesBack() async throws {
        let city = try City(below: folder, now: Self.morning)
        let anna = try await inspector("anna", city)
        let visit = try await anna.phone.startVisit(site: "GOV-01", mode: "open", sets: ["W5"]).id
        try await anna.phone.sync()
        await anna.phone.close()
        let phone = anna.below.appendingPathComponent("phone")
        try Data(repeating: 7, count: 65_536).write(to: phone.appendingPathComponent("store.db"))
        do {
            _ = try await Mingcha.open(folder: phone, platform: anna.hardware)
            XCTFail("opened what is no store")
        } catch {
            guard case .storeUnusable = error else { return XCTFail("\(error)") }
        }
        try FileManager.default.removeItem(at: phone)
        let again = try await Mingcha.open(folder: phone, platform: anna.hardware)
        let next = try city.guest(["--role", "inspector", "--area", "DH", "--person", anna.person])
        try await again.enrol(city: city.url, code: next.code)
        try await again.sync()
        let back = try await again.visit(visit).now().isOpen
        XCTAssertTrue(back)
        await again.close()
    }

    func testTheTenLinesOfThePageRunAgainstARealCity() async throws {
        let city = try City(below: folder, now: Self.morning)
        let hardware = try Hardware(below: folder, now: Self.morning)
        let code = try city.code(["--role", "inspector", "--area", "DH", "--name", "Anna"])
        let phone = folder.appendingPathComponent("phone")
        try await tenLines(folder: phone, platform: hardware, city: city.url, code: code, photo: picture(below: folder, number: 3))
        let again = try await Mingcha.open(folder: phone, platform: hardware)
        let raised = try await again.findings().now().rows
        XCTAssertEqual(raised.map(\.text), ["坡道堵死"])
        await again.close()
    }

    func testThePageShowsTheLinesThatAreCompiled() throws {
        let here = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let source = try String(contentsOf: here.appendingPathComponent("TenLines.swift"), encoding: .utf8)
        let page = try String(contentsOf: here.appendingPathComponent("../../../bindings/README.md"), encoding: .utf8)
        let start = try XCTUnwrap(source.range(of: "func tenLines"))
        let lines = source[start.lowerBound...].trimmingCharacters(in: .whitespacesAndNewlines).split(separator: "\n")
        XCTAssertTrue(page.contains(lines.map { "    \($0)" }.joined(separator: "\n")), "bindings/README.md shows other lines")
    }
}
