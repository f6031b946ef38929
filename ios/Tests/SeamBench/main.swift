import Foundation
import MingchaCore

// What calls cost from Swift, in a home that the core's own bench filled: `cargo xtask bench seam` runs this.

/// What the core's bench left in a file.
func left(_ name: String, in home: URL) throws -> String {
    try String(contentsOf: home.appendingPathComponent(name), encoding: .utf8)
}

/// An app whose keys lie in files and whose clock stands still. Nothing that is measured signs.
final class Still: Platform {
    private let secret: Data
    private let key: Data
    private let millis: Int64

    init(home: URL) throws {
        secret = try Data(contentsOf: home.appendingPathComponent("secret"))
        key = try Data(contentsOf: home.appendingPathComponent("public"))
        millis = Int64(try left("millis", in: home)) ?? 0
    }

    func storeKey() throws -> Data { secret }
    func publicKey() throws -> Data { key }
    func sign(message: Data) throws -> Data { throw PlatformFault.notNow }
    func conditions() throws -> Conditions { Conditions(network: .free, batteryLow: false, freeBytes: nil) }
    func clock() throws -> ClockReading? { ClockReading(wallMillis: millis, monotonicMillis: millis, boot: 1) }
}

/// The least of so many times in nanoseconds, after so many that do not count: what a machine that others use can do. What is
/// done must give true.
func least(before: Int, times: Int, after: () -> Void = {}, once: () throws -> Bool) throws -> UInt64 {
    var spent: [UInt64] = []
    for _ in 0..<(before + times) {
        let begun = DispatchTime.now().uptimeNanoseconds
        let isRight = try once()
        spent.append(DispatchTime.now().uptimeNanoseconds - begun)
        precondition(isRight)
        after()
    }
    return spent.dropFirst(before).min() ?? 0
}

func measure(home: URL) throws {
    let device = try Device.open(folder: home.appendingPathComponent("phone").path, platform: Still(home: home))
    let (visit, photo) = (try left("visit", in: home), try left("photo", in: home))
    let page = FindingQuery(limit: 50)
    let out = home.appendingPathComponent("out.jpg")
    var taken = 0
    let call = try least(before: 500, times: 2_000) { try device.status().isEnrolled }
    let list = try least(before: 10, times: 60) { try device.findings(query: page).rows.count == 50 }
    let photoIn = try least(before: 2, times: 11) {
        taken += 1
        let file = home.appendingPathComponent("picture-\(taken).jpg").path
        return try device.addPhoto(visitId: visit, file: file).width > 0
    }
    let photoOut = try least(before: 10, times: 100, after: { try? FileManager.default.removeItem(at: out) }) {
        try device.savePhoto(photoId: photo, copy: "thumbnail", file: out.path)
        return true
    }
    let lines = "call\t\(call)\npage\t\(list)\nphoto in\t\(photoIn)\nphoto out\t\(photoOut)\n"
    try lines.write(to: home.appendingPathComponent("measured"), atomically: true, encoding: .utf8)
    device.shut()
}

try measure(home: URL(fileURLWithPath: CommandLine.arguments[1]))
