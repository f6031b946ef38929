import Foundation
import Mingcha
import Phones

/// Makes an undercover visit without signal, and says line by line what it was told is saved. It never ends by itself:
/// whoever started it kills it.
func undercoverVisit(below: URL, now: String) async throws {
    let hardware = try Hardware(below: below, now: now)
    hardware.network = .unavailable
    let phone = try await Mingcha.open(folder: below.appendingPathComponent("phone"), platform: hardware)
    let visit = try await phone.startVisit(at: "GOV-01", mode: .undercover, sets: ["W5"]).id
    say("visit \(visit)")
    let photo = try await phone.addPhoto(picture(below: below, number: 1), to: visit, item: "W5-3").id
    _ = try await phone.addPhoto(picture(below: below, number: 2), to: visit)
    say("photo \(photo)")
    guard let item = try await phone.visit(visit).now().items.first(where: { $0.code == "W5-3" }) else { throw Failed(words: ["W5-3"]) }
    try await phone.answer(item.code, in: visit, value: "no", note: "坡道被电动车占用", basis: item.basis)
    say("answer")
    let finding = try await phone.raiseFinding(on: item.code, in: visit, text: "坡道堵死", photos: [photo]).id
    say("finding \(finding)")
    try await Task.sleep(nanoseconds: 3_600_000_000_000)
}

/// Opens a folder that another process has open, starts a visit, and does what it is told line by line.
func secondProcess(below: URL, now: String) async throws {
    let hardware = try Hardware(below: below, now: now)
    let phone = try await Mingcha.open(folder: below.appendingPathComponent("phone"), platform: hardware)
    let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
    say("visit \(visit)")
    while let line = readLine(), line != "end" {
        if line == "sync" {
            let waiting = try await synced(phone)
            say("synced \(waiting)")
        } else {
            let item = line.replacingOccurrences(of: "answer ", with: "")
            for time in 1...5 { try await phone.answer(item, in: visit, value: "na", note: "there \(time)") }
            say("answered")
        }
    }
    await phone.close()
}
