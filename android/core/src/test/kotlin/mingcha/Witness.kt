package mingcha

import mingcha.core.Device
import mingcha.core.DeviceInterface
import mingcha.core.Observer
import mingcha.core.Platform
import java.lang.reflect.InvocationTargetException
import java.lang.reflect.Proxy
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.atomic.AtomicInteger

/** Stands beside the library, and notes on which threads it was asked what, and on which ones it rang. */
internal class Witness : Library() {
    private val seen = ConcurrentHashMap<String, MutableSet<Thread>>()

    /** How often a job was asked to end. */
    val cancels = AtomicInteger()

    /** What was asked, and on which threads. */
    val asked: Map<String, Set<Thread>> get() = seen

    /** Opens a device, and stands beside it. */
    override fun open(folder: String, platform: Platform): DeviceInterface {
        saw("open")
        val device = Device.open(folder, platform)
        val kinds = arrayOf(DeviceInterface::class.java)
        return Proxy.newProxyInstance(javaClass.classLoader, kinds) { _, method, given ->
            saw(method.name)
            val handed = given.orEmpty().map { if (it is Observer) beside(it) else it }.toTypedArray()
            try {
                method.invoke(device, *handed)
            } catch (thrown: InvocationTargetException) {
                throw thrown.targetException
            }
        } as DeviceInterface
    }

    private fun saw(what: String) {
        seen.computeIfAbsent(what) { ConcurrentHashMap.newKeySet() } += Thread.currentThread()
    }

    private fun beside(observer: Observer) = object : Observer {
        override fun changed() {
            saw("changed")
            observer.changed()
        }
    }

    override fun <Outcome> prepared(work: Work<Outcome>) = Work(
        run = { saw("run"); work.run() },
        progress = { saw("progress"); work.progress() },
        cancel = { saw("cancel"); work.cancel(); cancels.incrementAndGet() },
        release = { saw("release"); work.release() },
    )

    companion object {
        /** All that can be asked. */
        val EVERYTHING: Set<String> = DeviceInterface::class.java.declaredMethods.filterNot { it.isSynthetic || it.name.contains('$') }
            .map { it.name }.toSet() + setOf("open", "changed", "run", "progress", "cancel", "release")
    }
}
