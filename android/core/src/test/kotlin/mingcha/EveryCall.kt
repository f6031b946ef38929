package mingcha

import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.first
import mingcha.core.PhotoCopy
import mingcha.core.RecheckResult
import mingcha.core.VisitMode
import java.nio.file.Path
import java.time.LocalDate

/** A visit with an answer and a finding, and every call there is on the phone that has it; many of them are refused. */
class EveryCall private constructor(
    private val phone: Mingcha,
    private val city: City,
    private val below: Path,
    private val visit: String,
    private val finding: String,
) {
    private val photo = picture(below, 7)
    private val day = LocalDate.of(2026, 3, 2)

    companion object {
        suspend fun on(phone: Mingcha, city: City, below: Path): EveryCall {
            val visit = phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            phone.answer(visit, "W5-1", "na", "kept")
            return EveryCall(phone, city, below, visit, phone.raiseFinding(visit, "W5-3", "坡道堵死").id)
        }
    }

    /** What shows something, each as a page and a call. */
    private val shown = listOf<suspend () -> Any>(
        { phone.status().first() }, { phone.sites().first() }, { phone.tasks().first() }, { phone.visit(visit).first() },
        { phone.findings().first() }, { phone.finding(finding).first() }, { phone.score(visit).first() },
        { phone.attention().first() }, { phone.recheckDay(day) }, { phone.workday(day, 3) },
        { phone.savePhoto("none", PhotoCopy.STANDARD, below.resolve("copy.jpg")) },
    )

    /** What a person does. */
    private val done = listOf<suspend () -> Any>(
        { phone.startVisit("GOV-01", VisitMode.OPEN) }, { phone.answer(visit, "W5-2", "na") }, { phone.addPhoto(visit, photo) },
        { phone.raiseFinding(visit, "W5-4", "坡道堵死") }, { phone.feedBack(finding, "清理坡道") }, { phone.serveNotice(finding, day) },
        { phone.submitRectification(finding, "已清理") }, { phone.approve("none") }, { phone.sendBack("none", "看不清") },
        { phone.recheck(finding, RecheckResult.PASS) }, { phone.proposeAgain("none") }, { phone.letGo("none") },
        { phone.settle("none", "none", "照片里有") }, { phone.markOverruledSeen() }, { phone.enrol(city.url, "7KQM-2R8T-XW4P") },
        { phone.submitVisit(visit) }, { phone.suspendDevice() },
    )

    /** What takes long. */
    val long = listOf<suspend (suspend () -> Unit) -> Any>(
        { told -> phone.sync { told() } },
        { told -> phone.exportParcel(below.resolve("work.parcel")) { told() } },
        { told -> phone.importParcel(below.resolve("none.parcel")) { told() } },
    )

    val all = shown + done + long.map { work -> suspend { work {} } }

    /** What was acknowledged before, as it is here by now. */
    suspend fun kept(): String? = phone.visit(visit).first().items.single { it.code == "W5-1" }.note

    /** Collects a page until somebody ends it. */
    suspend fun collected() = phone.visit(visit).collect()
}
