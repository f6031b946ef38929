package mingcha

import mingcha.core.ClockReading
import mingcha.core.Conditions
import mingcha.core.Device
import mingcha.core.FindingQuery
import mingcha.core.NetworkKind
import mingcha.core.Platform
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.nio.file.Path
import kotlin.io.path.deleteIfExists
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.io.path.writeText

/** What calls cost from Kotlin, in a home that the core's own bench filled: `cargo xtask bench seam` runs this. */
class Bench {
    private val home = Path.of(System.getProperty("mingcha.home", "."))

    /** An app whose keys lie in files and whose clock stands still. Nothing that is measured signs. */
    private inner class Still : Platform {
        private val secret = home.resolve("secret").readBytes()
        private val key = home.resolve("public").readBytes()
        private val millis = home.resolve("millis").readText().toLong()

        override fun storeKey() = secret
        override fun publicKey() = key
        override fun sign(message: ByteArray) = throw UnsupportedOperationException()
        override fun conditions() = Conditions(NetworkKind.FREE, batteryLow = false, freeBytes = null)
        override fun clock() = ClockReading(wallMillis = millis, monotonicMillis = millis, boot = 1)
    }

    /** The least of so many times in nanoseconds, after so many that do not count: what a machine that others use can do. */
    private fun least(before: Int, times: Int, after: () -> Unit = {}, once: () -> Unit): Long =
        List(before + times) {
            val begun = System.nanoTime()
            once()
            (System.nanoTime() - begun).also { after() }
        }.drop(before).min()

    @Test
    fun `the seam is measured`() {
        Device.open(home.resolve("phone").toString(), Still()).use { device ->
            val (visit, photo) = listOf("visit", "photo").map { home.resolve(it).readText() }
            val page = FindingQuery(limit = 50)
            val out = home.resolve("out.jpg")
            var taken = 0
            val measured = listOf(
                "call" to least(10_000, 2_000) { assertTrue(device.status().isEnrolled) },
                "page" to least(150, 60) { assertEquals(50, device.findings(page).rows.size) },
                "photo in" to least(2, 11) {
                    taken += 1
                    assertTrue(device.addPhoto(visit, home.resolve("picture-$taken.jpg").toString()).width > 0)
                },
                "photo out" to least(10, 100, { out.deleteIfExists() }) { device.savePhoto(photo, "thumbnail", out.toString()) },
            )
            home.resolve("measured").writeText(measured.joinToString("") { (name, nanos) -> "$name\t$nanos\n" })
            device.shut()
        }
    }
}
