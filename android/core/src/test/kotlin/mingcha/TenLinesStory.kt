package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.readText

/** What the documentation shows is what runs. */
class TenLinesStory {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `the ten lines of the page run against a real city`() = runBlocking {
        City(folder, MORNING).use { city ->
            val hardware = Hardware(folder, MORNING)
            val code = city.code("--role", "inspector", "--area", "DH", "--name", "Anna")
            tenLines(folder.resolve("phone"), hardware, city.url, code, picture(folder, 1))
            val phone = Mingcha.open(folder.resolve("phone"), hardware)
            val raised = phone.findings().first().rows.single()
            assertEquals("坡道堵死", raised.text)
            assertEquals(1, phone.finding(raised.id).first().photoIds.size)
            phone.closeAndJoin()
        }
    }

    @Test
    fun `the page shows the lines that are compiled`() {
        val workspace = Path.of(System.getProperty("mingcha.workspace"))
        val page = workspace.resolve("bindings/README.md").readText()
        val source = workspace.resolve("android/core/src/test/kotlin/mingcha/TenLines.kt").readText()
        val lines = source.substring(source.indexOf("suspend fun tenLines")).trimEnd().lines()
        assertTrue(page.contains(lines.joinToString("\n") { "    $it" }), "bindings/README.md shows other lines")
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
    }
}
