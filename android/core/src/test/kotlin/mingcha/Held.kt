package mingcha

import kotlinx.coroutines.delay
import mingcha.core.FfiConverterTypeObserver
import mingcha.core.FfiConverterTypePlatform
import org.junit.jupiter.api.Assertions.assertTrue
import java.lang.management.ManagementFactory
import java.lang.management.MemoryType
import java.nio.file.Path
import javax.management.ObjectName
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readLines

/**
 * What this process holds, once what is garbage is gone: memory of the whole process and of the heap's living objects, files,
 * threads, what the seam lends the library, what it frees with the garbage, and living objects of the seam's own classes.
 */
class Held private constructor(
    private val resident: Long,
    private val heap: Long,
    private val threads: Int,
    private val counted: Map<String, Long>,
) {
    override fun toString() =
        "${resident / 1024} KB resident, ${heap / 1024} KB of living objects, $threads threads, ${counted.filterKeys { it in NAMED }}"

    /** What there is more of than before, beyond what a machine at rest does by itself. */
    fun beyond(before: Held, allowed: Allowed): List<String> = buildList {
        if (heap - before.heap > allowed.heap) add("${heap - before.heap} bytes of living objects")
        if (resident - before.resident > allowed.resident) add("${(resident - before.resident) / 1024} KB resident")
        if (threads - before.threads > 8) add("${threads - before.threads} threads")
        for ((what, number) in counted) {
            val more = number - (before.counted[what] ?: 0)
            // The JVM keeps one or another of its own.
            if (more > 3) add("$more $what")
        }
    }

    companion object {
        private const val FILES = "open files"
        private const val LENT = "lent to the library"
        private const val FREED = "jdk.internal.ref.CleanerImpl\$PhantomCleanableRef"
        private val NAMED = setOf(FILES, LENT, FREED)

        /**
         * Looks until nothing is there beyond what was held before, and gives up after a while: what is garbage goes in its own
         * time, what is not stays.
         */
        suspend fun since(before: Held?, allowed: Allowed): Held {
            var last = looked()
            repeat(20) {
                if (before != null && last.beyond(before, allowed).isEmpty()) return last
                delay(20)
                val next = looked()
                val isStill = next.counted == last.counted
                last = next
                if (before == null && isStill) return last
            }
            return last
        }

        private fun looked(): Held {
            val living = living().filterKeys { it.startsWith("mingcha.core.") || it == FREED || it == "mingcha.Mingcha" }
            val files = Path.of("/proc/self/fd").listDirectoryEntries().size.toLong()
            val lent = FfiConverterTypePlatform.handleMap.size + FfiConverterTypeObserver.handleMap.size
            // What was looked at is garbage itself by now.
            System.gc()
            return Held(
                resident = status("VmRSS") * 1024,
                heap = ManagementFactory.getMemoryPoolMXBeans().filter { it.type == MemoryType.HEAP }.sumOf { it.collectionUsage?.used ?: 0 },
                threads = status("Threads").toInt(),
                counted = living + mapOf(FILES to files, LENT to lent.toLong()),
            )
        }

        /** Living objects by class, once what is garbage was collected. */
        private fun living(): Map<String, Long> {
            val server = ManagementFactory.getPlatformMBeanServer()
            val name = ObjectName("com.sun.management:type=DiagnosticCommand")
            val none = arrayOf<Any>(emptyArray<String>())
            val said = server.invoke(name, "gcClassHistogram", none, arrayOf(Array<String>::class.java.name)) as String
            return said.lineSequence().map { it.trim().split(Regex("\\s+")) }
                .filter { it.size >= 4 && it[0].endsWith(":") }.associate { it[3] to it[1].toLong() }
        }

        private fun status(line: String): Long =
            Path.of("/proc/self/status").readLines().single { it.startsWith("$line:") }.filter(Char::isDigit).toLong()
    }
}

/** How many bytes more are no growth: of living objects, and of the whole process. */
class Allowed(val heap: Long, val resident: Long)

/** Does something so often, and fails where more is held after the second half than after the first. */
suspend fun often(what: String, times: Int, allowed: Allowed, tell: (String) -> Unit, once: suspend () -> Unit) {
    suspend fun half(before: Held?): Held {
        val begun = System.nanoTime()
        repeat(times / 2) { once() }
        val micros = (System.nanoTime() - begun) / 1000 / (times / 2)
        return Held.since(before, allowed).also { tell("$what: ${times / 2} times, $micros µs each; $it") }
    }
    val first = half(null)
    val beyond = half(first).beyond(first, allowed)
    assertTrue(beyond.isEmpty(), "$what, ${times / 2} times more, left more behind: $beyond")
}
