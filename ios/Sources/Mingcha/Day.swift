import Foundation
import MingchaCore

/// A day of the city's calendar, without a time: what deadlines and rechecks are reckoned in.
///
/// A `Date` is a moment, and the same moment is another day somewhere else; `DateComponents` may lack a month. This is neither.
public struct Day: Sendable, Hashable, Codable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// The tenth of March 2026 is `Day(year: 2026, month: 3, day: 10)`. A day that no calendar has is refused where it is used.
    public init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The day of this moment where the phone is: what a `DatePicker` shows.
    public init(_ moment: Date, in zone: TimeZone = .current) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        let parts = calendar.dateComponents([.year, .month, .day], from: moment)
        self.init(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0)
    }

    /// Reads a day as pages have it, `2026-03-10`; `nil` where it is written otherwise.
    public init?(iso: String) {
        let parts = iso.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], parts.joined().allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        let numbers = parts.compactMap { Int($0) }
        self.init(year: numbers[0], month: numbers[1], day: numbers[2])
    }

    /// As `2026-03-10`.
    public var iso: String {
        func digits(_ number: Int, _ count: Int) -> String {
            String(repeating: "0", count: max(0, count - String(number).count)) + String(number)
        }
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    }
}

extension Day: Comparable {
    public static func < (one: Day, other: Day) -> Bool {
        (one.year, one.month, one.day) < (other.year, other.month, other.day)
    }
}

extension DisplayDate {
    /// The day itself, to reckon with.
    public var day: Day? { Day(iso: iso) }
}
