package mingcha

import app.cash.turbine.test
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import mingcha.core.Device
import mingcha.core.MingchaException
import mingcha.core.Observer
import mingcha.core.Platform
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.net.ServerSocket
import java.nio.file.Path
import java.util.concurrent.CountDownLatch
import kotlin.io.path.deleteExisting
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readSymbolicLink
import kotlin.io.path.writeText

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
            val visit = phone.startVisit("GOV-01", "open").id
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
            assertEquals(0, phone.sync().waiting)
            phone.close()
        }
    }

    @Test
    fun `every call may be cancelled at any moment, and the next one goes on`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, _) = enrolled(city)
            val visit = phone.startVisit("GOV-01", "open", listOf("W5")).id
            phone.answer(visit, "W5-1", "na", "kept")
            val finding = phone.raiseFinding(visit, "W5-3", "坡道堵死").id
            val photo = picture(folder, 7)
            val calls = listOf<suspend () -> Any>(
                { phone.status().first() }, { phone.sites().first() }, { phone.tasks().first() }, { phone.visit(visit).first() },
                { phone.findings().first() }, { phone.finding(finding).first() }, { phone.score(visit).first() },
                { phone.attention().first() }, { phone.recheckDay("2026-03-02") }, { phone.workday("2026-03-02", 3) },
                { phone.startVisit("GOV-01", "open") }, { phone.answer(visit, "W5-2", "na") }, { phone.addPhoto(visit, photo) },
                { phone.savePhoto("none", "standard", folder.resolve("copy.jpg")) }, { phone.raiseFinding(visit, "W5-4", "坡道堵死") },
                { phone.feedBack(finding, "清理坡道") }, { phone.serveNotice(finding) }, { phone.submitRectification(finding, "已清理") },
                { phone.approve("none") }, { phone.sendBack("none", "看不清") }, { phone.recheck(finding, "pass") },
                { phone.proposeAgain("none") }, { phone.letGo("none") }, { phone.settle("none", "none", "照片里有") },
                { phone.markOverruledSeen() }, { phone.enrol(city.url, "7KQM-2R8T-XW4P") }, { phone.sync() },
                { phone.suspendDevice() }, { Mingcha.open(phoneFolder, Hardware(folder, MORNING)).close() }, { phone.submitVisit(visit) },
            )
            for (pause in listOf(0L, 1L, 5L)) {
                for (call in calls) {
                    val job = launch(Dispatchers.Default) { runCatching { call() }.onFailure { if (it !is MingchaException) throw it } }
                    delay(pause)
                    job.cancelAndJoin()
                }
            }
            assertEquals("kept", phone.visit(visit).first().items.single { it.code == "W5-1" }.note)
            assertEquals(0, synced(phone))
            phone.close()
        }
    }

    @Test
    fun `an opening that is cancelled leaves no file open`() = runBlocking {
        val home = folder.resolve("given-up")
        val hardware = Hardware(folder, MORNING)
        repeat(30) { pause ->
            val opening = launch(Dispatchers.Default) { Mingcha.open(home, hardware).close() }
            delay(pause.toLong())
            opening.cancelAndJoin()
        }
        assertEquals(0, openFiles(home))
    }

    private fun openFiles(below: Path): Int = Path.of("/proc/self/fd").listDirectoryEntries()
        .count { fd -> runCatching { fd.readSymbolicLink().startsWith(below.toRealPath()) }.getOrDefault(false) }

    @Test
    fun `a sync that is cancelled while nobody answers returns at once, and the next one goes on`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, _) = enrolled(city)
            phone.startVisit("GOV-01", "open")
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
                sync.cancelAndJoin()
                assertTrue(phone.status().first().waiting > 0, "screens go on")
                answering.interrupt()
            }
            city.serve()
            // The cancelled one may still be giving up the dead line.
            assertEquals(0, synced(phone))
            phone.close()
        }
    }

    @Test
    fun `who opens the same folder again sees and hears what the other does`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (one, hardware) = enrolled(city)
            Mingcha.open(phoneFolder, hardware).use { other ->
                other.tasks().test(PATIENCE) {
                    assertTrue(awaitItem().rows.isEmpty())
                    val visit = one.startVisit("GOV-01", "open").id
                    assertEquals(visit, awaitItem().rows.single().visitId)
                    cancelAndIgnoreRemainingEvents()
                }
            }
            one.suspendDevice()
            assertFalse(one.tasks().first().rows.isEmpty())
            one.close()
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
            assertEquals(0, phone.status().first().waiting)
            phone.close()
        }
    }

    @Test
    fun `closed in the middle of a sync it ends with what was said kept, and so do its pages`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            val visit = phone.startVisit("GOV-01", "open").id
            city.close()
            val address = city.url.removePrefix("http://").split(':')
            ServerSocket(address[1].toInt(), 1, java.net.InetAddress.getByName(address[0])).use { silent ->
                val sync = async(Dispatchers.Default) { runCatching { phone.sync() } }
                val line = withContext(Dispatchers.IO) { silent.accept() }
                val pages = async(Dispatchers.Default) { runCatching { phone.tasks().collect {} } }
                phone.close()
                line.close()
                assertTrue(sync.await().exceptionOrNull() is MingchaException, "${sync.await()}")
                assertTrue(pages.await().exceptionOrNull() is MingchaException.Cancelled, "${pages.await()}")
                assertThrows<MingchaException.Cancelled> { runBlocking { phone.answer(visit, "W5-3", "na") } }
            }
            city.serve()
            val again = Mingcha.open(phoneFolder, hardware)
            assertEquals(visit, again.tasks().first().rows.single().visitId)
            assertEquals(0, synced(again))
            again.close()
        }
    }

    @Test
    fun `suspended it goes on with the next call, and a page waits while the keys are locked`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            val visit = phone.startVisit("GOV-01", "open").id
            assertTrue(openFiles(phoneFolder) > 0)
            phone.suspendDevice()
            assertEquals(0, openFiles(phoneFolder))
            hardware.isLocked = true
            assertThrows<MingchaException.Busy> { runBlocking { phone.answer(visit, "W5-3", "na") } }
            val refused = hardware.refusals.get()
            phone.tasks().test(PATIENCE) {
                while (hardware.refusals.get() == refused) delay(10)
                expectNoEvents()
                hardware.isLocked = false
                assertEquals(visit, awaitItem().rows.single().visitId)
                phone.suspendDevice()
                phone.submitVisit(visit)
                assertTrue(awaitItem().rows.isEmpty())
                cancelAndIgnoreRemainingEvents()
            }
            phone.close()
        }
    }

    @Test
    fun `a panic inside is an error outside, says nothing of anybody, and the next call goes on`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, _) = enrolled(city)
            val visit = phone.startVisit("GOV-01", "open").id
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
            assertEquals(0, phone.sync().waiting)
            phone.close()
        }
    }

    @Test
    fun `nothing that the device does runs on the thread that asks`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            val visit = phone.startVisit("GOV-01", "open").id
            phone.visit(visit).first()
            phone.submitVisit(visit)
            phone.sync()
            phone.suspendDevice()
            assertTrue(hardware.threads.isNotEmpty())
            assertFalse(Thread.currentThread() in hardware.threads)
            phone.close()
        }
    }

    @Test
    fun `an observer and a signer that throw harm nothing, and nothing of what they threw is told`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (phone, hardware) = enrolled(city)
            phone.close()
            var throws = true
            val host = object : Platform by hardware {
                override fun sign(message: ByteArray): ByteArray =
                    if (throws) error("金丝雀 in a stack trace") else hardware.sign(message)
            }
            Device.open(phoneFolder.toString(), host).use { device ->
                device.observe(object : Observer {
                    override fun changed() = error("金丝雀")
                })
                device.startVisit("GOV-01", "open")
                val locked = assertThrows<MingchaException.Busy> { device.syncJob().use { it.run() } }
                assertEquals("keys_locked", locked.code)
                assertFalse("$locked ${locked.message} ${locked.stackTraceToString()}".contains("金丝雀"))
                throws = false
                assertEquals(0, device.syncJob().use { it.run() }.waiting)
            }
        }
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
    }
}
