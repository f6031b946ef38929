package mingcha

import app.cash.turbine.test
import app.cash.turbine.turbineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.collect
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeout
import mingcha.core.Device
import mingcha.core.MingchaException
import mingcha.core.Observer
import mingcha.core.Platform
import mingcha.core.VisitMode
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.net.ServerSocket
import java.nio.file.Path
import java.util.concurrent.CountDownLatch
import kotlin.io.path.deleteExisting
import kotlin.io.path.writeText
import kotlin.time.Duration.Companion.minutes

/** Hands that throw, cancel, close and open twice. */
class HandsStory {
    @TempDir
    lateinit var folder: Path

    private val phoneFolder get() = folder.resolve("phone")

    private suspend fun enrolled(city: City): Pair<Mingcha, Hardware> {
        val hardware = Hardware(folder, MORNING)
        val phone = Mingcha.open(phoneFolder, hardware)
        phone.enrol(city.url, city.code("--role", "inspector", "--area", "DH", "--name", "Anna"))
        phone.sync()
        return phone to hardware
    }

    @Test
    fun `cancelling every call loses nothing that was acknowledged and leaves no lock`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, _) = enrolled(city)
            val visit = phone.startVisit("GOV-01", VisitMode.OPEN).id
            val items = phone.visit(visit).first().items
            val acknowledged = mutableMapOf<String, String>()
            items.take(5).forEachIndexed { number, item ->
                val job = launch(Dispatchers.Default) {
                    phone.answer(visit, item.code, item.choices.first().value, "note $number", item.basis)
                    synchronized(acknowledged) { acknowledged[item.code] = "note $number" }
                }
                if (number % 2 == 0) job.cancelAndJoin() else job.join()
            }
            assertTrue(acknowledged.size >= 2, "those that nobody cancelled")
            val saved = phone.visit(visit).first().items.associate { it.code to it.note }
            acknowledged.forEach { (item, note) -> assertEquals(note, saved[item]) }
            assertEquals(0, phone.sync().waitingCount)
            phone.closeAndJoin()
        }
    }

    @Test
    fun `every call may be cancelled at any moment, and the next one goes on`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            val every = EveryCall.on(phone, city, folder)
            val calls = every.all + suspend { every.collected() } +
                suspend { Mingcha.open(phoneFolder, hardware).closeAndJoin() }
            for (pause in listOf(0L, 1L, 5L)) {
                for (call in calls) {
                    val job = launch(Dispatchers.Default) {
                        try { call() } catch (_: MingchaException) { /* Refused: it returned all the same. */ }
                    }
                    delay(pause)
                    job.cancelAndJoin()
                }
            }
            assertEquals("kept", every.kept())
            assertEquals(0, phone.sync().waitingCount)
            phone.closeAndJoin()
            // An opening that was cancelled while it closed goes on closing.
            withTimeout(PATIENCE) { while (openFiles(phoneFolder) > 0) delay(10) }
        }
    }

    @Test
    fun `a sync that is cancelled while nobody answers returns at once, and the next one goes on`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, _) = enrolled(city)
            phone.startVisit("GOV-01", VisitMode.OPEN)
            city.close()
            // Somebody listens at the city's address, takes the letter, and says nothing.
            val address = city.url.removePrefix("http://").split(':')
            ServerSocket(address[1].toInt(), 1, java.net.InetAddress.getByName(address[0])).use { silent ->
                val knocked = CountDownLatch(1)
                val answering = Thread { runCatching { silent.accept().use { knocked.countDown(); Thread.sleep(Long.MAX_VALUE) } } }
                answering.isDaemon = true
                answering.start()
                val sync = launch(Dispatchers.Default) { phone.sync() }
                while (knocked.count > 0) delay(10)
                // Half of what a dead line takes to be given up by itself.
                withTimeout(1.minutes) { sync.cancelAndJoin() }
                assertTrue(phone.status().first().waitingCount > 0, "screens go on")
                answering.interrupt()
            }
            city.serve()
            // The cancelled one is over, so that this one is not refused as a second one.
            assertEquals(0, phone.sync().waitingCount)
            phone.closeAndJoin()
        }
    }

    @Test
    fun `who opens the same folder again sees and hears what the other does`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (one, hardware) = enrolled(city)
            val other = Mingcha.open(phoneFolder, hardware)
            other.tasks().test(PATIENCE) {
                assertTrue(awaitItem().rows.isEmpty())
                val visit = one.startVisit("GOV-01", VisitMode.OPEN).id
                assertEquals(visit, awaitItem().rows.single().visitId)
                cancelAndIgnoreRemainingEvents()
            }
            other.closeAndJoin()
            one.suspendDevice()
            assertFalse(one.tasks().first().rows.isEmpty())
            one.closeAndJoin()
            assertThrows<MingchaException.Cancelled> { runBlocking { one.tasks().first() } }
            Unit
        }
    }

    @Test
    fun `another process on the same folder is the same device, and both keep what they were told is saved`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, _) = enrolled(city)
            OtherProcess("mingcha.SecondProcessKt", folder, MORNING).use { other ->
                val visit = other.next().also { assertEquals("visit", it.first) }.second
                assertEquals(visit, phone.tasks().first().rows.single().visitId)
                val items = phone.visit(visit).first().items
                other.say("answer ${items[1].code}")
                for (time in 1..5) phone.answer(visit, items[0].code, "na", "here $time")
                assertEquals("answered", other.next().first)
                val notes = phone.visit(visit).first().items.map { it.note }
                assertEquals(listOf("here 5", "there 5"), notes.take(2))
                // One sync at a time; whoever comes second is told to ask again.
                other.say("sync")
                assertEquals(0, synced(phone))
                assertEquals("synced" to "0", other.next())
                other.say("end")
                other.end()
            }
            assertEquals(0, phone.status().first().waitingCount)
            phone.closeAndJoin()
        }
    }

    @Test
    fun `closed in the middle of a sync it ends with what was said kept, and so do its pages`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            val visit = phone.startVisit("GOV-01", VisitMode.OPEN).id
            city.close()
            val address = city.url.removePrefix("http://").split(':')
            ServerSocket(address[1].toInt(), 1, java.net.InetAddress.getByName(address[0])).use { silent ->
                val sync = async(Dispatchers.Default) { runCatching { phone.sync() } }
                val line = withContext(Dispatchers.IO) { silent.accept() }
                val pages = async(Dispatchers.Default) { runCatching { phone.tasks().collect {} } }
                phone.closeAndJoin()
                line.close()
                assertTrue(sync.await().exceptionOrNull() is MingchaException.Cancelled, "${sync.await()}")
                assertTrue(pages.await().exceptionOrNull() is MingchaException.Cancelled, "${pages.await()}")
                assertThrows<MingchaException.Cancelled> { runBlocking { phone.answer(visit, "W5-3", "na") } }
            }
            city.serve()
            val again = Mingcha.open(phoneFolder, hardware)
            assertEquals(visit, again.tasks().first().rows.single().visitId)
            assertEquals(0, synced(again))
            again.closeAndJoin()
        }
    }

    @Test
    fun `suspended it goes on with the next call, and pages wait while the keys are locked and say why`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            val visit = phone.startVisit("GOV-01", VisitMode.OPEN).id
            assertTrue(openFiles(phoneFolder) > 0)
            phone.suspendDevice()
            assertEquals(0, openFiles(phoneFolder))
            hardware.isLocked = true
            assertThrows<MingchaException.Busy> { runBlocking { phone.answer(visit, "W5-3", "na") } }
            assertNull(phone.waiting.value, "a call does not wait")
            turbineScope(PATIENCE) {
                val waiting = phone.waiting.testIn(this)
                assertNull(waiting.awaitItem())
                val tasks = phone.tasks().testIn(this)
                val why = waiting.awaitItem()!!
                assertEquals(listOf("keys_locked", "本机密钥暂不可用，请解锁手机后再试"), listOf(why.code, why.zh))
                val badges = phone.status().testIn(this)
                val refused = hardware.refusals.get()
                // Some attempts later it is said once, and both wait.
                while (hardware.refusals.get() < refused + 4) delay(10)
                waiting.expectNoEvents()
                tasks.expectNoEvents()
                badges.cancelAndIgnoreRemainingEvents()
                hardware.isLocked = false
                assertEquals(visit, tasks.awaitItem().rows.single().visitId)
                assertNull(waiting.awaitItem())
                phone.suspendDevice()
                phone.submitVisit(visit)
                assertTrue(tasks.awaitItem().rows.isEmpty())
                waiting.expectNoEvents()
                tasks.cancelAndIgnoreRemainingEvents()
                waiting.cancelAndIgnoreRemainingEvents()
            }
            phone.closeAndJoin()
        }
    }

    @Test
    fun `a page that is given up while it waits waits no more, and so does one whose device is closed`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            phone.suspendDevice()
            hardware.isLocked = true
            val page = launch { phone.tasks().collect() }
            assertEquals("keys_locked", phone.waiting.filterNotNull().first().code)
            page.cancelAndJoin()
            phone.waiting.first { it == null }
            val closed = async { runCatching { phone.status().first() } }
            phone.waiting.filterNotNull().first()
            phone.close()
            assertThrows<MingchaException.Cancelled> { runBlocking { closed.await().getOrThrow() } }
            phone.waiting.first { it == null }
            phone.closeAndJoin()
        }
    }

    @Test
    fun `a panic inside is an error outside, says nothing of anybody, and the next call goes on`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, _) = enrolled(city)
            val visit = phone.startVisit("GOV-01", VisitMode.OPEN).id
            val plant = phoneFolder.resolve("planted-panic").apply { writeText("金丝雀") }
            val errors = listOf<suspend () -> Any>(
                { phone.tasks().first() }, { phone.answer(visit, "W5-3", "na") }, { phone.sync() },
            ).map { call -> assertThrows<MingchaException.Defect> { runBlocking { call() } } }
            for (error in errors) {
                assertEquals("panicked", error.code)
                assertFalse("$error ${error.message} ${error.stackTraceToString()}".contains("金丝雀"))
            }
            plant.deleteExisting()
            phone.answer(visit, "W5-3", "na")
            assertEquals(0, phone.sync().waitingCount)
            phone.closeAndJoin()
        }
    }

    @Test
    fun `an observer and a signer that throw harm nothing, and nothing of what they threw is told`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            phone.closeAndJoin()
            var throws = true
            val host = object : Platform by hardware {
                override fun sign(message: ByteArray): ByteArray =
                    if (throws) error("金丝雀 in a stack trace") else hardware.sign(message)
            }
            Device.open(phoneFolder.toString(), host).use { device ->
                device.observe(object : Observer {
                    override fun changed() = error("金丝雀")
                })
                device.startVisit("GOV-01", VisitMode.OPEN)
                val locked = assertThrows<MingchaException.Busy> { device.syncJob().use { it.run() } }
                assertEquals("keys_locked", locked.code)
                assertFalse("$locked ${locked.message} ${locked.stackTraceToString()}".contains("金丝雀"))
                throws = false
                assertEquals(0, device.syncJob().use { it.run() }.waitingCount)
            }
        }
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
    }
}
