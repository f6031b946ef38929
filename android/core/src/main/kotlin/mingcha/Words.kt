package mingcha

import mingcha.core.DisplayDate
import mingcha.core.MingchaException
import java.time.LocalDate

/** The stable code of what went wrong, in snake case: for logs and tests. */
val MingchaException.code: String get() = said.first

/** What to say of it, in Chinese. */
val MingchaException.zh: String get() = said.second

/** What to say of it, in English. */
val MingchaException.en: String get() = said.third

/** The day, to reckon with and to hand back. */
val DisplayDate.localDate: LocalDate get() = LocalDate.parse(iso)

/** Every case has the three; the tool gives them no common parent. */
private val MingchaException.said: Triple<String, String, String>
    get() = when (this) {
        is MingchaException.Refused -> Triple(code, zh, en)
        is MingchaException.OutOfDate -> Triple(code, zh, en)
        is MingchaException.NotEnrolled -> Triple(code, zh, en)
        is MingchaException.Offline -> Triple(code, zh, en)
        is MingchaException.Busy -> Triple(code, zh, en)
        is MingchaException.NoSpace -> Triple(code, zh, en)
        is MingchaException.UpdateRequired -> Triple(code, zh, en)
        is MingchaException.StoreUnusable -> Triple(code, zh, en)
        is MingchaException.Cancelled -> Triple(code, zh, en)
        is MingchaException.Defect -> Triple(code, zh, en)
    }
