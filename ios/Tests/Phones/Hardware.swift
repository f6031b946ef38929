import Dispatch
import Foundation
import Mingcha

/// A phone's hardware for stories: a key that only another program holds (`openssl`), in a folder beside the device's.
public final class Hardware: Platform, @unchecked Sendable {
    private let folder: URL
    private let lock = NSLock()
    private var shown: String
    private var around: NetworkKind = .free
    private var locked = false
    private var free: Int64?
    private var seen: Set<String> = []
    private var refused = 0

    public init(below: URL, now: String) throws {
        folder = below.appendingPathComponent("hardware")
        shown = now
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if !FileManager.default.fileExists(atPath: path("key.pem")) {
            _ = try runProgram("openssl", ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path("key.pem")])
            _ = try runProgram("openssl", ["ec", "-in", path("key.pem"), "-pubout", "-outform", "DER", "-out", path("public.der")])
            _ = try runProgram("openssl", ["rand", "-out", path("secret"), "32"])
        }
    }

    public var now: String {
        get { lock.withLock { shown } }
        set { lock.withLock { shown = newValue } }
    }

    public var network: NetworkKind {
        get { lock.withLock { around } }
        set { lock.withLock { around = newValue } }
    }

    /// The phone's keys are locked away, as after a restart.
    public var isLocked: Bool {
        get { lock.withLock { locked } }
        set { lock.withLock { locked = newValue } }
    }

    /// Bytes that the system says are free.
    public var freeBytes: Int64? {
        get { lock.withLock { free } }
        set { lock.withLock { free = newValue } }
    }

    /// Every place that asked for the time: those that calls ran on.
    public var places: Set<String> { lock.withLock { seen } }

    /// How often it was asked for its keys while they were locked.
    public var refusals: Int { lock.withLock { refused } }

    public func storeKey() throws -> Data {
        if isLocked {
            lock.withLock { refused += 1 }
            throw PlatformFault.notNow
        }
        return try secret()
    }

    private func secret() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path("secret"))) }

    public func publicKey() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path("public.der"))) }

    public func sign(message: Data) throws -> Data {
        let file = folder.appendingPathComponent(UUID().uuidString)
        try message.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try runProgram("openssl", ["dgst", "-sha256", "-sign", path("key.pem"), file.path])
    }

    public func conditions() throws -> Conditions { Conditions(network: network, isBatteryLow: false, freeBytes: freeBytes) }

    public func clock() throws -> ClockReading? {
        let place = Queues.here ?? "somewhere else"
        lock.withLock { _ = seen.insert(Thread.isMainThread ? "the main thread" : place) }
        guard let date = ISO8601DateFormatter().date(from: now) else { throw PlatformFault.notNow }
        let millis = Int64(date.timeIntervalSince1970 * 1000)
        return ClockReading(wallMillis: millis, monotonicMillis: millis, boot: 1)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
}

/// Runs a program that must end well; gives what it wrote.
@discardableResult
public func runProgram(_ program: String, _ words: [String]) throws -> Data {
    let child = Process()
    child.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    child.arguments = [program] + words
    let output = Pipe()
    child.standardOutput = output
    let complaint = Pipe()
    child.standardError = complaint
    try child.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complained = complaint.fileHandleForReading.readDataToEndOfFile()
    child.waitUntilExit()
    guard child.terminationStatus == 0 else {
        throw Failed(words: [program] + words + [String(decoding: complained, as: UTF8.self)])
    }
    return said
}

public struct Failed: Error, CustomStringConvertible {
    let words: [String]

    public init(words: [String]) { self.words = words }

    public var description: String { words.joined(separator: " ") }
}

/// Writes a small PNG of its own for each number, its pixels stored without compression (RFC 1950, 1951, 2083).
public func picture(below: URL, number: UInt8) throws -> URL {
    let (width, height) = (64, 48)
    var rows = Data()
    for y in 0..<height {
        rows.append(0)
        for x in 0..<width {
            rows.append(contentsOf: [UInt8(truncatingIfNeeded: x * 3 + Int(number) * 37), UInt8(truncatingIfNeeded: y * 5), number])
        }
    }
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in rows {
        low = (low + UInt32(byte)) % 65_521
        high = (high + low) % 65_521
    }
    let length = UInt16(rows.count)
    var packed = Data([0x78, 0x01, 1, UInt8(length & 255), UInt8(length >> 8), UInt8(~length & 255), UInt8(~length >> 8)])
    packed.append(rows)
    packed.append(big(high << 16 | low))
    var file = Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    file.append(chunk("IHDR", big(UInt32(width)) + big(UInt32(height)) + Data([8, 2, 0, 0, 0])))
    file.append(chunk("IDAT", packed))
    file.append(chunk("IEND", Data()))
    let url = below.appendingPathComponent("picture-\(number).png")
    try file.write(to: url)
    return url
}

private func big(_ number: UInt32) -> Data { withUnsafeBytes(of: number.bigEndian) { Data($0) } }

private func chunk(_ name: String, _ content: Data) -> Data {
    let body = Data(name.utf8) + content
    var sum: UInt32 = ~0
    for byte in body {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xedb8_8320 : sum >> 1 }
    }
    return big(UInt32(content.count)) + body + big(~sum)
}
