import Foundation
import Mingcha

/// The ten lines of `bindings/README.md`, word for word.
func tenLines(folder: URL, platform: any Platform, city: URL, code: String, photo: URL) async throws {
    let phone = try await Mingcha.open(folder: folder, platform: platform)
    try await phone.enrol(city: city, code: code)
    try await phone.sync { print($0.phase.text.zh + " " + $0.amountText) }
    let site = try await phone.sites(SiteQuery(search: "政务")).now().rows[0]
    let visit = try await phone.startVisit(at: site.id, mode: .open).id
    let item = try await phone.visit(visit).now().items[0]
    let taken = try await phone.addPhoto(photo, to: visit, item: item.code)
    try await phone.answer(item.code, in: visit, value: item.choices.last!.value, note: "坡道被占", basis: item.basis)
    try await phone.raiseFinding(on: item.code, in: visit, text: "坡道堵死", photos: [taken.id])
    print(try await phone.submitVisit(visit).missing)
}
