package mingcha

import kotlinx.coroutines.flow.first
import mingcha.core.Platform
import mingcha.core.SiteQuery
import mingcha.core.VisitMode
import java.nio.file.Path

/** The ten lines of `bindings/README.md`, word for word. */
suspend fun tenLines(folder: Path, platform: Platform, city: String, code: String, photo: Path) {
    val phone = Mingcha.open(folder, platform)
    phone.enrol(city, code)
    phone.sync { println(it.phase.text.zh + " " + it.amountText) }
    val site = phone.sites(SiteQuery(search = "政务")).first().rows.first()
    val visit = phone.startVisit(site.id, VisitMode.OPEN).id
    val item = phone.visit(visit).first().items.first()
    val taken = phone.addPhoto(visit, photo, item.code)
    phone.answer(visit, item.code, item.choices.last().value, note = "坡道被占", basis = item.basis)
    phone.raiseFinding(visit, item.code, "坡道堵死", photoIds = listOf(taken.id))
    println(phone.submitVisit(visit).missing)
}
