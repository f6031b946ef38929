import Foundation
import Mingcha

/// The ten lines of `bindings/README.md`, word for word.
func tenLines(folder: URL, platform: any Platform, city: URL, code: String, photo: URL) async throws {
    let phone = try await Mingcha.open(folder: folder, platform: platform)
    try await phone.enrol(city: city, code: code)
    try await phone.sync { print($0.phaseText.zh + " " + $0.amountText) }
    let site = try await phone.sites(SiteQuery(search: "政务")).now().rows[0]
    let visit = try await phone.startVisit(site: site.id, mode: "open").id
    let item = try await phone.visit(visit).now().items[0]
    let taken = try await phone.addPhoto(visit: visit, file: photo, item: item.code)
    try await phone.answer(visit: visit, item: item.code, value: "na", note: "坡道被占", basis: item.basis)
    try await phone.raiseFinding(visit: visit, item: item.code, text: "坡道堵死", photos: [taken.id])
    print(try await phone.submitVisit(visit).missing)
}
