package mingcha

import app.cash.turbine.test
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import mingcha.core.Device
import mingcha.core.Platform
import mingcha.core.MingchaException
import mingcha.core.Observer
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.io.TempDir
import java.net.ServerSocket
import java.nio.file.Path
import java.util.concurrent.CountDownLatch

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
            assertEquals(0, synced(phone))
            phone.close()
        }
    }

    /** The cancelled sync may still be giving up the dead line; one sync runs at a time. */
    private suspend fun synced(phone: Mingcha): Int {
        while (true) {
            try {
                return phone.sync().waiting
            } catch (busy: MingchaException.Busy) {
                delay(50)
            }
        }
    }

    @Test
    fun `who opens the same folder again sees and hears what the other does`() = runBlocking {
        City(folder, MORNING).use { city ->
            val (one, hardware) = enrolled(city)
            Mingcha.open(phoneFolder, hardware).use { other ->
                other.tasks().test {
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
