package mingcha

import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import mingcha.core.MingchaException
import mingcha.core.VisitMode
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.util.concurrent.Executors

/** A main thread asks, and nothing is done on it. */
class ThreadStory {
    @TempDir
    lateinit var folder: Path

    @Test
    fun `nothing that the device does runs on the thread that asks`() = runBlocking {
        val witness = Witness()
        lateinit var hardware: Hardware
        City(folder, MORNING).use { city ->
            onMain {
                val main = Thread.currentThread()
                hardware = Hardware(folder, MORNING)
                val phone = Mingcha.open(folder.resolve("phone"), hardware, witness)
                phone.enrol(city.url, city.code("--role", "inspector", "--area", "DH", "--name", "Anna"))
                phone.sync()
                val calls = EveryCall.on(phone, city, folder)
                for (call in calls.all) {
                    try { call() } catch (_: MingchaException) {}
                }
                for (work in calls.long) {
                    // Held at its beginning, until it said how far it came and was asked to end.
                    val cancels = witness.cancels.get()
                    hardware.hold()
                    val told = CompletableDeferred<Thread>()
                    val job = launch { work { told.complete(Thread.currentThread()) } }
                    assertSame(main, told.await())
                    job.cancel()
                    withTimeout(PATIENCE) { while (witness.cancels.get() == cancels) delay(5) }
                    hardware.release()
                    job.join()
                }
                phone.closeAndJoin()
                val onMain = witness.asked.filterValues { main in it }.keys
                assertEquals(emptySet<String>(), onMain, "asked on the main thread")
                assertFalse(main in hardware.threads, "the platform was asked on the main thread")
            }
        }
        assertEquals(Witness.EVERYTHING, witness.asked.keys.toSet())
        assertTrue(hardware.threads.isNotEmpty())
    }

    @Test
    fun `closing keeps nobody waiting, finishes what was called before, and is told to whoever comes after`() = runBlocking {
        City(folder, MORNING).use { city ->
            val hand = Hand.enrolled(folder, "anna", city, "inspector", MORNING)
            val visit = hand.phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            val held = hand.hardware.hold()
            onMain {
                val before = async { hand.phone.answer(visit, "W5-1", "na", "before") }
                held.await()
                hand.phone.close()
                val after = async { runCatching { hand.phone.answer(visit, "W5-2", "na", "after") } }
                val page = async { runCatching { hand.phone.tasks().first() } }
                val sync = async { runCatching { hand.phone.sync() } }
                // The main thread came this far, while the call is still under way.
                assertTrue(before.isActive)
                hand.hardware.release()
                before.await()
                for (late in listOf(after, page, sync)) {
                    val told = assertThrows<MingchaException.Cancelled> { late.await().getOrThrow() }
                    assertEquals("cancelled", told.code)
                }
            }
            hand.phone.closeAndJoin()
            hand.phone.close()
            val again = Mingcha.open(hand.below.resolve("phone"), hand.hardware)
            assertEquals(listOf("before", null), again.visit(visit).first().items.take(2).map { it.note })
            again.closeAndJoin()
        }
    }

    @Test
    fun `an opening that is cancelled in its middle leaves no file open`() = runBlocking {
        val home = folder.resolve("given-up")
        val hardware = Hardware(folder, MORNING)
        val held = hardware.hold()
        onMain {
            val opening = launch { Mingcha.open(home, hardware) }
            held.await()
            opening.cancel()
            hardware.release()
            opening.join()
            assertTrue(opening.isCancelled)
        }
        assertTrue(home.resolve("store.db").toFile().exists(), "it had begun")
        assertEquals(0, openFiles(home))
    }

    @Test
    fun `calls are taken in the order in which they were made`() = runBlocking {
        City(folder, MORNING).use { city ->
            val phone = Hand.enrolled(folder, "anna", city, "inspector", MORNING).phone
            val visit = phone.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
            onMain {
                val typed = (1..30).map { letters -> launch { phone.answer(visit, "W5-1", "na", "字".repeat(letters)) } }
                typed.forEach { it.join() }
            }
            assertEquals("字".repeat(30), phone.visit(visit).first().items.first().note)
            phone.closeAndJoin()
        }
    }

    /** Does this on a thread of its own that is called main, and is as busy as the story keeps it. */
    private suspend fun onMain(story: suspend CoroutineScope.() -> Unit) {
        Executors.newSingleThreadExecutor { Thread(it, "main") }.asCoroutineDispatcher().use { withContext(it, story) }
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
    }
}
