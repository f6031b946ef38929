import Foundation
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The program `OtherProcess`, running; killed with -9 when a story lets go of it.
public final class Child: @unchecked Sendable {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private var unread = Data()

    /// Starts it beside this program; what the library prints is looked at as well.
    public init(_ words: [String]) throws {
        process.executableURL = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("OtherProcess")
        process.arguments = words
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        try process.run()
    }

    deinit { kill() }

    /// The next line that it prints, as its words.
    public func next() throws -> [String] {
        while true {
            if let end = unread.firstIndex(of: 10) {
                let line = String(decoding: unread[..<end], as: UTF8.self)
                unread = Data(unread[unread.index(after: end)...])
                return line.split(separator: " ").map(String.init)
            }
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw Failed(words: ["the process ended"]) }
            unread.append(more)
        }
    }

    /// Tells it something.
    public func say(_ line: String) { input.fileHandleForWriting.write(Data("\(line)\n".utf8)) }

    /// Everything else that it prints until it ends, which it must do well.
    public func end() throws -> String {
        let rest = unread + output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let said = String(decoding: rest, as: UTF8.self)
        guard process.terminationStatus == 0 else { throw Failed(words: [said]) }
        return said
    }

    /// Kills it with -9.
    public func kill() {
        killed(process)
    }
}

/// Kills a process with -9, and waits until it is gone.
func killed(_ process: Process) {
    guard process.isRunning else { return }
    _ = kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
}
