package mingcha

import mingcha.core.Device
import mingcha.core.SiteQuery
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import kotlin.io.path.readLines

/**
 * Long runs, by hand: `cargo xtask soak kotlin`. They print what a thing costs, and fail where memory grows with the number
 * of things done.
 */
class Soak {
    @TempDir
    lateinit var folder: Path

    private val hardware get() = Hardware(folder, "2026-03-02T09:00:00+08:00")

    private fun residentKilobytes(): Long {
        System.gc()
        val line = Path.of("/proc/self/status").readLines().single { it.startsWith("VmRSS:") }
        return line.filter(Char::isDigit).toLong()
    }

    /** Does something so often, in four rounds, and says what it cost; a JVM compiles itself in the first ones. */
    private fun often(what: String, times: Int, once: () -> Unit) {
        val rounds = List(4) {
            val before = residentKilobytes()
            val begun = System.nanoTime()
            repeat(times / 4) { once() }
            val micros = (System.nanoTime() - begun) / 1000 / (times / 4)
            (residentKilobytes() - before).also { println("$what: ${times / 4} times, $micros µs each, $it KB more") }
        }
        assertTrue(rounds.takeLast(2).sum() < 4 * 1024, "$what grew in the last two of four rounds: $rounds KB")
    }

    @Test
    fun `devices are opened and closed without growth`() {
        val hardware = hardware
        val phone = folder.resolve("phone").toString()
        often("an opening", Integer.getInteger("mingcha.openings", 10_000)) {
            Device.open(phone, hardware).use { it.shut() }
        }
    }

    @Test
    fun `pages are asked for without growth`() {
        City(folder, "2026-03-02T09:00:00+08:00").use { city ->
            Device.open(folder.resolve("phone").toString(), hardware).use { device ->
                device.enrol(city.url, city.code("--role", "inspector", "--area", "DH", "--name", "Anna"))
                device.syncJob().use { it.run() }
                val pages = Integer.getInteger("mingcha.pages", 100_000)
                val rows = device.sites(SiteQuery()).rows.size
                val visit = device.startVisit("GOV-01", "open").id
                often("a state", pages) { device.status() }
                often("a page of $rows sites", pages / 10) { device.sites(SiteQuery()) }
                often("a page of a visit", pages / 20) { device.visit(visit) }
                device.shut()
            }
        }
    }
}
