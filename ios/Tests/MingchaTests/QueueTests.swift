import Foundation
import Mingcha
import Phones
import Testing

/// Where the library is called, and who is told how far long work came.
@Suite(.serialized)
@MainActor
final class QueueTests {
    private static let morning = "2026-03-02T09:00:00+08:00"

    private let folder: URL
    private let city: City

    init() throws {
        folder = try newFolder()
        city = try City(below: folder, now: Self.morning)
    }

    deinit {
        city.kill()
        try? FileManager.default.removeItem(at: folder)
    }

    private func enrolled(_ places: Places, lingers: Bool) async throws -> (Mingcha, Hardware) {
        let (hardware, phone) = (try Hardware(below: folder, now: Self.morning), folder.appendingPathComponent("phone"))
        let opened = try await Mingcha.open { try WatchedDevice(phone, hardware, places, lingers: lingers) }
        try await opened.enrol(city: city.url, code: city.code(["--role", "inspector", "--area", "DH", "--name", "Anna"]))
        try await opened.sync()
        return (opened, hardware)
    }

    @Test("every call runs on a queue of its own, never on the main thread or one of Swift's own, and so does the end of what it made")
    func queues() async throws {
        let places = Places()
        var (phone, hardware): (Mingcha?, Hardware) = try await enrolled(places, lingers: true)
        let (parcel, port) = (folder.appendingPathComponent("parcel"), try #require(city.url.port.map(UInt16.init)))
        if let phone {
            let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
            try await phone.submitVisit(visit)
            _ = try await phone.visit(visit).now()
            #expect(try await phone.status().now().isEnrolled)
            try await phone.sync()
            try await phone.exportParcel(to: parcel)
            // One's own parcel is nothing to take along.
            let own = try await failure { try await phone.importParcel(parcel) }
            #expect(own.code == "own_parcel")
            try await phone.suspend()
            city.kill()
            let silence = try Silence(port: port)
            let sync = Task { try await failure { try await phone.sync() } }
            await Task.detached { silence.knocked() }.value
            sync.cancel()
            #expect(try await sync.value.kind == "cancelled")
            silence.hangUp()
            await phone.close()
        }
        phone = nil
        #expect(try await comes { places.seen["device let go"] != nil })
        let (calls, jobs, watch): (Set, Set, Set) = (["calls"], ["jobs"], ["watch"])
        #expect(places.seen == [
            "open": calls, "observe": calls, "status": calls, "startVisit": calls, "submitVisit": calls, "visit": calls,
            "suspend": calls, "shut": calls, "device let go": calls,
            "enrol": jobs, "syncJob": jobs, "exportJob": jobs, "importJob": jobs, "run": jobs, "job let go": jobs,
            "progress": watch, "cancel": watch,
        ])
        // What the device asked of the platform came from there as well.
        #expect(hardware.places == ["calls", "jobs"])
    }

    @Test("a phone that nobody closed is let go on its queue, with every file")
    func forgotten() async throws {
        let places = Places()
        var phone: Mingcha? = try await enrolled(places, lingers: false).0
        #expect(try await phone?.status().now().isEnrolled == true)
        // So that no block that a queue has just done still holds it.
        try await Task.sleep(nanoseconds: 100_000_000)
        phone = nil
        #expect(try await comes { places.seen["device let go"] != nil })
        #expect(places.seen["device let go"] == ["calls"])
        let below = folder.appendingPathComponent("phone")
        #expect(try await comes { openFiles(below: below) == 0 })
    }

    @Test("how far long work came is told where the caller runs, and the last of it before the last word")
    func progress() async throws {
        let (phone, _) = try await enrolled(Places(), lingers: true)
        try await phone.startVisit(at: "GOV-01", mode: .open)
        // No lock and no Sendable: it is told on the main actor, where this runs, and cannot be told later.
        var told: [String] = []
        try await phone.sync {
            MainActor.assertIsolated()
            told.append($0.phase.code)
        }
        #expect(!told.isEmpty && !told.contains(""))
        told = []
        try await phone.exportParcel(to: folder.appendingPathComponent("parcel"), since: Date(timeIntervalSince1970: 0)) { told.append($0.phase.code) }
        #expect(told.last == "export")
        told = []
        let own = try await failure {
            try await phone.importParcel(folder.appendingPathComponent("parcel")) { told.append($0.phase.code) }
        }
        #expect(own.code == "own_parcel")
        await phone.close()
    }
}
