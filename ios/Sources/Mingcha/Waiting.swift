import Foundation
import MingchaCore

/// What the screens wait for: the present state at once, and then every change of it.
///
/// It is `nil` while nothing waits, which is nearly always, and a ``MingchaError/busy(code:zh:en:)`` with words to show while pages wait for
/// the phone's keys or for another process: that of the page that waits longest. It ends when the device was closed, or when the task that
/// reads it is cancelled.
public struct Waiting: AsyncSequence, Sendable {
    public typealias Element = MingchaError?
    public typealias Failure = Never

    private let bell = Bell()
    private let reasons = Reasons()

    init() {}

    /// What is waited for at this moment.
    public var now: MingchaError? { reasons.longest }

    public func makeAsyncIterator() -> Iterator { Iterator(ear: bell.ear(), reasons: reasons) }

    public struct Iterator: AsyncIteratorProtocol {
        public typealias Failure = Never

        fileprivate let ear: Ear
        fileprivate let reasons: Reasons
        fileprivate var last: MingchaError??

        /// The next state; `nil` at the end.
        public mutating func next() async -> MingchaError?? {
            while await ear.rung() {
                let longest = reasons.longest
                if last != .some(longest) {
                    last = .some(longest)
                    return .some(longest)
                }
            }
            return nil
        }
    }

    func begin(for ear: Ear, _ reason: MingchaError) {
        if reasons.put(reason, for: ear) { bell.ring() }
    }

    func end(for ear: Ear) {
        if reasons.put(nil, for: ear) { bell.ring() }
    }

    func end() { bell.end() }
}

/// Why each of the sequences that wait does so, the one that waits longest first.
private final class Reasons: @unchecked Sendable {
    private let lock = NSLock()
    private var all: [(ear: ObjectIdentifier, reason: MingchaError)] = []

    var longest: MingchaError? { lock.withLock { all.first?.reason } }

    /// True where the reason of the one that waits longest is another one now.
    func put(_ reason: MingchaError?, for ear: Ear) -> Bool {
        lock.withLock {
            let before = all.first?.reason
            let known = all.firstIndex { $0.ear == ObjectIdentifier(ear) }
            switch (known, reason) {
            case (let known?, let reason?): all[known].reason = reason
            case (let known?, nil): all.remove(at: known)
            case (nil, let reason?): all.append((ObjectIdentifier(ear), reason))
            case (nil, nil): break
            }
            return all.first?.reason != before
        }
    }
}
