import Foundation
import Mingcha
import Phones

/// What nobody may read in an error or a log.
private let canary = "金丝雀Zeisig"

/// Meets every kind of error while the canary stands in whatever is handed in, and prints all that the errors say. Whoever
/// started it looks for the canary in what this and the library printed.
func canaries(below parent: URL, now: String, tomorrow: URL) async throws {
    let files = FileManager.default
    let below = parent.appendingPathComponent("Zeisig")
    try files.createDirectory(at: below, withIntermediateDirectories: true)
    let city = try City(below: below, now: now)
    let hand = try await Hand.enrolled(below: below, "Zeisig-person", city, role: "inspector", now: now)
    let phone = hand.phone
    let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
    let items = try await phone.visit(visit).now().items
    let (first, other) = (items[0], items[1])
    let text = below.appendingPathComponent("Zeisig.txt")
    try Data(canary.utf8).write(to: text)

    await told { try await phone.startVisit(at: canary, mode: .open) }
    await told { try await phone.startVisit(at: "GOV-01", mode: .open, sets: [canary]) }
    await told { try await phone.visit(canary).now() }
    await told { try await phone.finding(canary).now() }
    await told { try await phone.answer(first.code, in: visit, value: canary) }
    await told { try await phone.answer(canary, in: visit, value: "na") }
    await told { try await phone.raiseFinding(on: canary, in: visit, text: canary) }
    await told { try await phone.raiseFinding(on: first.code, in: visit, text: "") }
    await told { try await phone.raiseFinding(on: first.code, in: visit, text: canary, photos: [canary]) }
    await told { try await phone.approve(canary, text: canary) }
    await told { try await phone.settle(canary, keeping: canary, reason: canary, basis: canary) }
    await told { try await phone.startVisit(at: "GOV-01", mode: .recheck, sets: [canary]) }
    await told { try await phone.feedBack(canary, demand: canary) }
    await told { try await phone.submitRectification(of: canary, text: canary, files: [text]) }
    await told { try await phone.findings(FindingQuery(siteId: canary)).now() }
    await told { try await phone.recheckDay(fedBack: Day(year: 2026, month: 13, day: 40)) }
    await told { try await phone.addPhoto(below.appendingPathComponent("Zeisig.jpg"), to: visit) }
    await told { try await phone.addPhoto(text, to: visit) }
    await told { try await phone.savePhoto(canary, copy: .original, to: below.appendingPathComponent("Zeisig.jpg")) }
    await told { try await phone.answer(first.code, in: visit, value: "na", note: canary, basis: other.basis) }
    await told { try await phone.enrol(city: city.url, code: canary) }

    let nobody = below.appendingPathComponent("nobody")
    let new = try await Mingcha.open(folder: nobody.appendingPathComponent("phone"), platform: Hardware(below: nobody, now: now))
    let (away, odd) = (URL(string: "http://127.0.0.1:1/Zeisig"), URL(string: "ftp://Zeisig"))
    await told { try await new.sites(SiteQuery(search: canary)).now() }
    if let away { await told { try await new.enrol(city: away, code: "7KQM-2R8T-XW4P") } }
    if let odd { await told { try await new.enrol(city: odd, code: canary) } }
    await told { try await new.enrol(city: city.url, code: "7KQM-2R8T-XW4P") }
    await new.close()

    hand.hardware.network = .unavailable
    await told { try await phone.sync() }
    hand.hardware.network = .free
    hand.hardware.freeBytes = 1000
    let drawn = try picture(below: below, number: 1)
    await told { try await phone.addPhoto(drawn, to: visit) }
    await phone.close()
    await told { try await phone.answer(first.code, in: visit, value: "na", note: canary) }

    let folder = hand.below.appendingPathComponent("phone")
    let silent = try await Mingcha.open(folder: folder, platform: Other(hand.hardware, signs: false, key: nil))
    await told { try await silent.sync() }
    await silent.close()
    let again = try await Mingcha.open(folder: folder, platform: hand.hardware)
    let plant = folder.appendingPathComponent("planted-panic")
    try Data(canary.utf8).write(to: plant)
    await told { try await again.answer(first.code, in: visit, value: "na", note: canary) }
    await told { try await again.sync() }
    try files.removeItem(at: plant)
    await again.close()

    try Data(String(repeating: canary, count: 5000).utf8).write(to: folder.appendingPathComponent("store.db"))
    await told { try await Mingcha.open(folder: folder, platform: hand.hardware) }
    let newer = below.appendingPathComponent("tomorrow")
    try files.createDirectory(at: newer, withIntermediateDirectories: true)
    try files.copyItem(at: tomorrow, to: newer.appendingPathComponent("store.db"))
    let itsKey = Other(hand.hardware, signs: true, key: Data(repeating: 7, count: 32))
    await told { try await Mingcha.open(folder: newer, platform: itsKey) }
    city.kill()
}

/// Prints what an error says, by every way that an app or a crash reporter would print it.
private func told<T: Sendable>(_ call: @Sendable () async throws -> T) async {
    do {
        _ = try await call()
        say("Nothing was refused")
    } catch let error as MingchaError {
        say("\(error.kind) \(error.code)")
        say("\(error) \(String(reflecting: error)) \(error.localizedDescription) \(error as NSError) \(error.zh) \(error.en)")
    } catch {
        say("Undeclared")
    }
}

/// Hardware that throws the canary in place of a signature, or has another store's key.
private final class Other: Platform {
    private struct Bird: Error, CustomStringConvertible { let description = canary }

    private let hardware: Hardware
    private let signs: Bool
    private let key: Data?

    init(_ hardware: Hardware, signs: Bool, key: Data?) {
        (self.hardware, self.signs, self.key) = (hardware, signs, key)
    }

    func storeKey() throws -> Data { try key ?? hardware.storeKey() }

    func publicKey() throws -> Data { try hardware.publicKey() }

    func sign(message: Data) throws -> Data {
        guard signs else { throw Bird() }
        return try hardware.sign(message: message)
    }

    func conditions() throws -> Conditions { try hardware.conditions() }

    func clock() throws -> ClockReading? { try hardware.clock() }
}
