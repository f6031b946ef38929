import Dispatch
import Foundation
import Mingcha
import Phones

/// Long runs: what a thing costs, and whether memory grows with the number of things done.
func soak(openings: Int, pages: Int) async throws {
    let folder = try newFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let now = "2026-03-02T09:00:00+08:00"
    let still = try Still(Hardware(below: folder, now: now))
    let phone = folder.appendingPathComponent("phone").path
    var hasGrown = try often("an opening", openings) {
        try Device.open(folder: phone, platform: still).shut()
    }
    let city = try City(below: folder, now: now)
    let device = try Device.open(folder: phone, platform: still)
    _ = try device.enrol(cityUrl: city.url.absoluteString, code: city.code(["--role", "inspector", "--area", "DH", "--name", "anna"]))
    _ = try device.syncJob().run()
    let visit = try device.startVisit(siteId: "GOV-01", mode: "open").id
    hasGrown = try often("a state", pages) { _ = try device.status() } || hasGrown
    hasGrown = try often("a page of sites", pages / 10) { _ = try device.sites(query: SiteQuery()) } || hasGrown
    hasGrown = try often("a page of a visit", pages / 20) { _ = try device.visit(visitId: visit) } || hasGrown
    device.shut()
    city.kill()
    if hasGrown { throw Failed(words: ["memory grew"]) }
}

/// Does something so often, in four rounds, and says what it cost; true where memory grew in the last two of them.
private func often(_ what: String, _ times: Int, _ once: () throws -> Void) throws -> Bool {
    var grown = 0
    for round in 0..<4 {
        let before = try residentKilobytes()
        let begun = DispatchTime.now().uptimeNanoseconds
        for _ in 0..<times / 4 { try once() }
        let micros = (DispatchTime.now().uptimeNanoseconds - begun) / 1000 / UInt64(max(times / 4, 1))
        let more = try residentKilobytes() - before
        say("\(what): \(times / 4) times, \(micros) µs each, \(more) KB more")
        if round > 1 { grown += more }
    }
    return grown > 8 * 1024
}

private func residentKilobytes() throws -> Int {
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return Int(line.map { $0.filter(\.isNumber) } ?? "") ?? 0
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
