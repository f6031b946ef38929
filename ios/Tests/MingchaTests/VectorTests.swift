import Foundation
import Mingcha
import Phones
import Testing

/// What was worked out by hand in `tests/vectors`, asked of the library through the seam.
@Suite(.serialized)
struct VectorTests {
    private static let morning = "2026-03-02T09:00:00+08:00"
    private static let vectors = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../../tests/vectors").standardizedFileURL

    private func read<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        try JSONDecoder().decode(type, from: Data(contentsOf: Self.vectors.appendingPathComponent(name)))
    }

    private struct Calendar: Decodable {
        let recheck: [Recheck]
        let workdays: [Workdays]

        struct Recheck: Decodable {
            let start: String
            let nominal: String
            let following: String
            let ten: String?
            let provisional: Bool
        }

        struct Workdays: Decodable {
            let start: String
            let days: Int
            let end: String
        }
    }

    @Test("every date of the calendar is the one that was worked out elsewhere")
    func calendar() async throws {
        let folder = try newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = try City(below: folder, now: Self.morning)
        let phone = try await Hand.enrolled(below: folder, "anna", city, role: "inspector", now: Self.morning).phone
        let vectors = try read(Calendar.self, "calendar.json")
        for row in vectors.recheck {
            let start = try #require(Day(iso: row.start))
            let due = try await phone.recheckDay(fedBack: start)
            #expect([due.nominal.iso, due.day.iso] == [row.nominal, row.following])
            #expect(due.isProvisional == row.provisional)
            if let ten = row.ten {
                let day = try await phone.workday(start: start, workdays: 10).day.iso
                #expect(day == ten)
            }
        }
        for row in vectors.workdays {
            let end = try await phone.workday(start: #require(Day(iso: row.start)), workdays: row.days)
            #expect(end.day.iso == row.end && !end.isProvisional)
        }
        let table = try String(contentsOf: Self.vectors.appendingPathComponent("recheck.csv"), encoding: .utf8)
        let rows: [[String]] = table.split(separator: "\n").dropFirst().map { line in line.split(separator: ",").map(String.init) }
        for row in rows {
            let due = try await phone.recheckDay(fedBack: #require(Day(iso: row[0])))
            let shown = [row[0], due.nominal.iso, due.day.iso, String(due.isProvisional)]
            #expect(shown == row)
        }
        let counts: [Int] = [vectors.recheck.count, vectors.workdays.count, rows.count]
        #expect(counts == [12, 9, 730])
        await phone.close()
    }

    private struct Scores: Decodable {
        let sets: [String]
        let cases: [Case]

        struct Case: Decodable {
            let story: String
            let working: String
            let asked: [String]?
            let answers: [String: String]
            let lines: [String]
            let obtained: Int64
            let obtainable: Int64
            let rate: Int32?
            let conforms: Bool?
            let tier: String?
            let vetoes: [String]?
            let of_set: [OfSet]?
        }

        struct OfSet: Decodable, Equatable {
            let set: String
            let counted: Bool
            let obtained: Int64
            let obtainable: Int64
            let rate: Int32?
            let conforms: Bool?
            let tier: String?
        }
    }

    @Test("every model scores as it was worked out by hand")
    func scores() async throws {
        let folder = try newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = try City(below: folder, now: Self.morning)
        for set in try files("scores/sets") { try city.publish(set) }
        let phone = try await Hand.enrolled(below: folder, "anna", city, role: "inspector", now: Self.morning).phone
        var told = 0
        for file in try files("scores").filter({ $0.pathExtension == "json" }) {
            let vectors = try read(Scores.self, "scores/" + file.lastPathComponent)
            for one in vectors.cases {
                let visit = try await phone.startVisit(at: "GOV-01", mode: .open, sets: one.asked ?? vectors.sets).id
                for (item, value) in one.answers { try await phone.answer(item, in: visit, value: value) }
                let page = try await phone.score(of: visit).now()
                scored(one, page)
                told += 1
            }
        }
        #expect(told >= 39)
        await phone.close()
    }

    private func files(_ folder: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: Self.vectors.appendingPathComponent(folder), includingPropertiesForKeys: nil)
    }

    private func scored(_ one: Scores.Case, _ page: ScorePage) {
        let story = Comment(rawValue: "\(one.story): \(one.working)")
        let lines = page.lines.map { line in
            let brings = line.obtainable > 0 ? " \(line.obtained) of \(line.obtainable)" : line.obtained != 0 ? " \(line.obtained)" : ""
            return "\(line.code) \(line.rule.code)\(brings)\(line.level.map { " \($0.code)" } ?? "")"
        }
        #expect(lines == one.lines, story)
        #expect(page.obtained == one.obtained && page.obtainable == one.obtainable && page.rate == one.rate, story)
        #expect(page.vetoes == one.vetoes ?? [], story)
        let sets = page.sets.map {
            Scores.OfSet(
                set: $0.set, counted: $0.isCounted, obtained: $0.obtained, obtainable: $0.obtainable, rate: $0.rate,
                conforms: $0.conforms, tier: $0.level?.code)
        }
        if let wanted = one.of_set {
            #expect(sets == wanted, story)
        } else {
            #expect(sets.count == 1 && sets[0].conforms == one.conforms && sets[0].tier == one.tier, story)
        }
    }

    @Test("every stage is the one that was worked out by hand")
    func stages() async throws {
        let vectors = try read(Cases.self, "stages.json")
        #expect(Set(vectors.cases.map(\.then.stage)).count == 8)
        let wrong = try await endings(vectors)
        #expect(wrong.isEmpty)
    }

    @Test("what was said apart ends as it was worked out, whoever is first")
    func merge() async throws {
        let vectors = try read(Cases.self, "merge.json")
        let wrong = try await endings(vectors)
        #expect(wrong.isEmpty)
    }

    private func endings(_ vectors: Cases) async throws -> [String] {
        let folder = try newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let city = try City(below: folder, now: Self.morning)
        let scene = try await Scene(below: folder, city, now: Self.morning)
        var wrong: [String] = []
        for one in vectors.cases {
            for order in one.orders ?? [[]] { wrong += try await scene.tell(one, order: order) }
        }
        await scene.close()
        return wrong
    }
}
