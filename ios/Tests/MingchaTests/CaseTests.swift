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

    /// The first item that is answered with yes or no.
    private func asked(_ phone: Mingcha, _ visit: String) async throws -> FormItem {
        try unwrapped(try await phone.visit(visit).now().items.first { $0.answerType == .yesNo })
    }

    func testWhatTwoPeopleAnsweredDifferentlyIsToldToBothAndSettledOnce() async throws {
        let city = try City(below: folder, now: Self.morning)
        let anna = try await inspector("anna", city).phone
        let ben = try await inspector("ben", city).phone
        let visit = try await anna.startVisit(at: "GOV-01", mode: .open, sets: ["W5"]).id
        try await anna.sync()
        try await ben.sync()
        let item = try await asked(anna, visit)
        let seen = try await asked(ben, visit)
        XCTAssertEqual(item.code, seen.code)
        try await anna.answer(item.code, in: visit, value: "yes", note: "看到了", basis: item.basis)
        try await ben.answer(item.code, in: visit, value: "no", note: "没有看到", basis: seen.basis)
        for _ in 0..<2 { for phone in [anna, ben] { try await phone.sync() } }

        let conflicts = try await anna.attention().now().conflicts
        XCTAssertEqual(conflicts.count, 1)
        let told = try XCTUnwrap(conflicts.first)
        XCTAssertEqual(told.kind.code, "answer")
        XCTAssertEqual(told.kind.text.zh, "答案")
        XCTAssertTrue(told.isMine)
        XCTAssertEqual(Set(told.values.map(\.text.zh)), ["是", "否"])
        let contested = try await asked(anna, visit)
        XCTAssertTrue(contested.isContested)
        let needed = try await ben.status().now().attentionCount
        XCTAssertEqual(needed, 1)

        let kept = try XCTUnwrap(told.values.first { $0.value == "yes" })
        try await anna.settle(told.id, keeping: kept.id, reason: "照片里有", basis: told.basis)
        for _ in 0..<2 { for phone in [anna, ben] { try await phone.sync() } }
        for phone in [anna, ben] {
            let open = try await phone.attention().now().conflicts
            XCTAssertTrue(open.isEmpty)
            let settled = try await asked(phone, visit)
            XCTAssertEqual(settled.value, "yes")
            XCTAssertFalse(settled.isContested)
        }
        let lost = try await ben.attention().now().overruled
        XCTAssertEqual(lost.map(\.reason), ["照片里有"])
        try await ben.markOverruledSeen()
        let left = try await ben.status().now().attentionCount
        XCTAssertEqual(left, 0)
        for phone in [anna, ben] { await phone.close() }
    }

    func testAVisitThatTheCityRefusedIsKeptWithEverythingInItAndStandsOnceItMay() async throws {
        let city = try City(below: folder, now: Self.morning)
        let anna = try await inspector("anna", city)
        try city.revoke(anna.person, "DH")
        try city.grant(anna.person, "XL")
        try city.clock("2026-03-02T10:00:00+08:00")
        anna.hardware.now = "2026-03-02T10:00:00+08:00"
        let visit = try await anna.phone.startVisit(at: "GOV-01", mode: .open, sets: ["W5"]).id
        let item = try await asked(anna.phone, visit)
        try await anna.phone.answer(item.code, in: visit, value: "no", note: "撤权后写的备注", basis: item.basis)
        let needed = try await anna.phone.sync().attentionCount
        XCTAssertGreaterThan(needed, 0)

        let aside = try await anna.phone.attention().now().refused
        let openings = aside.filter { $0.kind.code == "visit_open" }
        XCTAssertEqual(openings.map(\.reason), ["area"])
        let opening = try XCTUnwrap(openings.first)
        XCTAssertFalse(opening.advice.zh.isEmpty || opening.advice.en.isEmpty)
        let refused = try await anna.phone.visit(visit).now()
        XCTAssertEqual(refused.status.code, "refused")
        XCTAssertEqual(refused.items.first { $0.code == item.code }?.note, "撤权后写的备注")
        let tooEarly = try await failure { try await anna.phone.proposeAgain(opening.id) }
        XCTAssertEqual(tooEarly.kind, "refused")

        try city.grant(anna.person, "DH")
        try await anna.phone.sync()
        try await anna.phone.proposeAgain(opening.id)
        for _ in 0..<2 { try await anna.phone.sync() }
        let left = try await anna.phone.attention().now().refused
        XCTAssertTrue(left.isEmpty)
        let stands = try await anna.phone.visit(visit).now()
        XCTAssertEqual(stands.status.code, "draft")
        XCTAssertEqual(stands.items.first { $0.code == item.code }?.note, "撤权后写的备注")
        await anna.phone.close()
    }

    func testAStoreThatIsDamagedIsToldAndWhatTheCityHasComesBackToTheSamePerson() async throws {
        let city = try City(below: folder, now: Self.morning)
        let anna = try await inspector("anna", city)
        let visit = try await anna.phone.startVisit(at: "GOV-01", mode: .open, sets: ["W5"]).id
        let item = try await asked(anna.phone, visit)
        try await anna.phone.answer(item.code, in: visit, value: "no", note: "备注", basis: item.basis)
        try await anna.phone.sync()
        await anna.phone.close()

        let phone = anna.below.appendingPathComponent("phone")
        try Data(repeating: 7, count: 65_536).write(to: phone.appendingPathComponent("store.db"))
        let told = try await failure { try await Mingcha.open(folder: phone, platform: anna.hardware) }
        XCTAssertEqual(told.kind, "storeUnusable")
        XCTAssertFalse("\(told) \(told.localizedDescription)".contains("备注"))
        try FileManager.default.removeItem(at: phone)
        let again = try await Mingcha.open(folder: phone, platform: anna.hardware)
        let isEnrolled = try await again.status().now().isEnrolled
        XCTAssertFalse(isEnrolled)
        let nobodys = try await failure { try await again.sites().now() }
        XCTAssertEqual(nobodys.kind, "notEnrolled")
        let next = try city.guest(["--role", "inspector", "--area", "DH", "--person", anna.person])
        try await again.enrol(city: city.url, code: next.code)
        try await again.sync()
        let back = try await again.visit(visit).now().items.first { $0.code == item.code }
        XCTAssertEqual(back?.note, "备注")
        await again.close()
    }

    func testACodeThatWasUsedIsRefusedInWordsThatAPersonCanActOn() async throws {
        let city = try City(below: folder, now: Self.morning)
        let code = try city.code(["--role", "inspector", "--area", "DH", "--name", "Anna"])
        var phones: [Mingcha] = []
        for name in ["one", "other"] {
            let below = folder.appendingPathComponent(name)
            phones.append(try await Mingcha.open(folder: below.appendingPathComponent("phone"), platform: Hardware(below: below, now: Self.morning)))
        }
        try await phones[0].enrol(city: city.url, code: code)
        let used = try await failure { try await phones[1].enrol(city: city.url, code: code) }
        XCTAssertEqual(used.kind, "refused")
        XCTAssertEqual(used.code, "code_used")
        XCTAssertEqual(used.zh, "登记码已用过，请索取新的登记码")
        let isEnrolled = try await phones[1].status().now().isEnrolled
        XCTAssertFalse(isEnrolled)
        for phone in phones { await phone.close() }
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
        let photos = try await again.finding(XCTUnwrap(raised.first).id).now().photoIds
        XCTAssertEqual(photos.count, 1)
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
