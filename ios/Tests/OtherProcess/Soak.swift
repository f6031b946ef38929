import Dispatch
import Foundation
import Heap
import Mingcha
import Phones

/// Long runs through the façade: what a thing costs, and whether anything grows with the number of things done.
func soak(openings: Int, pages: Int) async throws {
    count_exactly(CommandLine.unsafeArgv)
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let now = "2026-03-02T09:00:00+08:00"
    let still = try Still(Hardware(below: folder, now: now))
    let home = folder.appendingPathComponent("phone")
    // A thread of the system's queues keeps a thousand small things for its next ones: they are asked for before anything is counted.
    let new = try await Mingcha.open(folder: home, platform: still)
    for _ in 0..<4_000 { _ = try await new.status().now() }
    await new.close()
    var grown = try await often("an opening", openings) {
        await (try Mingcha.open(folder: home, platform: still)).close()
    }

    let city = try City(below: folder, now: now)
    let phone = try await Mingcha.open(folder: home, platform: still)
    try await phone.enrol(city: city.url, code: city.code(["--role", "inspector", "--area", "DH", "--name", "anna"]))
    try await phone.sync()
    let visit = try await phone.startVisit(at: "GOV-01", mode: .open, sets: ["W5"]).id
    var finding = ""
    for number in 1...20 {
        finding = try await phone.raiseFinding(on: "W5-3", in: visit, text: "坡道被占，第 \(number) 处").id
    }
    try await phone.sync()
    city.kill()
    // Screens that stay open meanwhile, and hear of every change.
    let screens = [Task { for try await _ in phone.tasks() {} }, Task { for try await _ in phone.attention() {} }]
    while phone.readers < screens.count { try await Task.sleep(nanoseconds: 1_000_000) }
    let last = finding
    let kinds: [(what: String, share: Int, once: () async throws -> Void)] = [
        ("a state", 30, { try await first(of: phone.status()) }),
        ("a page of sites", 10, { try await first(of: phone.sites()) }),
        ("a page of tasks", 10, { try await first(of: phone.tasks()) }),
        ("a visit", 10, { try await first(of: phone.visit(visit)) }),
        ("a page of 20 findings", 10, { try await first(of: phone.findings()) }),
        ("a finding", 10, { try await first(of: phone.finding(last)) }),
        ("a score", 10, { try await first(of: phone.score(of: visit)) }),
        ("what needs a person", 5, { try await first(of: phone.attention()) }),
        ("a state, asked once", 5, { _ = try await phone.status().now() }),
    ]
    for kind in kinds {
        grown += try await often(kind.what, pages * kind.share / 100, kind.once)
    }
    if phone.readers != screens.count { grown.append("sequences that nobody reads are still told of changes") }
    for screen in screens { screen.cancel() }
    for screen in screens { _ = await screen.result }
    await phone.close()
    if openFiles(below: home) > 0 { grown.append("a device that was closed has files open") }
    if !grown.isEmpty { throw Failed(words: grown) }
}

/// Reads a sequence of pages as far as its first one, as a screen does that is left at once.
private func first<Page>(of pages: Pages<Page>) async throws {
    for try await _ in pages { return }
    throw Failed(words: ["there was no page"])
}

/// Does something so often, in four rounds, and says what it cost and what the process holds; gives what grew in the last two of them.
private func often(_ what: String, _ times: Int, _ once: () async throws -> Void) async throws -> [String] {
    var rounds = [try Holdings()]
    for _ in 0..<4 {
        let begun = DispatchTime.now().uptimeNanoseconds
        for _ in 0..<times / 4 { try await once() }
        let micros = (DispatchTime.now().uptimeNanoseconds - begun) / 1000 / UInt64(max(times / 4, 1))
        let holds = try Holdings()
        rounds.append(holds)
        say("\(what): \(times / 4) times, \(micros) µs each, \(holds)")
    }
    return rounds[4].grown(since: rounds[2], by: times / 2).map { "\(what): \($0)" }
}

/// What this process holds at a moment.
private struct Holdings: CustomStringConvertible {
    /// Bytes of objects that live, of Swift's and of the library's.
    let heap: Int
    let residentKilobytes: Int
    let files: Int
    let threads: Int

    init() throws {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        func number(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
        (residentKilobytes, threads) = (number("VmRSS"), number("Threads"))
        files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        heap = Int(living_bytes())
    }

    var description: String { "\(heap / 1024) KB of objects, \(residentKilobytes) KB, \(files) files, \(threads) threads" }

    /// What is more than it may be after so many things. Less than four bytes for each is no object that was forgotten; the rest is
    /// what threads of the system's keep, should one of them be new.
    func grown(since before: Holdings, by times: Int) -> [String] {
        var grown: [String] = []
        if heap - before.heap > 64 * 1024 + 4 * times { grown.append("objects grew by \(heap - before.heap) bytes in \(times) times") }
        if residentKilobytes - before.residentKilobytes > 2 * 1024 { grown.append("memory grew by \(residentKilobytes - before.residentKilobytes) KB") }
        if files > before.files { grown.append("\(files - before.files) more files are open") }
        // The system keeps threads for a while that nobody needs.
        if threads > before.threads + 8 { grown.append("\(threads - before.threads) more threads") }
        return grown
    }
}

/// Hardware whose keys and time are read once: a program that is started for each signature is no part of the measure.
private final class Still: Platform {
    private let hardware: Hardware
    private let secret: Data
    private let key: Data
    private let reading: ClockReading?

    init(_ hardware: Hardware) throws {
        self.hardware = hardware
        (secret, key, reading) = try (hardware.storeKey(), hardware.publicKey(), hardware.clock())
    }

    func storeKey() throws -> Data { secret }

    func publicKey() throws -> Data { key }

    func sign(message: Data) throws -> Data { try hardware.sign(message: message) }

    func conditions() throws -> Conditions { try hardware.conditions() }

    func clock() throws -> ClockReading? { reading }
}
