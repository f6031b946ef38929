import Foundation
import MingchaCore

/// Passes on that something changed to every sequence that is read.
final class Bell: Observer, @unchecked Sendable {
    private struct Listener { weak var ear: Ear? }

    private let lock = NSLock()
    private var ears: [ObjectIdentifier: Listener] = [:]
    private var isOver = false

    /// How many sequences are read.
    var count: Int { lock.withLock { ears.count } }

    func changed() { ring() }

    func ring() {
        for ear in listeners() { ear.ring() }
    }

    /// Rings no more: whoever listens hears that.
    func end() {
        lock.withLock { isOver = true }
        for ear in listeners() { ear.end() }
    }

    /// Hears one ring at once, and then one with every change.
    func ear() -> Ear {
        let ear = Ear(of: self)
        let isOver = lock.withLock {
            ears[ObjectIdentifier(ear)] = Listener(ear: ear)
            return self.isOver
        }
        if isOver { ear.end() }
        return ear
    }

    fileprivate func forget(_ ear: Ear) {
        lock.withLock { ears[ObjectIdentifier(ear)] = nil }
    }

    private func listeners() -> [Ear] { lock.withLock { ears.values.compactMap(\.ear) } }
}

/// One listener, who waits alone. Rings that nobody waited for are one.
final class Ear: @unchecked Sendable {
    private let bell: Bell
    private let lock = NSLock()
    private var hasRung = true
    private var isOver = false
    private var waiting: CheckedContinuation<Bool, Never>?

    fileprivate init(of bell: Bell) { self.bell = bell }

    deinit { bell.forget(self) }

    fileprivate func ring() {
        let waiting = lock.withLock {
            hasRung = self.waiting == nil
            return taken()
        }
        waiting?.resume(returning: true)
    }

    fileprivate func end() {
        lock.withLock { isOver = true }
        ring()
    }

    /// Waits for the next ring: true when it rang, for the last time when the bell ended; false when it ended before, or when
    /// the task was cancelled.
    func rung() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = lock.withLock {
                    if Task.isCancelled { return false }
                    if hasRung {
                        hasRung = false
                        return true
                    }
                    if isOver { return false }
                    waiting = continuation
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            lock.withLock { taken() }?.resume(returning: false)
        }
    }

    /// Whoever waits, who does not wait any more; within the lock.
    private func taken() -> CheckedContinuation<Bool, Never>? {
        defer { waiting = nil }
        return waiting
    }
}
