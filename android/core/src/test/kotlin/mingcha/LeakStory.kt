package mingcha

import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path

/**
 * The long runs made short: what stays of each opening, page or sync is seen after some hundreds. A young JVM still compiles
 * itself, so that of the whole process's memory nothing is said here.
 */
class LeakStory {
    @TempDir
    lateinit var folder: Path

    private val short get() = LongRun(folder, Allowed(128L * 1024, Long.MAX_VALUE)) {}

    @Test
    fun `nothing stays of what was opened and closed`() = short.openings(300)

    @Test
    fun `nothing stays of pages that were shown, or of meetings with the city`() = short.pages(3_000, 20)
}
