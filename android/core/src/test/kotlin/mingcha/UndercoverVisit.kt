package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import mingcha.core.NetworkKind
import mingcha.core.VisitMode
import java.nio.file.Path

/**
 * A process of its own that makes an undercover visit without signal, and says line by line what it was told is saved.
 * It never ends by itself: whoever started it kills it.
 */
fun main(words: Array<String>) = runBlocking<Unit> {
    val (below, now) = words
    val hardware = Hardware(Path.of(below), now).apply { network = NetworkKind.UNAVAILABLE }
    val phone = Mingcha.open(Path.of(below).resolve("phone"), hardware)
    val visit = phone.startVisit("GOV-01", VisitMode.UNDERCOVER, listOf("W5")).id
    println("visit $visit")
    val photo = phone.addPhoto(visit, picture(Path.of(below), 1), "W5-3").id
    println("photo $photo")
    phone.addPhoto(visit, picture(Path.of(below), 2))
    println("photo another")
    val item = phone.visit(visit).first().items.single { it.code == "W5-3" }
    phone.answer(visit, item.code, "no", "坡道被电动车占用", item.basis)
    println("answer")
    val finding = phone.raiseFinding(visit, item.code, "坡道堵死", photoIds = listOf(photo)).id
    println("finding $finding")
    Thread.sleep(Long.MAX_VALUE)
}
