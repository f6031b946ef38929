package mingcha

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import mingcha.core.MingchaException

/** Which pages wait for a busy device. Tells the reason of the one that waits longest, once and not at every attempt. */
internal class WaitingPages {
    private val reasons = LinkedHashMap<Any, MingchaException.Busy>()
    private val longest = MutableStateFlow<MingchaException.Busy?>(null)
    val why: StateFlow<MingchaException.Busy?> = longest.asStateFlow()

    @Synchronized
    fun add(page: Any, reason: MingchaException.Busy): Any {
        reasons[page] = reason
        tell()
        return page
    }

    @Synchronized
    fun remove(page: Any) {
        reasons.remove(page)
        tell()
    }

    private fun tell() {
        val reason = reasons.values.firstOrNull()
        if (reason?.code != longest.value?.code) longest.value = reason
    }
}
