import Foundation
import Mingcha
import Phones
import XCTest

/// Hands that throw, cancel, close and open twice, and a process that is killed.
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

    func testWhatWasSavedIsThereAfterTheProcessWasKilled() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, hardware) = try await enrolled(city)
        await phone.close()
        let child = try Child(["undercover", folder.path, Self.morning])
        while try child.next().first != "finding" {}
        child.kill()

        let again = try await Mingcha.open(folder: phoneFolder, platform: hardware)
        let visit = try unwrapped(try await again.tasks().now().rows.first { $0.kind.code == "draft" }?.visitId)
        let form = try await again.visit(visit).now()
        XCTAssertEqual(form.mode.code, "undercover")
        XCTAssertEqual(form.photos.count, 2)
        XCTAssertEqual(form.items.first { $0.code == "W5-3" }?.note, "坡道被电动车占用")
        XCTAssertEqual(form.findingIds.count, 1)
        await again.close()
    }

    func testWhoOpensTheSameFolderAgainSeesAndHearsWhatTheOtherDoes() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (one, hardware) = try await enrolled(city)
        let other = try await Mingcha.open(folder: phoneFolder, platform: hardware)
        var pages = other.tasks().makeAsyncIterator()
        let first = try await pages.next()
        XCTAssertEqual(first?.rows.count, 0)
        let visit = try await one.startVisit(site: "GOV-01", mode: "open").id
        let second = try await pages.next()
        XCTAssertEqual(second?.rows.first?.visitId, visit)
        try await one.suspend()
        let awake = try await one.tasks().now()
        XCTAssertEqual(awake.rows.count, 1)
        await one.close()
        await other.close()
    }

    func testACityThatIsAwayCostsNothingButTime() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, hardware) = try await enrolled(city)
        city.kill()
        try await phone.startVisit(site: "GOV-01", mode: "open")
        do {
            try await phone.sync()
            XCTFail("met a city that is away")
        } catch {
            guard case .offline = error else { return XCTFail("\(error)") }
        }
        try city.serve()
        hardware.network = .metered
        let waiting = try await phone.sync().waiting
        XCTAssertEqual(waiting, 0)
        await phone.close()
    }

    func testATaskThatIsCancelledLeavesNoLockAndLosesNothing() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, _) = try await enrolled(city)
        let visit = try await phone.startVisit(site: "GOV-01", mode: "open").id
        let items = try await phone.visit(visit).now().items.prefix(4)
        for (number, item) in items.enumerated() {
            let task = Task { try await phone.answer(visit: visit, item: item.code, value: "na", note: "note \(number)", basis: item.basis) }
            if number % 2 == 0 { task.cancel() }
            // A call that has begun is finished, cancelled or not.
            try await task.value
        }
        let saved = try await phone.visit(visit).now().items.prefix(4).map(\.note)
        XCTAssertEqual(saved, (0..<4).map { "note \($0)" })
        let sync = Task { try await phone.sync() }
        sync.cancel()
        if case .failure(let error) = await sync.result {
            guard case MingchaError.cancelled = error else { return XCTFail("\(error)") }
        }
        let waiting = try await phone.sync().waiting
        XCTAssertEqual(waiting, 0)
        await phone.close()
    }

    func testAnObserverAndASignerThatThrowHarmNothingAndNothingOfItIsTold() async throws {
        let city = try City(below: folder, now: Self.morning)
        let (phone, hardware) = try await enrolled(city)
        await phone.close()
        let thrower = Thrower(hardware)
        let device = try Device.open(folder: phoneFolder.path, platform: thrower)
        device.observe(observer: thrower)
        _ = try device.startVisit(siteId: "GOV-01", mode: "open")
        do {
            _ = try device.syncJob().run()
            XCTFail("signed without a signature")
        } catch {
            guard case MingchaError.busy(let code, _, _) = error else { return XCTFail("\(error)") }
            XCTAssertEqual(code, "keys_locked")
            XCTAssertFalse("\(error) \(error.localizedDescription)".contains("金丝雀"))
        }
        thrower.heal()
        let waiting = try device.syncJob().run().waiting
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

    init(_ hardware: Hardware) { self.hardware = hardware }

    func heal() { lock.withLock { isBroken = false } }

    func changed() throws { throw Canary() }

    func storeKey() throws -> Data { try hardware.storeKey() }

    func publicKey() throws -> Data { try hardware.publicKey() }

    func sign(message: Data) throws -> Data {
        if lock.withLock({ isBroken }) { throw Canary() }
        return try hardware.sign(message: message)
    }

    func conditions() throws -> Conditions { try hardware.conditions() }

    func clock() throws -> ClockReading? { try hardware.clock() }
}
