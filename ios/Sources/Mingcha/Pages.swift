import MingchaCore

/// The pages of one screen, one after the other: the present one at once, the next when it differs.
///
/// Where the device is busy, because its keys are locked or another process is at work, a sequence waits until it is not, and
/// ``Mingcha/waiting`` says so. It ends when the task that reads it is cancelled; whatever fails is a ``MingchaError``.
public struct Pages<Page: Sendable & Equatable>: AsyncSequence, Sendable {
    public typealias Element = Page
    public typealias Failure = MingchaError

    let bell: Bell
    let waiting: Waiting
    let ask: @Sendable () async -> Result<Page, MingchaError>

    public func makeAsyncIterator() -> Iterator {
        Iterator(ear: bell.ear(), waiting: waiting, ask: ask)
    }

    /// The page as it is now; where the device is busy it says so.
    public func now() async throws(MingchaError) -> Page {
        try await ask().get()
    }

    public struct Iterator: AsyncIteratorProtocol {
        public typealias Failure = MingchaError

        let ear: Ear
        let waiting: Waiting
        let ask: @Sendable () async -> Result<Page, MingchaError>
        private var last: Page?
        private var isOver = false

        init(ear: Ear, waiting: Waiting, ask: @escaping @Sendable () async -> Result<Page, MingchaError>) {
            (self.ear, self.waiting, self.ask) = (ear, waiting, ask)
        }

        /// The next page that differs from the one before; `nil` when the task was cancelled.
        public mutating func next() async throws(MingchaError) -> Page? {
            while !isOver {
                let hasRung = await ear.rung()
                let answer = hasRung ? await unlessBusy() : nil
                guard let answer, !Task.isCancelled else { break }
                switch answer {
                case .success(let page) where page == last: continue
                case .success(let page):
                    last = page
                    return page
                case .failure(let error):
                    isOver = true
                    throw error
                }
            }
            isOver = true
            return nil
        }

        /// A phone whose keys are locked, or that another process holds for a moment, is no reason for a screen to end.
        private func unlessBusy() async -> Result<Page, MingchaError> {
            defer { waiting.end(for: ear) }
            while true {
                let answer = await ask()
                guard case .failure(let error) = answer, case .busy = error else { return answer }
                waiting.begin(for: ear, error)
                do { try await Task.sleep(nanoseconds: 250_000_000) } catch { return answer }
            }
        }
    }
}
