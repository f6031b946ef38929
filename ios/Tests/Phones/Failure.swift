import Mingcha

/// How something failed that must fail.
public func failure<Answer: Sendable>(
    isolation: isolated (any Actor)? = #isolation, of call: () async throws -> Answer
) async throws -> MingchaError {
    do {
        _ = try await call()
    } catch let error as MingchaError {
        return error
    }
    throw Failed(words: ["nothing was refused"])
}

extension MingchaError {
    /// The name of its case: `busy`.
    public var kind: String { Mirror(reflecting: self).children.first?.label ?? "none" }
}
