package mingcha

import kotlinx.coroutines.Dispatchers
import mingcha.core.Device
import mingcha.core.DeviceInterface
import mingcha.core.JobProgress
import mingcha.core.MingchaException
import mingcha.core.ParcelJob
import mingcha.core.Platform
import mingcha.core.SyncJob
import java.nio.charset.CharacterCodingException
import kotlin.coroutines.cancellation.CancellationException

/**
 * Where a device is asked, which is never the caller's thread. Each is a view of [Dispatchers.IO], whose views have threads
 * of their own beyond those that an app shares.
 */
internal class Lanes {
    /** One call after the other, in order, as the device takes them. */
    val calls = Dispatchers.IO.limitedParallelism(1, "mingcha calls")

    /** Long work, which waits for minutes and keeps no call waiting. */
    val work = Dispatchers.IO.limitedParallelism(8, "mingcha work")

    /** What never waits for long, and must not wait for work: how far it has come, that it should end, that all should end. */
    val signals = Dispatchers.IO.limitedParallelism(1, "mingcha signals")
}

/** The library, which opens devices and does their long work. A story stands beside it and looks on. */
internal open class Library {
    open fun open(folder: String, platform: Platform): DeviceInterface = Device.open(folder, platform)

    open fun <Outcome> prepared(work: Work<Outcome>): Work<Outcome> = work
}

/** Long work of a device, whichever it is. */
internal class Work<Outcome>(
    val run: () -> Outcome,
    val progress: () -> JobProgress,
    val cancel: () -> Unit,
    val release: () -> Unit,
)

internal fun SyncJob.work() = Work(::run, ::progress, ::cancel, ::close)

internal fun ParcelJob.work() = Work(::run, ::progress, ::cancel, ::close)

/** Whatever the seam itself refuses is told as one of the device's own errors. */
internal inline fun <T> known(ask: () -> T): T = try {
    ask()
} catch (error: MingchaException) {
    throw error
} catch (error: CancellationException) {
    throw error
} catch (_: CharacterCodingException) {
    throw MingchaException.Refused("malformed", "文字里有残缺的字符，请重新输入", "the text has half a character in it: type it again")
} catch (_: Exception) {
    throw MingchaException.Defect("seam", "应用内部出错，请重试", "something went wrong inside; try again")
}
