package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import mingcha.core.MingchaException
import mingcha.core.NetworkKind
import mingcha.core.VisitMode
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.time.OffsetDateTime
import kotlin.io.path.exists
import kotlin.io.path.readBytes

/** Work that goes to the city in somebody else's pocket. */
class ParcelStory {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `what was done where there is no signal goes with a colleague, who cannot read it`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (anna, ben) = listOf("anna", "ben").map { Hand.enrolled(folder, it, city, "inspector", MORNING) }
            anna.hardware.network = NetworkKind.UNAVAILABLE
            val visit = anna.phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            anna.phone.answer(visit, "W5-1", "na", "坡道被占")
            anna.phone.addPhoto(visit, picture(anna.below, 1), "W5-1")
            val card = folder.resolve("card.parcel")
            val written = anna.phone.exportParcel(card)
            assertEquals(1 to 0, written.photoCount to written.unreadablePhotoCount)
            assertTrue(written.statementCount >= 3, "$written")
            assertFalse(String(card.readBytes(), Charsets.UTF_8).contains("坡道被占"))
            val status = anna.phone.status().first()
            assertEquals(3 to 1, status.waitingCount to status.waitingPhotoCount, "nothing counts as sent")
            val twice = assertThrows<MingchaException.Refused> { runBlocking { anna.phone.exportParcel(card) } }
            assertEquals("file_exists", twice.code)

            val carried = ben.phone.importParcel(card)
            assertEquals(written.statementCount to written.photoCount, carried.statementCount to carried.photoCount)
            assertTrue(ben.phone.tasks().first().rows.isEmpty(), "ben reads nothing of it")
            repeat(2) { ben.phone.sync() }
            assertEquals("坡道被占", ben.phone.visit(visit).first().items.first().note)
            listOf(anna, ben).forEach { it.phone.closeAndJoin() }
        }
    }

    @Test
    fun `a parcel since some time holds what came after it`() = runBlocking {
        City(folder, MORNING).use { city ->
            val anna = Hand.enrolled(folder, "anna", city, "inspector", MORNING)
            val visit = anna.phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            anna.phone.sync()
            anna.hardware.now = NOON
            anna.phone.answer(visit, "W5-1", "na", "noon")
            val all = anna.phone.exportParcel(folder.resolve("all.parcel"))
            val since = anna.phone.exportParcel(folder.resolve("since.parcel"), since = OffsetDateTime.parse(NOON).toInstant())
            assertEquals(1, since.statementCount)
            assertTrue(all.statementCount > since.statementCount, "$all, $since")
            anna.phone.closeAndJoin()
        }
    }

    @Test
    fun `what no city wrote is no parcel, and an export that cannot be written leaves no file`() = runBlocking {
        City(folder, MORNING).use { city ->
            val anna = Hand.enrolled(folder, "anna", city, "inspector", MORNING)
            anna.phone.startVisit("GOV-01", VisitMode.OPEN)
            assertThrows<MingchaException.Refused> { runBlocking { anna.phone.importParcel(picture(folder, 3)) } }
            val nowhere = folder.resolve("nowhere/card.parcel")
            assertThrows<MingchaException.Refused> { runBlocking { anna.phone.exportParcel(nowhere) } }
            assertFalse(nowhere.exists())
            anna.phone.closeAndJoin()
        }
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
        const val NOON = "2026-03-02T12:00:00+08:00"
    }
}
