package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import mingcha.core.Platform
import mingcha.core.VisitMode
import java.nio.file.Path
import kotlin.io.path.createDirectories

/** What a JVM throws where an app has a defect: no exception that anybody catches, and the canary in it. */
private val ERRORS = listOf<() -> Throwable>(
    { AssertionError(CANARY) }, { StackOverflowError(CANARY) }, { OutOfMemoryError(CANARY) }, { NoSuchMethodError(CANARY) },
    { IllegalStateException(CANARY, Error(CANARY)) },
)

/** A process of its own whose platform throws such things, one method after the other, and which prints what it is told. */
fun main(words: Array<String>) = runBlocking {
    val below = Path.of(words[0])
    val now = words[1]
    City(below, now).use { city ->
        val hand = Hand.enrolled(below, "anna", city, "inspector", now)
        hand.phone.closeAndJoin()
        var broken = ""
        var thrown = 0
        fun <T> instead(method: String, answer: () -> T): T =
            if (method == broken) throw ERRORS[thrown++ % ERRORS.size]() else answer()
        val platform = object : Platform {
            override fun storeKey() = instead("storeKey", hand.hardware::storeKey)
            override fun publicKey() = instead("publicKey", hand.hardware::publicKey)
            override fun sign(message: ByteArray) = instead("sign") { hand.hardware.sign(message) }
            override fun conditions() = instead("conditions", hand.hardware::conditions)
            override fun clock() = instead("clock", hand.hardware::clock)
        }
        val folder = hand.below.createDirectories().resolve("phone")
        for (method in listOf("storeKey", "publicKey")) {
            broken = method
            for (time in ERRORS) told { Mingcha.open(folder, platform) }
        }
        broken = ""
        val phone = Mingcha.open(folder, platform)
        broken = "sign"
        for (time in ERRORS) {
            phone.startVisit("GOV-01", VisitMode.OPEN)
            told { phone.sync() }
        }
        // A phone that does not say what network and time it has goes on without.
        for (method in listOf("conditions", "clock")) {
            broken = method
            for (time in ERRORS) phone.status().first()
            phone.sync()
            println("Went on without $method")
        }
        println("Threw $thrown")
        phone.closeAndJoin()
    }
}
