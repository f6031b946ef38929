package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import mingcha.core.Device
import mingcha.core.MingchaException
import mingcha.core.NetworkKind
import mingcha.core.PhotoCopy
import mingcha.core.Platform
import mingcha.core.SiteQuery
import mingcha.core.VisitMode
import java.nio.file.Path
import kotlin.io.path.copyTo
import kotlin.io.path.createDirectories
import kotlin.io.path.deleteExisting
import kotlin.io.path.writeBytes
import kotlin.io.path.writeText

/** What nobody may read in an error or a log; the second half survives every encoding. */
const val CANARY = "金丝雀Zeisig"

/**
 * A process of its own that meets every kind of error while the canary stands in whatever it hands in, and prints all that
 * the errors say. Whoever started it looks for the canary in what it and the library printed.
 */
fun main(words: Array<String>) = runBlocking {
    val below = Path.of(words[0]).resolve("Zeisig").createDirectories()
    val now = words[1]
    City(below, now).use { city ->
        val hand = Hand.enrolled(below, "Zeisig-person", city, "inspector", now)
        val phone = hand.phone
        val visit = phone.startVisit("GOV-01", VisitMode.OPEN).id
        val items = phone.visit(visit).first().items

        told { phone.startVisit(CANARY, VisitMode.OPEN) }
        told { phone.startVisit("GOV-01", VisitMode.OPEN, listOf(CANARY)) }
        told { phone.visit(CANARY).first() }
        told { phone.finding(CANARY).first() }
        told { phone.score(CANARY).first() }
        told { phone.answer(visit, items[0].code, CANARY) }
        told { phone.answer(visit, CANARY, "na") }
        told { phone.raiseFinding(visit, CANARY, CANARY) }
        told { phone.raiseFinding(visit, items[0].code, CANARY, photoIds = listOf(CANARY)) }
        told { phone.feedBack(CANARY, CANARY) }
        told { phone.serveNotice(CANARY) }
        told { phone.submitRectification(CANARY, CANARY) }
        told { phone.approve(CANARY, CANARY) }
        told { phone.settle(CANARY, CANARY, CANARY, CANARY) }
        told { phone.addPhoto(visit, below.resolve("Zeisig.jpg")) }
        told { phone.addPhoto(visit, below.resolve("Zeisig.txt").apply { writeText(CANARY) }) }
        told { phone.savePhoto(CANARY, PhotoCopy.STANDARD, below.resolve("Zeisig.jpg")) }
        told { phone.exportParcel(below.resolve("Zeisig/Zeisig.parcel")) }
        told { phone.importParcel(below.resolve("Zeisig.txt")) }
        told { phone.answer(visit, items[0].code, "na", CANARY, items[1].basis) }
        told { phone.enrol(city.url, CANARY) }

        val nobody = Hardware(below.resolve("nobody").createDirectories(), now)
        val new = Mingcha.open(below.resolve("nobody/phone"), nobody)
        told { new.sites(SiteQuery(search = CANARY)).first() }
        told { new.enrol("http://127.0.0.1:1/Zeisig", "7KQM-2R8T-XW4P") }
        told { new.enrol("ftp://$CANARY", CANARY) }
        told { new.enrol(city.url, "7KQM-2R8T-XW4P") }
        new.closeAndJoin()

        hand.hardware.network = NetworkKind.UNAVAILABLE
        told { phone.sync() }
        hand.hardware.network = NetworkKind.FREE
        hand.hardware.freeBytes = 1000
        told { phone.addPhoto(visit, picture(below, 1)) }
        phone.closeAndJoin()
        told { phone.answer(visit, items[0].code, "na", CANARY) }

        val folder = hand.below.resolve("phone")
        val host = object : Platform by hand.hardware {
            override fun sign(message: ByteArray) = error(CANARY)
        }
        Device.open(folder.toString(), host).use { device -> told { device.syncJob().use { it.run() } } }
        val again = Mingcha.open(folder, hand.hardware)
        val plant = folder.resolve("planted-panic").apply { writeText(CANARY) }
        told { again.answer(visit, items[0].code, "na", CANARY) }
        told { again.sync() }
        plant.deleteExisting()
        again.closeAndJoin()
        folder.resolve("store.db").writeBytes(CANARY.repeat(5000).toByteArray())
        told { Mingcha.open(folder, hand.hardware) }

        val tomorrow = below.resolve("tomorrow").createDirectories()
        Path.of(words[2]).copyTo(tomorrow.resolve("store.db"))
        val itsKey = object : Platform by hand.hardware {
            override fun storeKey() = ByteArray(32) { 7 }
        }
        told { Mingcha.open(tomorrow, itsKey) }
    }
}

/** Prints what an error says, by every way that an app or a crash reporter would print it. */
internal suspend fun told(call: suspend () -> Unit) {
    try {
        call()
        println("Nothing was refused")
    } catch (error: MingchaException) {
        println("${error::class.simpleName} ${error.code}")
        println("${error.zh} ${error.en}")
        println("$error ${error.message} ${error.localizedMessage} ${error.cause}")
        error.printStackTrace(System.out)
    }
}
