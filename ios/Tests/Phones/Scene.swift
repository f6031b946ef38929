import Foundation
import Mingcha

/// What a file of `tests/vectors` says of stages and merges.
public struct Cases: Decodable, Sendable {
    public let cases: [Case]

    public struct Case: Decodable, Sendable {
        public let story: String
        public let together: [Step]
        public let apart: [Step]?
        public let orders: [[String]]?
        public let then: Ending
    }

    public struct Step: Decodable, Sendable {
        let who: String
        let does: String
        let value: String?
        let submission: Int?
    }

    public struct Ending: Decodable, Sendable {
        public let stage: String?
        let unit: Said<String>?
        let answer: String?
        let contested: Bool?
        let visit: String?
        let conflict: Said<Told>?

        private enum Keys: String, CodingKey { case stage, unit, answer, contested, visit, conflict }

        public init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: Keys.self)
            func said<T: Decodable & Sendable>(_ type: T.Type, _ key: Keys) throws -> Said<T>? {
                values.contains(key) ? Said(value: try values.decodeIfPresent(T.self, forKey: key)) : nil
            }
            stage = try values.decodeIfPresent(String.self, forKey: .stage)
            unit = try said(String.self, .unit)
            answer = try values.decodeIfPresent(String.self, forKey: .answer)
            contested = try values.decodeIfPresent(Bool.self, forKey: .contested)
            visit = try values.decodeIfPresent(String.self, forKey: .visit)
            conflict = try said(Told.self, .conflict)
        }
    }

    /// Something that a case says, which may be that there is none.
    struct Said<Value: Sendable>: Sendable { let value: Value? }

    struct Told: Decodable, Equatable, Sendable {
        let kind: String
        let in_force: String
    }
}

/// Five people and a city, who say what a case of `stages.json` or `merge.json` has them say.
public final class Scene {
    private static let item = "W5-3"
    private static let roles = [
        ("anna", "inspector"), ("ben", "inspector"), ("cora", "supervisor"), ("dora", "supervisor"), ("emil", "contact"),
    ]

    private let city: City
    private var people: [(name: String, hand: Hand)] = []
    private var now: Date
    private var drawn: UInt8 = 0
    private var visit = ""
    private var finding: String?
    private var submissions: [String] = []

    public init(below: URL, _ city: City, now: String) async throws {
        self.city = city
        self.now = ISO8601DateFormatter().date(from: now) ?? Date(timeIntervalSince1970: 0)
        for (name, role) in Self.roles {
            people.append((name, try await Hand.enrolled(below: below, name, city, role: role, now: now)))
        }
    }

    public func close() async {
        for (_, hand) in people { await hand.phone.close() }
    }

    /// Tells one case in one order of arrival, and says where a phone shows another ending than the one worked out.
    public func tell(_ told: Cases.Case, order: [String]) async throws -> [String] {
        let anna = try hand("anna").phone
        let known = Set(try await anna.attention().now().conflicts.map(\.id))
        visit = try await anna.startVisit(at: "GOV-01", mode: .open, sets: ["W5"]).id
        (finding, submissions) = (nil, [])
        try await anna.sync()
        for step in told.together {
            try await meet([step.who])
            try await say(step)
            try await meet([step.who])
        }
        if !order.isEmpty { try await meet() }
        for step in told.apart ?? [] { try await say(step) }
        try aMinutePasses()
        try await meet(order)
        try await meet()
        var wrong: [String] = []
        for (name, hand) in people {
            for one in try await endings(told.then, name, hand.phone, known) { wrong.append("\(told.story): \(order): \(name): \(one)") }
        }
        return wrong
    }

    private func hand(_ name: String) throws -> Hand {
        guard let found = people.first(where: { $0.name == name }) else { throw Failed(words: [name, "is nobody"]) }
        return found.hand
    }

    private func meet(_ names: [String]? = nil) async throws {
        for name in names ?? people.map(\.name) { try await hand(name).phone.sync() }
    }

    private func aMinutePasses() throws {
        now += 60
        let text = ISO8601DateFormatter().string(from: now)
        try city.clock(text)
        for (_, hand) in people { hand.hardware.now = text }
    }

    private func say(_ step: Cases.Step) async throws {
        try aMinutePasses()
        let hand = try hand(step.who)
        let (phone, about, value) = (hand.phone, finding ?? "", step.value ?? "")
        let submission = step.submission.map { submissions[$0] } ?? ""
        switch step.does {
        case "answer": try await phone.answer(Self.item, in: visit, value: value, note: "看到了")
        case "submit": try await phone.submitVisit(visit)
        case "raise": finding = try await phone.raiseFinding(on: Self.item, in: visit, text: "坡道被占").id
        case "feed_back": finding = try await phone.feedBack(about, demand: "清理坡道")
        case "notice": try await phone.serveNotice(on: about)
        case "rectify":
            drawn += 1
            let file = try picture(below: hand.below, number: drawn)
            submissions.append(try await phone.submitRectification(of: about, text: "已清理", files: [file]))
        case "approve": try await phone.approve(submission)
        case "return": try await phone.sendBack(submission, reason: "看不清")
        case "recheck": try await phone.recheck(about, result: Self.result(value), text: "去看了")
        default: throw Failed(words: ["no such step:", step.does])
        }
    }

    private static func result(_ value: String) throws -> RecheckResult {
        switch value {
        case "pass": .pass
        case "partly": .partly
        case "fail": .fail
        default: throw Failed(words: ["no such result:", value])
        }
    }

    private func endings(_ then: Cases.Ending, _ name: String, _ phone: Mingcha, _ known: Set<String>) async throws -> [String] {
        var wrong: [String] = []
        func look<T: Equatable>(_ what: String, _ shown: T, _ wanted: T) {
            if shown != wanted { wrong.append("\(what) is \(shown), not \(wanted)") }
        }
        let stage = try await stage(phone)
        if name == "emil" {
            if let unit = then.unit { look("stage", stage, unit.value) }
            return wrong
        }
        if let wanted = then.stage { look("stage", stage, wanted) }
        let form = try await phone.visit(visit).now()
        if let wanted = then.answer {
            let row = form.items.first { $0.code == Self.item }
            look("answer", row?.value, wanted)
            look("contested", row?.isContested, then.contested)
        }
        if let wanted = then.visit { look("visit", form.status.code, wanted) }
        if let wanted = then.conflict {
            let new = try await phone.attention().now().conflicts.filter { !known.contains($0.id) }
            let told = new.map { Cases.Told(kind: $0.kind.code, in_force: $0.values.first(where: \.isInForce)?.value ?? "") }
            look("conflict", told, wanted.value.map { [$0] } ?? [])
        }
        return wrong
    }

    private func stage(_ phone: Mingcha) async throws -> String? {
        guard let finding else { return nil }
        do {
            return try await phone.finding(finding).now().summary.stage.code
        } catch {
            guard case .refused = error else { throw error }
            return nil
        }
    }
}
