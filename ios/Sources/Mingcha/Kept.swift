import Dispatch
import Foundation
import MingchaCore

/// The library's device in the façade's keeping: it is touched on the façade's queues and nowhere else, which is all that this type allows.
///
/// It is let go on one of them too, whoever was the last to need it: then files are closed, which takes time.
final class Kept: @unchecked Sendable {
    private final class Box: Sendable {
        let device: any WorkingDevice

        init(_ device: any WorkingDevice) { self.device = device }
    }

    private struct Handed: @unchecked Sendable { let box: Unmanaged<Box> }

    private let kept: Handed
    private let queue: DispatchQueue

    private init(_ device: any WorkingDevice, lettingGoOn queue: DispatchQueue) {
        kept = Handed(box: .passRetained(Box(device)))
        self.queue = queue
    }

    deinit { queue.async { [kept] in kept.box.release() } }

    /// Makes it on this queue, where it is let go as well.
    static func made(
        on queue: DispatchQueue, by make: @escaping @Sendable () throws -> any WorkingDevice
    ) async throws(MingchaError) -> Kept {
        try await queue.answer { Kept(try make(), lettingGoOn: queue) }.get()
    }

    /// Asks it something on this queue, and waits for the answer: what has begun is finished, whoever is cancelled.
    func ask<Answer: Sendable>(
        on queue: DispatchQueue, _ question: @escaping @Sendable (any WorkingDevice) throws -> Answer
    ) async -> Result<Answer, MingchaError> {
        await queue.answer { try self.kept.box._withUnsafeGuaranteedRef { try question($0.device) } }
    }

    /// The same, but whoever is cancelled meanwhile waits no longer, and is told so; what has begun is finished all the same.
    func askInPassing<Answer: Sendable>(
        on queue: DispatchQueue, _ question: @escaping @Sendable (any WorkingDevice) throws -> Answer
    ) async -> Result<Answer, MingchaError> {
        if Task.isCancelled { return .failure(.givenUp) }
        let letter = Letter<Result<Answer, MingchaError>>()
        queue.async { letter.write(answered { try self.kept.box._withUnsafeGuaranteedRef { try question($0.device) } }) }
        return await withTaskCancellationHandler {
            await letter.read()
        } onCancel: {
            letter.write(.failure(.givenUp))
        }
    }
}

extension DispatchQueue {
    fileprivate func answer<Answer: Sendable>(_ ask: @escaping @Sendable () throws -> Answer) async -> Result<Answer, MingchaError> {
        await withCheckedContinuation { continuation in
            async { continuation.resume(returning: answered(ask)) }
        }
    }
}

private func answered<Answer>(_ ask: () throws -> Answer) -> Result<Answer, MingchaError> {
    do {
        return .success(try ask())
    } catch let error as MingchaError {
        return .failure(error)
    } catch {
        // What the seam itself throws may quote anything.
        return .failure(.defect(code: "seam", zh: "应用内部出错，请重试", en: "something went wrong inside; try again"))
    }
}

extension MingchaError {
    /// What is told to a task that was cancelled, as the core tells it.
    static var givenUp: MingchaError { .cancelled(code: "cancelled", zh: "已停止，内容都在", en: "stopped as asked; everything is kept") }
}

/// Something that is written once and read once: what is written later is not read.
private final class Letter<Content: Sendable>: @unchecked Sendable {
    private let lock = NSLock()
    private var content: Content?
    private var reader: CheckedContinuation<Content, Never>?

    func write(_ content: Content) {
        let reader: CheckedContinuation<Content, Never>? = lock.withLock {
            guard self.content == nil else { return nil }
            self.content = content
            return self.reader
        }
        reader?.resume(returning: content)
    }

    func read() async -> Content {
        await withCheckedContinuation { continuation in
            let written: Content? = lock.withLock {
                if content == nil { reader = continuation }
                return content
            }
            if let written { continuation.resume(returning: written) }
        }
    }
}
