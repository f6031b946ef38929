package mingcha

import mingcha.core.ClockReading
import mingcha.core.Conditions
import mingcha.core.Platform
import mingcha.core.NetworkKind
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyFactory
import java.security.KeyPairGenerator
import java.security.SecureRandom
import java.security.Signature
import java.security.spec.ECGenParameterSpec
import java.security.spec.PKCS8EncodedKeySpec
import java.time.OffsetDateTime
import kotlin.io.path.createDirectories
import kotlin.io.path.exists
import kotlin.io.path.readBytes
import kotlin.io.path.writeBytes

/** A phone's hardware for stories: keys of the JVM's own making, kept in a folder beside the device's. */
class Hardware(below: Path, @Volatile var now: String) : Platform {
    private val keys = below.resolve("hardware").createDirectories()
    private val secret = kept("secret") { ByteArray(32).also(SecureRandom()::nextBytes) }

    @Volatile
    var network = NetworkKind.FREE

    init {
        if (!keys.resolve("private").exists()) {
            val pair = KeyPairGenerator.getInstance("EC").apply { initialize(ECGenParameterSpec("secp256r1")) }.generateKeyPair()
            kept("public") { pair.public.encoded }
            kept("private") { pair.private.encoded }
        }
    }

    override fun storeKey() = secret

    override fun publicKey(): ByteArray = keys.resolve("public").readBytes()

    override fun sign(message: ByteArray): ByteArray {
        val key = KeyFactory.getInstance("EC").generatePrivate(PKCS8EncodedKeySpec(keys.resolve("private").readBytes()))
        return Signature.getInstance("SHA256withECDSA").run { initSign(key); update(message); sign() }
    }

    override fun conditions() = Conditions(network, batteryLow = false, freeBytes = null)

    override fun clock(): ClockReading {
        val millis = OffsetDateTime.parse(now).toInstant().toEpochMilli()
        return ClockReading(wallMillis = millis, monotonicMillis = millis, boot = 1)
    }

    private fun kept(name: String, make: () -> ByteArray): ByteArray {
        val file = keys.resolve(name)
        if (!file.exists()) file.writeBytes(make())
        return file.readBytes()
    }
}

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
