import Foundation
import Mingcha
import Testing

/// What a person reads, and what a day is.
@Suite
struct WordsTests {
    private static let all: [MingchaError] = [
        .refused(code: "no_text", zh: "请写", en: "write"), .outOfDate(code: "out_of_date", zh: "变了", en: "changed"),
        .notEnrolled(code: "not_enrolled", zh: "登记", en: "enrol"), .offline(code: "no_network", zh: "无网络", en: "no signal"),
        .busy(code: "keys_locked", zh: "已锁定", en: "locked"), .noSpace(code: "disk_full", zh: "已满", en: "full"),
        .updateRequired(code: "newer", zh: "更新", en: "update"), .storeUnusable(code: "wrong_key", zh: "损坏", en: "damaged"),
        .cancelled(code: "cancelled", zh: "停止", en: "stopped"), .defect(code: "panicked", zh: "出错", en: "wrong"),
    ]

    @Test("an error says in the person's language what to do, and its code is for the log", arguments: all)
    func errors(_ error: MingchaError) {
        // The words stand in the case, as every decision is made by it; nobody needs a switch to show them.
        let stood = Mirror(reflecting: error).children.first.map { Mirror(reflecting: $0.value).children.map { "\($0.value)" } }
        #expect(stood == [error.code, error.zh, error.en])
        let shown = LocalizedText(zh: error.zh, en: error.en).text(for: Locale.preferredLanguages)
        #expect(error.errorDescription == shown && error.localizedDescription == shown)
        #expect((error as any Error).localizedDescription == shown && (error as NSError).localizedDescription == shown)
    }

    @Test("what is read is Chinese, and English where that is preferred to it", arguments: [
        (["zh-Hans-CN"], "中文"), (["zh-Hant-TW", "en-GB"], "中文"), (["en-GB", "zh-Hans-CN"], "English"), (["en"], "English"),
        (["fr-FR", "en-US", "zh-Hans"], "English"), (["de-DE"], "中文"), ([], "中文"),
    ])
    func languages(_ preferred: [String], _ shown: String) {
        #expect(LocalizedText(zh: "中文", en: "English").text(for: preferred) == shown)
    }

    @Test("a day is read as pages write it, and is what a picker shows where the phone is")
    func days() throws {
        let day = try #require(Day(iso: "2026-03-10"))
        #expect(day == Day(year: 2026, month: 3, day: 10) && day.iso == "2026-03-10")
        #expect(DisplayDate(iso: "2026-03-10", text: LocalizedText(zh: "", en: "")).day == day)
        for other in ["2026-3-10", "2026-03-1O", "+026-03-10", "2026-03-10T09:00:00+08:00", "2026–03–10", "", "٢٠٢٦-٠٣-١٠"] {
            #expect(Day(iso: other) == nil, "\(other)")
        }
        // Half past eleven at night in Beijing is the same day there and another one further east.
        let moment = Date(timeIntervalSince1970: 1_773_156_600)
        #expect(try Day(moment, in: #require(TimeZone(identifier: "Asia/Shanghai"))) == day)
        #expect(try Day(moment, in: #require(TimeZone(identifier: "Asia/Tokyo"))) == Day(year: 2026, month: 3, day: 11))
        #expect(day < Day(year: 2026, month: 3, day: 11) && day < Day(year: 2026, month: 4, day: 1) && day < Day(year: 2027, month: 1, day: 1))
        #expect(Day(year: 26, month: 3, day: 1).iso == "0026-03-01")
    }
}
