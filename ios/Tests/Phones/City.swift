import Foundation

/// A city that really serves: the sample, on a free port, in a folder of its own.
public final class City: @unchecked Sendable {
    private let folder: URL
    private let program: String
    private var serving: Process?
    private var listen = "127.0.0.1:0"
    public private(set) var url = URL(fileURLWithPath: "/")

    public init(below: URL, now: String) throws {
        folder = below.appendingPathComponent("city")
        program = (ProcessInfo.processInfo.environment["MINGCHA_PROGRAMS"] ?? ".") + "/mingcha-city"
        try office(["init", "--sample"])
        try clock(now)
        try serve()
    }

    deinit { kill() }

    /// Sets the city's time.
    public func clock(_ now: String) throws { try office(["clock", now]) }

    /// Somebody who may come in: a one-time code, and who they are.
    public struct Guest: Decodable {
        public let code: String
        public let person: String
    }

    /// Lets somebody in, new or with their next phone.
    public func guest(_ whose: [String]) throws -> Guest { try JSONDecoder().decode(Guest.self, from: office(["enrol"] + whose)) }

    /// A one-time code for somebody new.
    public func code(_ whose: [String]) throws -> String { try guest(whose).code }

    /// Lets a person work in an area from now on.
    public func grant(_ person: String, _ area: String) throws { try office(["grant", person, "--area", area]) }

    /// Ends a person's work in an area.
    public func revoke(_ person: String, _ area: String) throws { try office(["revoke", person, "--area", area]) }

    /// Publishes a set of criteria, a file of its own.
    public func publish(_ set: URL) throws { try office(["publish", set.path]) }

    /// Serves until killed; again at the same address.
    public func serve() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: program)
        child.arguments = ["serve", "--listen", listen, "--data", folder.path]
        let output = Pipe()
        child.standardOutput = output
        child.standardError = FileHandle.nullDevice
        try child.run()
        serving = child
        var line = ""
        while !line.hasSuffix("\n") {
            let more = output.fileHandleForReading.availableData
            if more.isEmpty { throw Failed(words: ["the city says nothing"]) }
            line += String(decoding: more, as: UTF8.self)
        }
        line = line.trimmingCharacters(in: .whitespacesAndNewlines).replacingOccurrences(of: "listening on ", with: "")
        guard let url = URL(string: line) else { throw Failed(words: [line]) }
        self.url = url
        listen = line.replacingOccurrences(of: "http://", with: "")
    }

    /// Kills the city with -9.
    public func kill() {
        guard let child = serving else { return }
        killed(child)
        serving = nil
    }

    @discardableResult
    private func office(_ words: [String]) throws -> Data { try runProgram(program, words + ["--data", folder.path, "--json"]) }
}
