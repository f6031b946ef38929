import Foundation
import Mingcha

// What calls cost from Swift, in a home that the core's own bench filled: `cargo xtask bench seam` runs this. Each is asked of the
// library's own device, and then of the façade that apps use, whose calls wait on a queue.

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
    func conditions() throws -> Conditions { Conditions(network: .free, isBatteryLow: false, freeBytes: nil) }
    func clock() throws -> ClockReading? { ClockReading(wallMillis: millis, monotonicMillis: millis, boot: 1) }
}

/// The least of so many times in nanoseconds, after so many that do not count: what a machine that others use can do. What is
/// done must give true.
func least(before: Int, times: Int, after: () -> Void = {}, once: () async throws -> Bool) async throws -> UInt64 {
    var spent: [UInt64] = []
    for _ in 0..<(before + times) {
        let begun = DispatchTime.now().uptimeNanoseconds
        let isRight = try await once()
        spent.append(DispatchTime.now().uptimeNanoseconds - begun)
        precondition(isRight)
        after()
    }
    return spent.dropFirst(before).min() ?? 0
}

/// The same without waiting for anybody, as the core is measured.
func least(before: Int, times: Int, after: () -> Void = {}, atOnce once: () throws -> Bool) throws -> UInt64 {
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

/// One of the pictures that the core's bench drew; every other one with a byte behind its end, which makes it another file.
func picture(_ number: Int, again: Bool, in home: URL) throws -> URL {
    let drawn = home.appendingPathComponent("picture-\(number).jpg")
    guard again else { return drawn }
    let other = home.appendingPathComponent("again-\(number).jpg")
    try (Data(contentsOf: drawn) + Data([0])).write(to: other)
    return other
}

func measure(home: URL) async throws -> [(String, UInt64)] {
    let (folder, still) = (home.appendingPathComponent("phone"), try Still(home: home))
    let device = try Device.open(folder: folder.path, platform: still)
    let phone = try await Mingcha.open(folder: folder, platform: still)
    let (visit, photo) = (try left("visit", in: home), try left("photo", in: home))
    let (page, out) = (FindingQuery(limit: 50), home.appendingPathComponent("out.jpg"))
    let gone = { @Sendable in try? FileManager.default.removeItem(at: out) }
    var taken = try (1...13).map { try picture($0, again: false, in: home) }.makeIterator()
    var takenAgain = try (1...13).map { try picture($0, again: true, in: home) }.makeIterator()
    let measured = [
        ("call", try least(before: 500, times: 2_000, atOnce: { try device.status().isEnrolled })),
        ("facade call", try await least(before: 500, times: 2_000) { try await phone.status().now().isEnrolled }),
        ("page", try least(before: 10, times: 60, atOnce: { try device.findings(query: page).rows.count == 50 })),
        ("facade page", try await least(before: 10, times: 60) { try await phone.findings(page).now().rows.count == 50 }),
        ("photo in", try least(before: 2, times: 11, atOnce: {
            try device.addPhoto(visitId: visit, file: (taken.next() ?? out).path).width > 0
        })),
        ("facade photo in", try await least(before: 2, times: 11) {
            try await phone.addPhoto(takenAgain.next() ?? out, to: visit).width > 0
        }),
        ("photo out", try least(before: 10, times: 100, after: { _ = gone() }, atOnce: {
            try device.savePhoto(photoId: photo, copy: .thumbnail, file: out.path)
            return true
        })),
        ("facade photo out", try await least(before: 10, times: 100, after: { _ = gone() }) {
            try await phone.savePhoto(photo, copy: .thumbnail, to: out)
            return true
        }),
    ]
    device.shut()
    await phone.close()
    return measured
}

let home = URL(fileURLWithPath: CommandLine.arguments[1])
let measured = try await measure(home: home)
let lines = measured.map { name, nanos in "\(name)\t\(nanos)\n" }.joined()
try lines.write(to: home.appendingPathComponent("measured"), atomically: true, encoding: .utf8)
