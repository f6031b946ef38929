package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import mingcha.core.AnswerType
import mingcha.core.MingchaException
import mingcha.core.VisitMode
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.createDirectories
import kotlin.io.path.deleteRecursively
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.writeBytes

/** What needs a person: refused, disagreed about, lost with the phone. */
class CaseStory {
    @TempDir
    lateinit var folder: Path

    private suspend fun inspector(name: String, city: City) = Hand.enrolled(folder, name, city, "inspector", MORNING)

    @Test
    fun `what two people answered differently is told to both, and settled once`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (anna, ben) = listOf("anna", "ben").map { inspector(it, city).phone }
            val visit = anna.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            anna.sync()
            ben.sync()
            val asked = anna.visit(visit).first().items.first { it.answerType == AnswerType.YES_NO }
            anna.answer(visit, asked.code, "yes", "看到了", asked.basis)
            ben.answer(visit, asked.code, "no", "没有看到", ben.visit(visit).first().items.first { it.code == asked.code }.basis)
            repeat(2) { listOf(anna, ben).forEach { it.sync() } }

            val told = anna.attention().first().conflicts.single()
            assertEquals("answer", told.kind.code)
            assertEquals("答案", told.kind.text.zh)
            assertTrue(told.isMine)
            assertEquals(setOf("是", "否"), told.values.map { it.text.zh }.toSet())
            assertTrue(anna.visit(visit).first().items.first { it.code == asked.code }.isContested)
            assertEquals(1, ben.status().first().attentionCount)

            val kept = told.values.single { it.value == "yes" }
            anna.settle(told.id, kept.id, "照片里有", told.basis)
            repeat(2) { listOf(anna, ben).forEach { it.sync() } }
            for (phone in listOf(anna, ben)) {
                assertTrue(phone.attention().first().conflicts.isEmpty())
                val settled = phone.visit(visit).first().items.first { it.code == asked.code }
                assertEquals("yes" to false, settled.value to settled.isContested)
            }
            val lost = ben.attention().first().overruled.single()
            assertEquals("照片里有", lost.reason)
            ben.markOverruledSeen()
            assertEquals(0, ben.status().first().attentionCount)
            listOf(anna, ben).forEach { it.closeAndJoin() }
        }
    }

    @Test
    fun `approve against return is returned, told to both, and settled by a person`() = runBlocking {
        City(folder, MORNING).use { city ->
            val anna = inspector("anna", city).phone
            val (cora, dora) = listOf("cora", "dora").map { Hand.enrolled(folder, it, city, "supervisor", MORNING).phone }
            val emil = Hand.enrolled(folder, "emil", city, "contact", MORNING)
            val all = listOf(anna, cora, dora, emil.phone)
            suspend fun meet() = repeat(2) { all.forEach { it.sync() } }
            val visit = anna.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            val raised = anna.raiseFinding(visit, "W5-3", "坡道堵死").id
            anna.submitVisit(visit)
            val told = anna.feedBack(raised, "清理坡道")
            meet()
            val sent = emil.phone.submitRectification(told, "已清理", listOf(picture(emil.below, 9)))
            meet()

            // Neither supervisor has heard of the other.
            cora.approve(sent, basis = cora.finding(told).first().basis)
            dora.sendBack(sent, "看不清", dora.finding(told).first().basis)
            meet()
            all.forEach { assertEquals("returned", it.finding(told).first().summary.stage.code) }
            for (phone in listOf(cora, dora)) {
                val differ = phone.attention().first().conflicts.single()
                assertEquals("verdict" to true, differ.kind.code to differ.isMine)
                assertEquals("退回重改", differ.values.single { it.isInForce }.text.zh)
            }
            assertFalse(anna.attention().first().conflicts.single().isMine)
            assertTrue(emil.phone.attention().first().conflicts.isEmpty())

            val differ = dora.attention().first().conflicts.single()
            dora.settle(differ.id, differ.values.single { it.value == "approve" }.id, "原图清楚", differ.basis)
            meet()
            all.forEach { assertEquals("awaiting_recheck", it.finding(told).first().summary.stage.code) }
            all.forEach { assertTrue(it.attention().first().conflicts.isEmpty()) }
            all.forEach { it.closeAndJoin() }
        }
    }

    @Test
    fun `a visit that the city refused is kept with everything in it, and stands once it may`() = runBlocking {
        City(folder, MORNING).use { city ->
            val anna = inspector("anna", city)
            city.revoke(anna.person, "DH")
            city.grant(anna.person, "XL")
            city.clock("2026-03-02T10:00:00+08:00")
            anna.hardware.now = "2026-03-02T10:00:00+08:00"
            val visit = anna.phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            val asked = anna.phone.visit(visit).first().items.first { it.answerType == AnswerType.YES_NO }
            anna.phone.answer(visit, asked.code, "no", "撤权后写的备注", asked.basis)
            assertTrue(anna.phone.sync().attentionCount > 0)

            val aside = anna.phone.attention().first().refused
            val opening = aside.single { it.kind.code == "visit_open" }
            assertEquals("area", opening.reason)
            assertFalse(opening.advice.zh.isEmpty() || opening.advice.en.isEmpty())
            val shown = anna.phone.visit(visit).first()
            assertEquals("refused", shown.status.code)
            assertEquals("撤权后写的备注", shown.items.single { it.code == asked.code }.note)
            assertThrows<MingchaException.Refused> { runBlocking { anna.phone.proposeAgain(opening.id) } }

            city.grant(anna.person, "DH")
            anna.phone.sync()
            anna.phone.proposeAgain(opening.id)
            repeat(2) { anna.phone.sync() }
            assertTrue(anna.phone.attention().first().refused.isEmpty())
            assertEquals("draft", anna.phone.visit(visit).first().status.code)
            anna.phone.closeAndJoin()
        }
    }

    @Test
    @OptIn(ExperimentalPathApi::class)
    fun `a store that is damaged is told, and what the city has comes back to the same person`() = runBlocking {
        City(folder, MORNING).use { city ->
            val anna = inspector("anna", city)
            val visit = anna.phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            val asked = anna.phone.visit(visit).first().items.first { it.answerType == AnswerType.YES_NO }
            anna.phone.answer(visit, asked.code, "no", "备注", asked.basis)
            anna.phone.sync()
            anna.phone.closeAndJoin()

            val phone = anna.below.resolve("phone")
            phone.resolve("store.db").writeBytes(ByteArray(64 * 1024) { it.toByte() })
            val told = assertThrows<MingchaException.StoreUnusable> { runBlocking { Mingcha.open(phone, anna.hardware) } }
            assertFalse("$told ${told.message}".contains("备注"))
            phone.deleteRecursively()
            val again = Mingcha.open(phone, anna.hardware)
            assertFalse(again.status().first().isEnrolled)
            assertThrows<MingchaException.NotEnrolled> { runBlocking { again.sites().first() } }
            again.enrol(city.url, city.guest("--role", "inspector", "--area", "DH", "--person", anna.person).code)
            again.sync()
            assertEquals("备注", again.visit(visit).first().items.single { it.code == asked.code }.note)
            again.closeAndJoin()
        }
    }

    @Test
    fun `a code that was used is refused in words that a person can act on`() = runBlocking {
        City(folder, MORNING).use { city ->
            val code = city.code("--role", "inspector", "--area", "DH", "--name", "Anna")
            val phones = listOf("one", "other").map { name ->
                val below = folder.resolve(name).createDirectories()
                Mingcha.open(below.resolve("phone"), Hardware(below, MORNING))
            }
            phones[0].enrol(city.url, code)
            val used = assertThrows<MingchaException.Refused> { runBlocking { phones[1].enrol(city.url, code) } }
            assertEquals("code_used", used.code)
            assertEquals("登记码已用过，请索取新的登记码", used.zh)
            assertFalse(phones[1].status().first().isEnrolled)
            phones.forEach { it.closeAndJoin() }
        }
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
    }
}
