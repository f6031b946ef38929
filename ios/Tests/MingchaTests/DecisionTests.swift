import Foundation
import Mingcha
import Phones
import Testing

/// What two people decided without having heard of each other.
@Suite
struct DecisionTests {
    private static let morning = "2026-03-02T09:00:00+08:00"

    @Test("approve against return is returned, told to both, and settled by a person")
    func approveAgainstReturn() async throws {
        let folder = try newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = try City(below: folder, now: Self.morning)
        let anna = try await Hand.enrolled(below: folder, "anna", city, role: "inspector", now: Self.morning).phone
        let cora = try await Hand.enrolled(below: folder, "cora", city, role: "supervisor", now: Self.morning).phone
        let dora = try await Hand.enrolled(below: folder, "dora", city, role: "supervisor", now: Self.morning).phone
        let emil = try await Hand.enrolled(below: folder, "emil", city, role: "contact", now: Self.morning)
        let all = [anna, cora, dora, emil.phone]
        func meet() async throws { for _ in 0..<2 { for phone in all { try await phone.sync() } } }
        let visit = try await anna.startVisit(at: "GOV-01", mode: .open, sets: ["W5"]).id
        let raised = try await anna.raiseFinding(on: "W5-3", in: visit, text: "坡道堵死").id
        try await anna.submitVisit(visit)
        let told = try await anna.feedBack(raised, demand: "清理坡道")
        try await meet()
        let sent = try await emil.phone.submitRectification(of: told, text: "已清理", files: [picture(below: emil.below, number: 9)])
        try await meet()

        // Neither supervisor has heard of the other.
        try await cora.approve(sent, basis: cora.finding(told).now().basis)
        try await dora.sendBack(sent, reason: "看不清", basis: dora.finding(told).now().basis)
        try await meet()
        for phone in all {
            let stage = try await phone.finding(told).now().summary.stage.code
            #expect(stage == "returned")
        }
        for phone in [cora, dora] {
            let differ = try await phone.attention().now().conflicts
            #expect(differ.count == 1 && differ[0].kind.code == "verdict" && differ[0].isMine)
            #expect(differ.first?.values.first(where: \.isInForce)?.text.zh == "退回重改")
        }
        let (ofAnna, ofEmil) = (try await anna.attention().now().conflicts, try await emil.phone.attention().now().conflicts)
        #expect(ofAnna.map(\.isMine) == [false] && ofEmil.isEmpty)

        let differ = try #require(try await dora.attention().now().conflicts.first)
        let kept = try #require(differ.values.first { $0.value == "approve" })
        try await dora.settle(differ.id, keeping: kept.id, reason: "原图清楚", basis: differ.basis)
        try await meet()
        for phone in all {
            let stage = try await phone.finding(told).now().summary.stage.code
            let open = try await phone.attention().now().conflicts
            #expect(stage == "awaiting_recheck" && open.isEmpty)
            await phone.close()
        }
    }
}
