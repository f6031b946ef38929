import Foundation
import Phones
import Testing

/// Whatever fails, nothing of what a person handed in is told.
@Suite
struct CanaryTests {
    private static let kinds: Set = [
        "refused", "outOfDate", "notEnrolled", "offline", "busy", "noSpace", "updateRequired", "storeUnusable", "cancelled", "defect",
    ]

    @Test("no error of any kind and no line of a log carries what somebody handed in")
    func canaries() throws {
        let folder = try newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let tomorrow = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../tests/databases/of_tomorrow.db").standardizedFileURL
        let said = try Child(["canaries", folder.path, "2026-03-02T09:00:00+08:00", tomorrow.path]).end()
        let kinds = said.split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }.filter(Self.kinds.contains)
        #expect(Set(kinds) == Self.kinds)
        #expect(kinds.count >= 28)
        for word in ["Nothing was refused", "Undeclared", "Zeisig", "金丝雀"] { #expect(!said.contains(word)) }
    }
}
