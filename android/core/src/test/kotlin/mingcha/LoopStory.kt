package mingcha

import app.cash.turbine.test
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import mingcha.core.BlurredPart
import mingcha.core.MingchaException
import mingcha.core.NetworkKind
import mingcha.core.PhotoCopy
import mingcha.core.RecheckResult
import mingcha.core.VisitMode
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.time.LocalDate

/** The whole loop on three phones, against a city that is a process of its own. */
class LoopStory {
    @TempDir
    lateinit var folder: Path

    private suspend fun hand(role: String, city: City) = Hand.enrolled(folder, role, city, role, MORNING)

    @Test
    fun `what was seen undercover without signal is put right, approved and rechecked, though the process was killed`() = runBlocking {
        City(folder, MORNING).use { city ->
            val inspector = hand("inspector", city)
            val supervisor = hand("supervisor", city)
            val contact = hand("contact", city)
            val hands = listOf(inspector, supervisor, contact)

            // Undercover, offline, and killed with -9 in the middle of the work.
            inspector.phone.closeAndJoin()
            val saved = killedAfterRaising(inspector.below)
            val again = Mingcha.open(inspector.below.resolve("phone"), inspector.hardware)
            val draft = again.tasks().first().rows.single { it.kind.code == "draft" }
            assertEquals(saved.getValue("visit"), draft.visitId)
            val form = again.visit(draft.visitId!!).first()
            assertEquals("undercover", form.mode.code)
            assertEquals(2, form.photos.size)
            val answered = form.items.single { it.code == "W5-3" }
            assertEquals("no", answered.value)
            assertEquals("否", answered.valueText?.zh)
            assertEquals("坡道被电动车占用", answered.note)
            assertEquals(listOf(saved.getValue("finding")), form.findingIds)
            again.submitVisit(form.id, form.basis)

            // With signal, the city and the supervisor hear of it; the unit does not.
            val all = listOf(again, supervisor.phone, contact.phone)
            suspend fun meet() = repeat(2) { all.forEach { assertEquals(0, it.sync().waitingCount) } }
            meet()
            assertTrue(contact.phone.findings().first().rows.isEmpty())
            val raised = supervisor.phone.findings().first().rows.single()
            val refused = assertThrows<MingchaException.Refused> { runBlocking { supervisor.phone.feedBack(raised.id) } }
            assertEquals("no_demand", refused.code)

            // Told in words chosen for the unit, under another id.
            val corner = BlurredPart(supervisor.phone.finding(raised.id).first().photoIds.single(), 0, 0, 500, 500)
            val unchecked = assertThrows<MingchaException.Refused> {
                runBlocking { supervisor.phone.feedBack(raised.id, DEMAND, blurred = listOf(corner)) }
            }
            assertEquals("malformed", unchecked.code)
            val copy = supervisor.phone.feedBack(raised.id, DEMAND, photosChecked = true, blurred = listOf(corner))
            val deadline = LocalDate.of(2026, 3, 9)
            supervisor.phone.serveNotice(copy, deadline)
            repeat(2) { meet() }
            val told = contact.phone.finding(copy).first()
            assertEquals("noticed", told.summary.stage.code)
            assertEquals("已交办", told.summary.stage.text.zh)
            assertEquals(DEMAND, told.demand)
            assertEquals(deadline, told.summary.deadline?.localDate)
            // What was marked in its photo is grey wherever others hold it, and nothing else is.
            val copied = contact.below.resolve("copied.jpg")
            contact.phone.savePhoto(told.photoIds.single(), PhotoCopy.STANDARD, copied)
            val image = javax.imageio.ImageIO.read(copied.toFile())
            fun isGrey(x: Int, y: Int) = java.awt.Color(image.getRGB(x, y)).run { listOf(red, green, blue).all { it in 120..136 } }
            assertTrue((0 until image.width * 4 / 10 step 8).all { isGrey(it, image.height / 4) })
            assertFalse((image.width * 6 / 10 until image.width step 8).all { isGrey(it, image.height / 4) })
            // A unit holds a card, which has no steps and names nobody; who is of the city reads both.
            assertTrue(told.timeline.isEmpty())
            listOf(inspector, supervisor).forEach { assertFalse(it.person in told.toString()) }
            assertTrue(supervisor.phone.finding(copy).first().timeline.any { it.by != null })

            // A page that is open follows by itself.
            supervisor.phone.finding(copy).test(PATIENCE) {
                assertEquals("noticed", awaitItem().summary.stage.code)
                contact.phone.submitRectification(copy, "已清理", listOf(picture(contact.below, 9)))
                contact.phone.sync()
                supervisor.phone.sync()
                var shown = awaitItem()
                while (shown.submissions.isEmpty()) shown = awaitItem()
                assertEquals("submitted", shown.summary.stage.code)
                supervisor.phone.approve(shown.submissions.single().id, basis = shown.basis)
                while (shown.summary.stage.code == "submitted") shown = awaitItem()
                assertEquals("awaiting_recheck", shown.summary.stage.code)
                cancelAndIgnoreRemainingEvents()
            }
            meet()

            // A fortnight later somebody looks.
            city.clock(RECHECK)
            hands.forEach { it.hardware.now = RECHECK }
            meet()
            val due = again.tasks().first().rows.single { it.kind.code == "recheck" }
            assertEquals(listOf(copy), due.findingIds)
            assertFalse(due.isOverdue)
            again.recheck(copy, RecheckResult.PASS, text = "通畅", basis = again.finding(copy).first().basis)
            meet()
            all.forEach { phone ->
                val closed = phone.finding(copy).first()
                assertEquals("closed", closed.summary.stage.code)
                assertEquals("pass", closed.rechecks.single().result.code)
            }
            assertNull(contact.phone.finding(copy).first().rechecks.single().by)
            all.forEach { it.closeAndJoin() }
        }
    }

    @Test
    fun `a city that is away costs nothing but time`() = runBlocking {
        City(folder, MORNING).use { city ->
            val hand = hand("inspector", city)
            city.close()
            val visit = hand.phone.startVisit("GOV-01", VisitMode.OPEN).id
            assertThrows<MingchaException.Offline> { runBlocking { hand.phone.sync() } }
            hand.hardware.network = NetworkKind.UNAVAILABLE
            val untried = assertThrows<MingchaException.Offline> { runBlocking { hand.phone.sync() } }
            assertEquals("no_network", untried.code)
            assertTrue(hand.phone.status().first().waitingCount > 0)
            city.serve()
            hand.hardware.network = NetworkKind.METERED
            assertEquals(0, hand.phone.sync().waitingCount)
            assertTrue(hand.phone.visit(visit).first().isOpen)
            hand.phone.closeAndJoin()
        }
    }

    /** Starts a process that makes the visit, and kills it with -9 once it said that the finding is saved. */
    private fun killedAfterRaising(below: Path): Map<String, String> = OtherProcess("mingcha.UndercoverVisitKt", below, MORNING).use { child ->
        val saved = mutableMapOf<String, String>()
        while ("finding" !in saved) child.next().let { (what, id) -> saved.putIfAbsent(what, id) }
        assertEquals(setOf("visit", "photo", "answer", "finding"), saved.keys)
        saved
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
        const val RECHECK = "2026-03-16T09:00:00+08:00"
        const val DEMAND = "三日内清理坡道"
    }
}
