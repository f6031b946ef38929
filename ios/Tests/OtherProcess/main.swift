import Foundation
import Hardware
import Mingcha

// A process of its own that makes an undercover visit without signal, and says line by line what it was told is saved. It
// never ends by itself: whoever started it kills it.
let below = URL(fileURLWithPath: CommandLine.arguments[1])
let hardware = try Hardware(below: below, now: CommandLine.arguments[2])
hardware.network = .unavailable
let phone = try await Mingcha.open(folder: below.appendingPathComponent("phone"), platform: hardware)
let visit = try await phone.startVisit(site: "GOV-01", mode: "undercover", sets: ["W5"]).id
let photo = try await phone.addPhoto(visit: visit, file: picture(below: below, number: 1), item: "W5-3").id
try await phone.answer(visit: visit, item: "W5-3", value: "no", note: "坡道被电动车占用")
let finding = try await phone.raiseFinding(visit: visit, item: "W5-3", text: "坡道堵死", photos: [photo]).id
FileHandle.standardOutput.write(Data("finding \(finding)\n".utf8))
try await Task.sleep(nanoseconds: 3_600_000_000_000)
