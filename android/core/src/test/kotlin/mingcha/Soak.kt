package mingcha

import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.util.concurrent.TimeUnit

/**
 * Long runs, by hand: `cargo xtask soak kotlin`. They print what a thing costs and what is held after each half, and fail
 * where more is held with the number of things done: 256 KB of living objects, 4 MB of memory, or a handful of the things
 * that are counted.
 */
@Timeout(3, unit = TimeUnit.HOURS)
class Soak {
    @TempDir
    lateinit var folder: Path

    private val long get() = LongRun(folder, Allowed(256L * 1024, 4L * 1024 * 1024), ::println)

    @Test
    fun `devices are opened and closed without growth`() = long.openings(Integer.getInteger("mingcha.openings", 10_000))

    @Test
    fun `pages are asked for without growth`() =
        long.pages(Integer.getInteger("mingcha.pages", 100_000), Integer.getInteger("mingcha.openings", 10_000) / 10)
}
