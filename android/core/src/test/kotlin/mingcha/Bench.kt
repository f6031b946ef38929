package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import mingcha.core.ClockReading
import mingcha.core.Conditions
import mingcha.core.Device
import mingcha.core.FindingQuery
import mingcha.core.NetworkKind
import mingcha.core.PhotoCopy
import mingcha.core.Platform
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import java.nio.file.Path
import kotlin.io.path.deleteIfExists
import kotlin.io.path.readBytes
import kotlin.io.path.readText
import kotlin.io.path.writeBytes
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
        override fun conditions() = Conditions(NetworkKind.FREE, isBatteryLow = false, freeBytes = null)
        override fun clock() = ClockReading(wallMillis = millis, monotonicMillis = millis, boot = 1)
    }

    /** The least of so many times in nanoseconds, after so many that do not count: what a machine that others use can do. */
    private inline fun least(before: Int, times: Int, after: () -> Unit = {}, once: () -> Unit): Long =
        List(before + times) {
            val begun = System.nanoTime()
            once()
            (System.nanoTime() - begun).also { after() }
        }.drop(before).min()

    private val page = FindingQuery(limit = 50)
    private val out = home.resolve("out.jpg")

    @Test
    fun `the seam is measured`() {
        val (visit, photo) = listOf("visit", "photo").map { home.resolve(it).readText() }
        val measured = raw(visit, photo) + facade(visit, photo)
        home.resolve("measured").writeText(measured.joinToString("") { (name, nanos) -> "$name\t$nanos\n" })
    }

    /** The library's own calls. */
    private fun raw(visit: String, photo: String): List<Pair<String, Long>> =
        Device.open(home.resolve("phone").toString(), Still()).use { device ->
            val pictures = (1..13).map { home.resolve("picture-$it.jpg") }.iterator()
            listOf(
                "call" to least(10_000, 2_000) { assertTrue(device.status().isEnrolled) },
                "page" to least(150, 60) { assertEquals(50, device.findings(page).rows.size) },
                "photo in" to least(2, 11) { assertTrue(device.addPhoto(visit, pictures.next().toString()).width > 0) },
                "photo out" to least(10, 100, { out.deleteIfExists() }) { device.savePhoto(photo, PhotoCopy.THUMBNAIL, out.toString()) },
            ).also { device.shut() }
        }

    /** The same as an app has it. */
    private fun facade(visit: String, photo: String): List<Pair<String, Long>> = runBlocking {
        val phone = Mingcha.open(home.resolve("phone"), Still())
        // A byte behind the end of a picture makes it another one.
        val pictures = (1..13).map { number ->
            home.resolve("again-$number.jpg").apply { writeBytes(home.resolve("picture-$number.jpg").readBytes() + 0) }
        }.iterator()
        listOf(
            "facade call" to least(10_000, 2_000) { assertTrue(phone.status().first().isEnrolled) },
            "facade page" to least(150, 60) { assertEquals(50, phone.findings(page).first().rows.size) },
            "facade photo in" to least(2, 11) { assertTrue(phone.addPhoto(visit, pictures.next()).width > 0) },
            "facade photo out" to least(10, 100, { out.deleteIfExists() }) { phone.savePhoto(photo, PhotoCopy.THUMBNAIL, out) },
        ).also { phone.closeAndJoin() }
    }
}
