import Foundation
import Mingcha
import Phones

/// Makes an undercover visit without signal, and says line by line what it was told is saved. It never ends by itself:
/// whoever started it kills it.
func undercoverVisit(below: URL, now: String) async throws {
    let hardware = try Hardware(below: below, now: now)
    hardware.network = .unavailable
    let phone = try await Mingcha.open(folder: below.appendingPathComponent("phone"), platform: hardware)
    let visit = try await phone.startVisit(site: "GOV-01", mode: "undercover", sets: ["W5"]).id
    let photo = try await phone.addPhoto(visit: visit, file: picture(below: below, number: 1), item: "W5-3").id
    _ = try await phone.addPhoto(visit: visit, file: picture(below: below, number: 2))
    try await phone.answer(visit: visit, item: "W5-3", value: "no", note: "坡道被电动车占用")
    let finding = try await phone.raiseFinding(visit: visit, item: "W5-3", text: "坡道堵死", photos: [photo]).id
    say("finding \(finding)")
    try await Task.sleep(nanoseconds: 3_600_000_000_000)
}

/// Opens a folder that another process has open, starts a visit, and does what it is told line by line.
func secondProcess(below: URL, now: String) async throws {
    let hardware = try Hardware(below: below, now: now)
    let phone = try await Mingcha.open(folder: below.appendingPathComponent("phone"), platform: hardware)
    let visit = try await phone.startVisit(site: "GOV-01", mode: "open").id
    say("visit \(visit)")
    while let line = readLine(), line != "end" {
        if line == "sync" {
            let waiting = try await synced(phone)
            say("synced \(waiting)")
        } else {
            let item = line.replacingOccurrences(of: "answer ", with: "")
            for time in 1...5 { try await phone.answer(visit: visit, item: item, value: "na", note: "there \(time)") }
            say("answered")
        }
    }
    await phone.close()
}
