package mingcha

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import mingcha.core.ClockReading
import mingcha.core.Conditions
import mingcha.core.NetworkKind
import mingcha.core.Platform
import mingcha.core.PlatformFault
import org.junit.jupiter.api.Assertions.assertEquals
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.SecureRandom
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.time.OffsetDateTime
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.io.path.createDirectories
import kotlin.io.path.exists
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readBytes
import kotlin.io.path.readSymbolicLink
import kotlin.io.path.writeBytes
import kotlin.time.Duration.Companion.minutes

/** How long a story waits for a page that must come: a busy machine is no reason to fail. */
val PATIENCE = 2.minutes

/** A phone's hardware for stories: keys of the JVM's own making, kept in a folder beside the device's. */
class Hardware(below: Path, @Volatile var now: String) : Platform {
    private val keys = below.resolve("hardware").createDirectories()
    private val secret = kept("secret") { ByteArray(32).also(SecureRandom()::nextBytes) }

    @Volatile
    var network = NetworkKind.FREE

    /** The phone's keys are locked away, as after a restart. */
    @Volatile
    var isLocked = false

    /** Bytes that the system says are free. */
    @Volatile
    var freeBytes: Long? = null

    /** Every thread that asked for something: those that calls ran on. */
    val threads: MutableSet<Thread> = ConcurrentHashMap.newKeySet()

    @Volatile
    private var holding: CountDownLatch? = null
    private var held = CompletableDeferred<Unit>()

    init {
        if (!keys.resolve("private").exists()) {
            val pair = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
            kept("public") { pair.public.encoded }
            kept("private") { pair.private.encoded }
        }
    }

    /** How often it was asked for its keys while they were locked. */
    val refusals = AtomicInteger()

    /** Keeps whoever asks for something waiting until it is released; says when somebody does. */
    fun hold(): Deferred<Unit> {
        held = CompletableDeferred()
        holding = CountDownLatch(1)
        return held
    }

    fun release() {
        holding.also { holding = null }?.countDown()
    }

    private fun asked() {
        threads += Thread.currentThread()
        holding?.let {
            held.complete(Unit)
            it.await()
        }
    }

    override fun storeKey(): ByteArray {
        asked()
        if (!isLocked) return secret
        refusals.incrementAndGet()
        throw PlatformFault.NotNow()
    }

    override fun publicKey(): ByteArray {
        asked()
        return keys.resolve("public").readBytes()
    }

    override fun sign(message: ByteArray): ByteArray {
        asked()
        val key = KeyFactory.getInstance("EC").generatePrivate(PKCS8EncodedKeySpec(keys.resolve("private").readBytes()))
        return Signature.getInstance("SHA256withECDSA").run { initSign(key); update(message); sign() }
    }

    override fun conditions(): Conditions {
        asked()
        return Conditions(network, isBatteryLow = false, freeBytes)
    }

    override fun clock(): ClockReading {
        asked()
        val millis = OffsetDateTime.parse(now).toInstant().toEpochMilli()
        return ClockReading(wallMillis = millis, monotonicMillis = millis, boot = 1)
    }

    private fun kept(name: String, make: () -> ByteArray): ByteArray {
        val file = keys.resolve(name)
        if (!file.exists()) file.writeBytes(make())
        return file.readBytes()
    }
}

/** Somebody with a phone of their own. */
class Hand(val below: Path, val hardware: Hardware, val phone: Mingcha, val person: String) {
    companion object {
        /** Somebody who was let in, with a phone that met the city: contacts of the unit of `GOV-01`, others of the area `DH`. */
        suspend fun enrolled(below: Path, name: String, city: City, role: String, now: String): Hand {
            val own = below.resolve(name).createDirectories()
            val hardware = Hardware(own, now)
            val phone = Mingcha.open(own.resolve("phone"), hardware)
            val place = if (role == "contact") arrayOf("--unit", "MC-GOV") else arrayOf("--area", "DH")
            val guest = city.guest("--role", role, *place, "--name", name)
            assertEquals(role, phone.enrol(city.url, guest.code).role?.code)
            phone.sync()
            return Hand(own, hardware, phone, guest.person)
        }
    }
}

/** A JVM of its own that runs a program of these stories; killed with -9 when it is closed. */
class OtherProcess(program: String, vararg words: Any) : AutoCloseable {
    private val child: Process

    init {
        val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
        val settings = listOf("jna.library.path", "mingcha.programs").map { "-D$it=${System.getProperty(it)}" }
        val command = listOf(java) + settings + listOf("-cp", System.getProperty("java.class.path"), program) + words.map(Any::toString)
        // What the library prints is looked at as well.
        child = ProcessBuilder(command).redirectErrorStream(true).start()
    }

    private val lines = child.inputStream.bufferedReader()

    /** The next line that it prints, as its first word and the rest. */
    fun next(): Pair<String, String> {
        val line = lines.readLine() ?: error("the process ended")
        return line.substringBefore(' ') to line.substringAfter(' ', "")
    }

    /** Tells it something. */
    fun say(word: String) {
        child.outputStream.write("$word\n".toByteArray())
        child.outputStream.flush()
    }

    /** Everything else that it prints until it ends, which it must do well. */
    fun end(): String = lines.readText().also { check(child.waitFor() == 0) { it } }

    override fun close() {
        child.destroyForcibly().waitFor()
    }
}

/** Files below this folder that this process holds open. */
fun openFiles(below: Path): Int = Path.of("/proc/self/fd").listDirectoryEntries()
    .count { fd -> runCatching { fd.readSymbolicLink().startsWith(below.toRealPath()) }.getOrDefault(false) }

/** Draws a picture of its own for each number, as JPEG. */
fun picture(below: Path, number: Int): Path {
    val image = java.awt.image.BufferedImage(320, 240, java.awt.image.BufferedImage.TYPE_INT_RGB)
    for (x in 0 until 320) for (y in 0 until 240) {
        image.setRGB(x, y, ((x + number * 37) % 256 shl 16) or (y shl 8) or ((x * y + number) % 256))
    }
    val file = below.resolve("picture-$number.jpg")
    Files.newOutputStream(file).use { javax.imageio.ImageIO.write(image, "jpg", it) }
    return file
}
