import Foundation
import Mingcha

/// Somebody with a phone of their own.
public struct Hand: Sendable {
    public let below: URL
    public let hardware: Hardware
    public let phone: Mingcha
    public let person: String

    /// Somebody who was let in, with a phone that met the city: contacts of the unit of `GOV-01`, others of the area `DH`.
    public static func enrolled(below: URL, _ name: String, _ city: City, role: String, now: String) async throws -> Hand {
        let own = below.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        let hardware = try Hardware(below: own, now: now)
        let phone = try await Mingcha.open(folder: own.appendingPathComponent("phone"), platform: hardware)
        let place = role == "contact" ? ["--unit", "MC-GOV"] : ["--area", "DH"]
        let guest = try city.guest(["--role", role, "--name", name] + place)
        let status = try await phone.enrol(city: city.url, code: guest.code)
        guard status.role?.code == role else { throw Failed(words: ["enrolled as", role]) }
        try await phone.sync()
        return Hand(below: own, hardware: hardware, phone: phone, person: guest.person)
    }
}

/// A folder of its own for one story.
public func newFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
}

/// A sync, once no other one is under way. Gives how much still waits.
public func synced(_ phone: Mingcha) async throws -> Int32 {
    while true {
        do {
            return try await phone.sync().waitingCount
        } catch {
            // Swift 6.0 does not compile `catch .busy` where the type is known.
            guard case .busy = error else { throw error }
            try await Task.sleep(nanoseconds: 50_000_000)
        }
    }
}

/// How many files below this folder this process has open.
public func openFiles(below folder: URL) -> Int {
    let (below, files) = (folder.resolvingSymlinksInPath().path, FileManager.default)
    let open = (try? files.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return open.count { (try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)"))?.hasPrefix(below) == true }
}

/// Waits for what must come, a minute at most: false when it did not.
public func comes(isolation: isolated (any Actor)? = #isolation, _ isThere: () -> Bool) async throws -> Bool {
    for _ in 0..<6_000 where !isThere() { try await Task.sleep(nanoseconds: 10_000_000) }
    return isThere()
}
