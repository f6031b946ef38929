import Foundation
import MingchaCore

/// The pages of one screen, one after the other: the present one at once, the next when it differs.
public struct Pages<Page: Sendable & Equatable>: AsyncSequence, Sendable {
    public typealias Element = Page
    public typealias Failure = any Error

    let bell: Bell
    let ask: @Sendable () async -> Result<Page, MingchaError>

    public func makeAsyncIterator() -> Iterator {
        Iterator(rings: bell.rings().makeAsyncIterator(), ask: ask)
    }

    /// The page as it is now; where the device is busy it says so.
    public func now() async throws(MingchaError) -> Page {
        try await ask().get()
    }

    public struct Iterator: AsyncIteratorProtocol {
        var rings: AsyncStream<Void>.Iterator
        let ask: @Sendable () async -> Result<Page, MingchaError>
        var last: Page?

        /// The next page that differs from the one before; `nil` when the task was cancelled. A phone whose keys are locked,
        /// or that another process holds for a moment, is no reason for a screen to end.
        public mutating func next() async throws -> Page? {
            while await rings.next() != nil {
                let page = try await unlessBusy()
                if page != last {
                    last = page
                    return page
                }
            }
            return nil
        }

        private func unlessBusy() async throws -> Page {
            while true {
                switch await ask() {
                case .success(let page): return page
                case .failure(.busy): try await Task.sleep(nanoseconds: 250_000_000)
                case .failure(let error): throw error
                }
            }
        }
    }
}

/// Passes on that something changed to every sequence that is read.
final class Bell: Observer, @unchecked Sendable {
    private let lock = NSLock()
    private var ears: [UUID: AsyncStream<Void>.Continuation] = [:]

    func changed() {
        for ear in lock.withLock({ Array(ears.values) }) {
            ear.yield()
        }
    }

    /// Rings once at once, and then with every change; rings that nobody listened to in time are one.
    func rings() -> AsyncStream<Void> {
        let (stream, ear) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = UUID()
        lock.withLock { ears[id] = ear }
        ear.onTermination = { [weak self] _ in
            guard let self else { return }
            self.lock.withLock { self.ears[id] = nil }
        }
        ear.yield()
        return stream
    }
}
