import Foundation
import Mingcha
import Phones
import XCTest

/// Hands that throw, cancel, close and open twice.
final class HandsTests: XCTestCase {
    private static let morning = "2026-03-02T09:00:00+08:00"

    private var folder = URL(fileURLWithPath: "/")

    override func setUpWithError() throws {
        folder = try newFolder()
    }

    override func tearDownWithError() throws {
        try FileManager.default.removeItem(at: folder)
    }

    private var phoneFolder: URL { folder.appendingPathComponent("phone") }

    private func enrolled(_ city: City) async throws -> (Mingcha, Hardware) {
        let hardware = try Hardware(below: folder, now: Self.morning)
        let phone = try await Mingcha.open(folder: phoneFolder, platform: hardware)
        try await phone.enrol(city: city.url, code: city.code(["--role", "inspector", "--area", "DH", "--name", "Anna"]))
        try await phone.sync()
        return (phone, hardware)
    }

    func testWhoOpensTheSameFolderAgainSeesAndHearsWhatTheOtherDoes() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (one, hardware) = try await enrolled(city)
        let other = try await Mingcha.open(folder: phoneFolder, platform: hardware)
        var pages = other.tasks().makeAsyncIterator()
        let first = try await pages.next()
        XCTAssertEqual(first?.rows.count, 0)
        let visit = try await one.startVisit(at: "GOV-01", mode: .open).id
        let second = try await pages.next()
        XCTAssertEqual(second?.rows.map(\.visitId), [visit])
        await other.close()
        try await one.suspend()
        let awake = try await one.tasks().now().rows
        XCTAssertEqual(awake.map(\.visitId), [visit])
        await one.close()
        let late = try await failure { try await one.tasks().now() }
        XCTAssertEqual(late.kind, "cancelled")
    }

    func testATaskThatIsCancelledLeavesNoLockAndLosesNothing() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, _) = try await enrolled(city)
        let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
        let items = try await phone.visit(visit).now().items.prefix(4)
        XCTAssertEqual(items.count, 4)
        for (number, item) in items.enumerated() {
            let task = Task { try await phone.answer(item.code, in: visit, value: "na", note: "note \(number)", basis: item.basis) }
            if number % 2 == 0 { task.cancel() }
            // A call that has begun is finished, cancelled or not.
            try await task.value
        }
        let saved = try await phone.visit(visit).now().items.prefix(4).map(\.note)
        XCTAssertEqual(saved, (0..<4).map { "note \($0)" })
        let sync = Task { try await phone.sync() }
        sync.cancel()
        if case .failure(let error) = await sync.result {
            XCTAssertEqual((error as? MingchaError)?.kind, "cancelled")
        }
        let waiting = try await synced(phone)
        XCTAssertEqual(waiting, 0)
        await phone.close()
    }

    func testASyncThatIsCancelledWhileNobodyAnswersReturnsAtOnceAndTheNextOneGoesOn() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, _) = try await enrolled(city)
        try await phone.startVisit(at: "GOV-01", mode: .open)
        let port = try XCTUnwrap(city.url.port.map(UInt16.init))
        city.kill()
        // Somebody listens at the city's address, takes the letter, and says nothing until this is over.
        let silence = try Silence(port: port)
        let sync = Task { try await failure { try await phone.sync() } }
        await Task.detached { silence.knocked() }.value
        let second = try await failure { try await phone.sync() }
        XCTAssertEqual(second.kind, "busy", "one sync at a time")
        sync.cancel()
        let told = try await sync.value
        XCTAssertEqual(told.kind, "cancelled")
        let waiting = try await phone.status().now().waitingCount
        XCTAssertGreaterThan(waiting, 0, "screens go on")
        silence.hangUp()
        try city.serve()
        let left = try await synced(phone)
        XCTAssertEqual(left, 0)
        await phone.close()
    }

    func testAnEnrolmentThatIsCancelledWhileNobodyAnswersReturnsAtOnceAndKeepsNoScreenWaiting() async throws {
        let city = try City(below: folder, now: Self.morning)
        let port = try XCTUnwrap(city.url.port.map(UInt16.init))
        let code = try city.code(["--role", "inspector", "--area", "DH", "--name", "Anna"])
        let phone = try await Mingcha.open(folder: phoneFolder, platform: Hardware(below: folder, now: Self.morning))
        city.kill()
        let (silence, url) = (try Silence(port: port), city.url)
        let enrolment = Task { try await failure { try await phone.enrol(city: url, code: code) } }
        await Task.detached { silence.knocked() }.value
        let isEnrolled = try await phone.status().now().isEnrolled
        XCTAssertFalse(isEnrolled)
        enrolment.cancel()
        let told = try await enrolment.value
        XCTAssertEqual(told.kind, "cancelled")
        silence.hangUp()
        try city.serve()
        let status = try await phone.enrol(city: city.url, code: code)
        XCTAssertTrue(status.isEnrolled)
        await phone.close()
    }

    func testAnExportThatIsCancelledIsWholeOrNotThere() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, _) = try await enrolled(city)
        let visit = try await phone.startVisit(at: "GOV-01", mode: .open).id
        for number: UInt8 in 1...5 { _ = try await phone.addPhoto(picture(below: folder, number: number), to: visit) }
        let whole = try await phone.exportParcel(to: folder.appendingPathComponent("whole"))
        XCTAssertEqual(whole.photoCount, 5)
        var cancelled = 0
        for pause: UInt64 in 0..<10 {
            let parcel = folder.appendingPathComponent("parcel-\(pause)")
            let export = Task { try await phone.exportParcel(to: parcel) }
            try await Task.sleep(nanoseconds: pause * 2_000_000)
            export.cancel()
            let isThere: Bool
            switch await export.result {
            case .success(let outcome):
                XCTAssertEqual(outcome, whole)
                isThere = true
            case .failure(let error):
                XCTAssertEqual((error as? MingchaError)?.kind, "cancelled")
                cancelled += 1
                isThere = false
            }
            XCTAssertEqual(FileManager.default.fileExists(atPath: parcel.path), isThere)
        }
        XCTAssertGreaterThan(cancelled, 0, "the first was cancelled before it began")
        await phone.close()
    }

    func testAnOpeningThatIsCancelledLeavesNoFileOpen() async throws {
        let hardware = try Hardware(below: folder, now: Self.morning)
        let home = phoneFolder
        var cancelled = 0
        for pause: UInt64 in 0..<30 {
            let opening = Task { try await Mingcha.open(folder: home, platform: hardware).close() }
            try await Task.sleep(nanoseconds: pause * 1_000_000)
            opening.cancel()
            if case .failure(let error) = await opening.result {
                XCTAssertEqual((error as? MingchaError)?.kind, "cancelled")
                cancelled += 1
            }
            XCTAssertEqual(openFiles(below: home), 0)
        }
        XCTAssertGreaterThan(cancelled, 0, "the first was cancelled before it began")
    }

    func testAnObserverAndASignerThatThrowHarmNothingAndNothingOfItIsTold() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, hardware) = try await enrolled(city)
        await phone.close()
        let thrower = Thrower(hardware)
        let device = try Device.open(folder: phoneFolder.path, platform: thrower)
        device.observe(observer: thrower)
        _ = try device.startVisit(siteId: "GOV-01", mode: .open)
        XCTAssertGreaterThan(thrower.rings, 0)
        let locked = try await failure { try device.syncJob().run() }
        XCTAssertEqual(locked.kind, "busy")
        XCTAssertEqual(locked.code, "keys_locked")
        XCTAssertFalse("\(locked) \(locked.localizedDescription)".contains("金丝雀"))
        thrower.heal()
        let waiting = try device.syncJob().run().waitingCount
        XCTAssertEqual(waiting, 0)
        device.shut()
    }
}

/// Hardware that throws what nobody declared, until it is healed.
private final class Thrower: Platform, Observer, @unchecked Sendable {
    private struct Canary: Error, CustomStringConvertible { let description = "金丝雀" }

    private let hardware: Hardware
    private let lock = NSLock()
    private var isBroken = true
    private var rung = 0

    init(_ hardware: Hardware) { self.hardware = hardware }

    func heal() { lock.withLock { isBroken = false } }

    /// How often it was told of a change, which it answered by throwing.
    var rings: Int { lock.withLock { rung } }

    func changed() throws {
        lock.withLock { rung += 1 }
        throw Canary()
    }

    func storeKey() throws -> Data { try hardware.storeKey() }

    func publicKey() throws -> Data { try hardware.publicKey() }

    func sign(message: Data) throws -> Data {
        if lock.withLock({ isBroken }) { throw Canary() }
        return try hardware.sign(message: message)
    }

    func conditions() throws -> Conditions { try hardware.conditions() }

    func clock() throws -> ClockReading? { try hardware.clock() }
}
