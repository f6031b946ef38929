package mingcha

import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import mingcha.core.MingchaException
import mingcha.core.VisitMode
import java.nio.file.Path

/** A process of its own on a folder that another one has open: it starts a visit, and does what it is told line by line. */
fun main(words: Array<String>) = runBlocking {
    val (below, now) = words
    val phone = Mingcha.open(Path.of(below).resolve("phone"), Hardware(Path.of(below), now))
    val visit = phone.startVisit("GOV-01", VisitMode.OPEN).id
    println("visit $visit")
    for (line in generateSequence(::readLine).takeWhile { it != "end" }) {
        if (line == "sync") {
            println("synced ${synced(phone)}")
        } else {
            for (time in 1..5) phone.answer(visit, line.removePrefix("answer "), "na", "there $time")
            println("answered")
        }
    }
    phone.closeAndJoin()
}

/** A sync, once no other one is under way. Gives what still waits. */
suspend fun synced(phone: Mingcha): Int {
    while (true) {
        try {
            return phone.sync().waitingCount
        } catch (_: MingchaException.Busy) {
            delay(50)
        }
    }
}
