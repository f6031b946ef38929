package mingcha

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/** Whatever fails, nothing of what a person handed in is told. */
class CanaryStory {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `no error of any kind and no line of a log carries what somebody handed in`() {
        val tomorrow = Path.of(System.getProperty("mingcha.workspace"), "tests", "databases", "of_tomorrow.db")
        val said = OtherProcess("mingcha.CanariesKt", folder, "2026-03-02T09:00:00+08:00", tomorrow).use { it.end() }
        val kinds = said.lines().map { it.substringBefore(' ') }.filter { it in KINDS }
        assertEquals(KINDS, kinds.toSet(), said)
        assertEquals(33, kinds.size, said)
        assertFalse("Nothing was refused" in said, said)
        assertFalse("Zeisig" in said || "金丝雀" in said, said)
    }

    @Test
    fun `a platform that throws what nobody catches is a phone whose keys are locked, and nothing of it is printed`() {
        val said = OtherProcess("mingcha.BrokenPlatformKt", folder, "2026-03-02T09:00:00+08:00").use { it.end() }
        val told = said.lines().filter { it.startsWith("Busy ") }
        assertEquals(List(15) { "Busy keys_locked" }, told, said)
        assertTrue("Went on without conditions" in said && "Went on without clock" in said, said)
        assertTrue(Regex("Threw (\\d+)").find(said)!!.groupValues[1].toInt() > 15, said)
        assertFalse("Nothing was refused" in said, said)
        assertFalse("Zeisig" in said || "金丝雀" in said, said)
    }

    private companion object {
        val KINDS = setOf(
            "Refused", "OutOfDate", "NotEnrolled", "Offline", "Busy", "NoSpace", "UpdateRequired", "StoreUnusable", "Cancelled", "Defect",
        )
    }
}
