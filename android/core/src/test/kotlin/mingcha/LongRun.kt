package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.produceIn
import kotlinx.coroutines.runBlocking
import mingcha.core.FindingQuery
import mingcha.core.SiteQuery
import mingcha.core.VisitMode
import java.nio.file.Path

/** Openings and pages as apps have them, so often, and whether anything of them stays. */
class LongRun(private val below: Path, private val allowed: Allowed, private val tell: (String) -> Unit) {
    private val hardware = Hardware(below, MORNING)
    private val home = below.resolve("phone")

    private suspend fun often(what: String, times: Int, once: suspend () -> Unit) =
        often(what, times, allowed, tell, once)

    /** Opens and closes so often, and asks for a page each time. */
    fun openings(times: Int) = runBlocking {
        often("an opening", times) {
            val phone = Mingcha.open(home, hardware)
            check(!phone.status().first().isEnrolled)
            phone.closeAndJoin()
        }
    }

    /**
     * Meets the city so often, and collects so many pages in all: in 100 there are 64 states, 15 pages of sites, 10 of a visit, 8
     * of findings, and 3 that followed an answer.
     */
    fun pages(times: Int, meetings: Int) = runBlocking {
        City(below, MORNING).use { city ->
            val phone = Mingcha.open(home, hardware)
            phone.enrol(city.url, city.code("--role", "inspector", "--area", "DH", "--name", "Anna"))
            often("a sync", meetings) { phone.sync() }
            val visit = phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            repeat(10) { phone.raiseFinding(visit, "W5-3", "坡道被占，第 $it 处") }
            val sites = phone.sites().first().rows.size
            often("a state", times / 100 * 64) { check(phone.status().first().isEnrolled) }
            often("a page of $sites sites", times / 100 * 15) { check(phone.sites(SiteQuery()).first().rows.size == sites) }
            often("a page of a visit", times / 100 * 10) { check(phone.visit(visit).first().id == visit) }
            often("a page of 10 findings", times / 100 * 8) { check(phone.findings(FindingQuery()).first().rows.size == 10) }
            val followed = phone.visit(visit).produceIn(this)
            var written = 0
            followed.receive()
            often("an answer and the page that follows it", times / 100 * 3) {
                written += 1
                phone.answer(visit, "W5-1", "na", "$written")
                while (followed.receive().items.first().note != "$written") continue
            }
            followed.cancel()
            phone.closeAndJoin()
        }
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
    }
}
