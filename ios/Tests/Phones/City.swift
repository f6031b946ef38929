import Foundation
import Hardware

/// A city that really serves: the sample, on a free port, in a folder of its own.
final class City {
    private let folder: URL
    private let program: String
    private var serving: Process?
    private var listen = "127.0.0.1:0"
    private(set) var url = URL(fileURLWithPath: "/")

    init(below: URL, now: String) throws {
        folder = below.appendingPathComponent("city")
        program = (ProcessInfo.processInfo.environment["MINGCHA_PROGRAMS"] ?? ".") + "/mingcha-city"
        try office(["init", "--sample"])
        try clock(now)
        try serve()
    }

    deinit { kill() }

    /// Sets the city's time.
    func clock(_ now: String) throws { try office(["clock", now]) }

    /// Somebody who may come in: a one-time code, and who they are.
    struct Guest: Decodable {
        let code: String
        let person: String
    }

    /// Lets somebody in, new or with their next phone.
    func guest(_ whose: [String]) throws -> Guest { try JSONDecoder().decode(Guest.self, from: office(["enrol"] + whose)) }

    /// A one-time code for somebody new.
    func code(_ whose: [String]) throws -> String { try guest(whose).code }

    /// Lets a person work in an area from now on.
    func grant(_ person: String, _ area: String) throws { try office(["grant", person, "--area", area]) }

    /// Ends a person's work in an area.
    func revoke(_ person: String, _ area: String) throws { try office(["revoke", person, "--area", area]) }

    /// Serves until killed; again at the same address.
    func serve() throws {
        let child = Process()
        child.executableURL = URL(fileURLWithPath: program)
        child.arguments = ["serve", "--listen", listen, "--data", folder.path]
        let output = Pipe()
        child.standardOutput = output
        child.standardError = FileHandle.nullDevice
        try child.run()
        serving = child
        var line = ""
        while !line.hasSuffix("\n") { line += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) }
        line = line.trimmingCharacters(in: .whitespacesAndNewlines).replacingOccurrences(of: "listening on ", with: "")
        guard let url = URL(string: line) else { throw Failed(words: [line]) }
        self.url = url
        listen = line.replacingOccurrences(of: "http://", with: "")
    }

    /// Kills the city with -9.
    func kill() {
        guard let child = serving else { return }
        _ = try? runProgram("kill", ["-9", String(child.processIdentifier)])
        child.waitUntilExit()
        serving = nil
    }

    @discardableResult
    private func office(_ words: [String]) throws -> Data { try runProgram(program, words + ["--data", folder.path, "--json"]) }
}
