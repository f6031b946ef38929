import Foundation
import MingchaCore

extension MingchaError: LocalizedError {
    /// The stable code in snake case: what an app logs.
    public var code: String { said.code }

    /// What to say, in Chinese.
    public var zh: String { said.zh }

    /// What to say, in English.
    public var en: String { said.en }

    /// What to say, in the language of the person who holds the phone: `localizedDescription` is the same.
    public var errorDescription: String? { LocalizedText(zh: zh, en: en).localized }

    private var said: (code: String, zh: String, en: String) {
        switch self {
        case .refused(let code, let zh, let en), .outOfDate(let code, let zh, let en), .notEnrolled(let code, let zh, let en),
            .offline(let code, let zh, let en), .busy(let code, let zh, let en), .noSpace(let code, let zh, let en),
            .updateRequired(let code, let zh, let en), .storeUnusable(let code, let zh, let en),
            .cancelled(let code, let zh, let en), .defect(let code, let zh, let en):
            (code, zh, en)
        }
    }
}

extension LocalizedText {
    /// The text in the language of the person who holds the phone.
    public var localized: String { text(for: Locale.preferredLanguages) }

    /// The text in the first of these languages that is Chinese or English, as `en-GB`; where none is, in Chinese.
    public func text(for languages: [String]) -> String {
        let known = languages.lazy.compactMap { Locale(identifier: $0).language.languageCode?.identifier }
        return known.first { $0 == "zh" || $0 == "en" } == "en" ? en : zh
    }
}
