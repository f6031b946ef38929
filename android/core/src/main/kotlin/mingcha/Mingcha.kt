package mingcha

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.job
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import mingcha.core.AttentionPage
import mingcha.core.BlurredPart
import mingcha.core.DeviceInterface
import mingcha.core.DeviceStatus
import mingcha.core.FindingDetail
import mingcha.core.FindingPage
import mingcha.core.FindingQuery
import mingcha.core.JobProgress
import mingcha.core.MingchaException
import mingcha.core.Observer
import mingcha.core.ParcelOutcome
import mingcha.core.PhotoCopy
import mingcha.core.Platform
import mingcha.core.RaisedFinding
import mingcha.core.RecheckResult
import mingcha.core.ReckonedDay
import mingcha.core.ScorePage
import mingcha.core.Severity
import mingcha.core.SitePage
import mingcha.core.SiteQuery
import mingcha.core.StartedVisit
import mingcha.core.SubmittedVisit
import mingcha.core.SyncOutcome
import mingcha.core.TakenPhoto
import mingcha.core.TaskPage
import mingcha.core.VisitForm
import mingcha.core.VisitMode
import java.nio.file.Path
import java.time.Instant
import java.time.LocalDate
import kotlin.coroutines.cancellation.CancellationException
import kotlin.time.Duration.Companion.milliseconds

/**
 * One device, for coroutines.
 *
 * What screens show is a [Flow] of pages. It is cold: nothing is asked before it is collected, and each collector asks for
 * itself. It gives its page at once, and again whenever something that this process changed made it another one; changes
 * that come while a collector is busy are one. It never completes: it ends with its collector, or with a
 * [MingchaException]. Where the device is busy it waits until it is not, and [waiting] says why.
 *
 * What a person does is a `suspend` function: when it returns, its effect is durable; when it throws, nothing was changed.
 * Calls are taken one after the other, in the order in which they were made. Whatever fails throws a [MingchaException],
 * each case a decision for the app, with [code], [zh] and [en] to show and to log; nothing of what a person wrote is in it.
 *
 * Nothing runs on the caller's thread, so that everything may be called on the main thread. Cancelling a coroutine never
 * undoes or loses anything: a call that has begun is finished, and only its answer is dropped.
 *
 * Many functions take a `basis`. It is what a person had before their eyes when they decided: the `basis` of the page, or
 * of the row of it, that they decided on. What somebody else said meanwhile is then not overwritten unseen; both stand, and
 * [attention] tells. Null says that the person saw everything that is here by now. A basis of something else throws
 * [MingchaException.OutOfDate]: show the page as it is now, and let the person decide again.
 */
class Mingcha private constructor(
    private val library: Library,
    private val device: DeviceInterface,
    private val lanes: Lanes,
) : AutoCloseable {
    private val scope = CoroutineScope(SupervisorJob())
    private val changes = MutableSharedFlow<Unit>(extraBufferCapacity = 1, onBufferOverflow = BufferOverflow.DROP_OLDEST)
    private val waitingPages = WaitingPages()

    /** Beside all calls: what it ends must not have to end first. */
    private val closing = scope.launch(lanes.signals, CoroutineStart.LAZY) {
        // The handle goes with the garbage: a call that comes too late gets an answer instead of a crash.
        device.shut()
        changes.tryEmit(Unit)
    }

    init {
        device.observe(Ear(changes))
    }

    /** Holds no device: what the library holds may go with it. */
    private class Ear(private val changes: MutableSharedFlow<Unit>) : Observer {
        override fun changed() {
            changes.tryEmit(Unit)
        }
    }

    companion object {
        private val PROGRESS_EVERY = 100.milliseconds
        private val BUSY_FOR = 250.milliseconds

        /**
         * Opens the device in this folder, which is made when it is not there; an empty folder is a new device.
         *
         * A folder may be opened more than once, by a worker beside a screen: each opening hears what the others change. Every
         * opening is closed by [close] or [closeAndJoin]. Cancelled, it leaves nothing open.
         *
         * @param platform what the app lends: keys, and what it knows of the moment. Whatever it throws beside
         *   `PlatformFault` means "not now", and is told nobody.
         */
        suspend fun open(folder: Path, platform: Platform): Mingcha = open(folder, platform, Library())

        internal suspend fun open(folder: Path, platform: Platform, library: Library): Mingcha {
            val lanes = Lanes()
            var opened: Mingcha? = null
            try {
                return withContext(lanes.calls) {
                    known { Mingcha(library, library.open(folder.toString(), Sheltered(platform)), lanes) }.also { opened = it }
                }
            } catch (gone: CancellationException) {
                // Nobody is there to close it.
                withContext(NonCancellable) { opened?.closeAndJoin() }
                throw gone
            }
        }
    }

    // What screens show.

    /**
     * Why pages do not come: the device is busy, because the phone's keys are locked (`keys_locked`) or another process is at
     * work (`busy`). Null while no page waits. Calls do not wait: they throw the same.
     */
    val waiting: StateFlow<MingchaException.Busy?> get() = waitingPages.why

    /** Whose device this is and what waits: for the start screen and badges. It needs no enrolment. */
    fun status(): Flow<DeviceStatus> = page { status() }

    /** The sites of this person's areas or unit. */
    fun sites(query: SiteQuery = SiteQuery()): Flow<SitePage> = page { sites(query) }

    /** Today's work. */
    fun tasks(): Flow<TaskPage> = page { tasks() }

    /** One visit, to be filled in or read. */
    fun visit(visitId: String): Flow<VisitForm> = page { visit(visitId) }

    /** Findings, the newest first. */
    fun findings(query: FindingQuery = FindingQuery()): Flow<FindingPage> = page { findings(query) }

    /** One finding with everything that is known of it here. */
    fun finding(findingId: String): Flow<FindingDetail> = page { finding(findingId) }

    /** What a visit comes to, line by line. What was submitted stands, whatever was answered since. */
    fun score(visitId: String): Flow<ScorePage> = page { score(visitId) }

    /** What needs this person: refused, held, disagreed about. */
    fun attention(): Flow<AttentionPage> = page { attention() }

    /**
     * Writes a copy of a photo that is here to a new file, unsealed. The app removes it when it was shown. Of what a unit may see
     * there is one copy, whichever is asked for.
     */
    suspend fun savePhoto(photoId: String, copy: PhotoCopy, file: Path) =
        call { savePhoto(photoId, copy, file.toString()) }

    /** When something fed back on this day is rechecked by the city's policy: for a picker of days. */
    suspend fun recheckDay(fedBack: LocalDate): ReckonedDay = call { recheckDay(fedBack.toString()) }

    /** The day so many working days after this one, which is not counted; at most 3,660. */
    suspend fun workday(start: LocalDate, workdays: Int): ReckonedDay = call { workday(start.toString(), workdays) }

    // What a person does.

    /**
     * Enrols this device with the city at this address by a one-time code.
     *
     * It waits for the city, seconds or minutes, and keeps no other call waiting. Cancelled, it waits for nothing; the city may
     * have taken the code by then, and [status] says so, unless another enrolment was asked for since: that one alone counts.
     *
     * @param cityUrl as somebody types or scans it: `https://mingcha.example.gov.cn`. What is no address is refused in words.
     * @param code as `7KQM-2R8T-XW4P`, in small letters or without its dashes too.
     */
    suspend fun enrol(cityUrl: String, code: String): DeviceStatus {
        // The code of a coroutine that is cancelled already is not spent.
        currentCoroutineContext().ensureActive()
        return scope.async(lanes.work) { runCatching { unlessClosing { enrol(cityUrl, code) } } }.await().getOrThrow()
    }

    /**
     * Starts a visit at a site.
     *
     * @param siteId its id, or the office's code: `GOV-01`.
     * @param sets the criteria to ask; where there are none, those of the campaign that runs, else the everyday ones.
     */
    suspend fun startVisit(siteId: String, mode: VisitMode, sets: List<String> = emptyList()): StartedVisit =
        call { startVisit(siteId, mode, sets) }

    /**
     * Answers one item of a visit.
     *
     * @param item its code.
     * @param value one of its choices, or what its answer type reads.
     * @param note in the person's own words. Null keeps the note that the same person gave with the same value.
     * @param basis that of the item's row.
     */
    suspend fun answer(visitId: String, item: String, value: String, note: String? = null, basis: String? = null) =
        call { answer(visitId, item, value, note, basis) }

    /**
     * Takes a picture into a visit: JPEG, PNG or WebP, at most 48 megapixels. The file stays as it is; when this returns, its
     * copies are sealed here and the file may go.
     *
     * @param item the code of the item that it shows, where it shows one.
     */
    suspend fun addPhoto(visitId: String, file: Path, item: String? = null): TakenPhoto =
        call { addPhoto(visitId, file.toString(), item) }

    /**
     * Submits a visit as it was seen, and says what it lacks all the same.
     *
     * @param basis that of the form. An answer of somebody else's that came since throws [MingchaException.OutOfDate], because
     *   submitting freezes the score.
     */
    suspend fun submitVisit(visitId: String, basis: String? = null): SubmittedVisit = call { submitVisit(visitId, basis) }

    /**
     * Raises a finding on an item of a visit.
     *
     * @param item the item's code.
     * @param text what is wrong, which must be said.
     * @param severity ordinary, unless said otherwise. The deadline of a notice follows from it.
     * @param photoIds photos of that visit.
     */
    suspend fun raiseFinding(
        visitId: String,
        item: String,
        text: String,
        severity: Severity = Severity.ORDINARY,
        photoIds: List<String> = emptyList(),
    ): RaisedFinding = call { raiseFinding(visitId, item, text, severity, photoIds) }

    /**
     * Tells the unit of a finding. Gives the id under which everybody acts on it from then on: that of an undercover finding is
     * another one than its own, so that nobody who was told can learn who saw it.
     *
     * @param demand what is to be put right. Of an undercover finding it is all that the unit reads, and must be said.
     * @param photosChecked true where a person looked at the photos and nobody is to be recognised in them: they go along.
     * @param blurred parts of those photos that are made unrecognisable first.
     */
    suspend fun feedBack(
        findingId: String,
        demand: String? = null,
        photosChecked: Boolean = false,
        blurred: List<BlurredPart> = emptyList(),
    ): String = call { feedBack(findingId, demand, photosChecked, blurred) }

    /** Serves a rectification notice. Without a day, which is today or later, the deadline follows from severity and service. */
    suspend fun serveNotice(findingId: String, deadline: LocalDate? = null) =
        call { serveNotice(findingId, deadline?.toString()) }

    /** A unit sends what it put right, with photos of it. Gives the id of the submission. */
    suspend fun submitRectification(findingId: String, text: String, files: List<Path> = emptyList()): String =
        call { submitRectification(findingId, text, files.map(Path::toString)) }

    /** A supervisor approves exactly one submission. The basis is that of the finding's page. */
    suspend fun approve(submissionId: String, text: String? = null, basis: String? = null) =
        call { approve(submissionId, text, basis) }

    /** A supervisor returns exactly one submission, with a reason. The basis is that of the finding's page. */
    suspend fun sendBack(submissionId: String, reason: String, basis: String? = null) =
        call { sendBack(submissionId, reason, basis) }

    /** Says what a recheck found, with photos of it. The basis is that of the finding's page. */
    suspend fun recheck(
        findingId: String,
        result: RecheckResult,
        text: String? = null,
        files: List<Path> = emptyList(),
        basis: String? = null,
    ) = call { recheck(findingId, result, text, files.map(Path::toString), basis) }

    /** Proposes a refused statement again, word for word, with whatever else of it was refused. */
    suspend fun proposeAgain(statementId: String) = call { proposeAgain(statementId) }

    /** Lets a refused statement go, and with what made a thing all that was said of the thing. */
    suspend fun letGo(statementId: String) = call { letGo(statementId) }

    /** Decides what people said differently: the value of this statement stands from now on. The basis is that of the row. */
    suspend fun settle(conflictId: String, keptId: String, reason: String, basis: String? = null) =
        call { settle(conflictId, keptId, reason, basis) }

    /** What was decided against this person was looked at: it counts as seen from here on. */
    suspend fun markOverruledSeen() = call { markOverruledSeen() }

    // The city, and the end.

    /**
     * Meets the city: sends what was said, receives what is new, then photos both ways. One sync runs at a time: a second one
     * throws [MingchaException.Busy].
     *
     * Screens go on meanwhile. Cancelled, it ends within a moment, in the middle of a request too, and is over when this
     * returns: what the city has by then, it has, and the next sync goes on from there. Where the device is suspended or
     * closed meanwhile, it throws [MingchaException.Cancelled].
     *
     * @param progress is told what it comes to, ten times a second at most, in the caller's context. What it throws ends the sync.
     */
    suspend fun sync(progress: suspend (JobProgress) -> Unit = {}): SyncOutcome = finished({ syncJob().work() }, progress)

    /**
     * Hands this device's work on as a new file that the city alone can read, for a memory card, a cable or a colleague, where
     * there is no signal. It marks nothing as sent: the next sync says what the city has.
     *
     * Cancelled, it leaves no file.
     *
     * @param since only what was said and taken from then on; the city must have what came before.
     * @param progress is told what it comes to, ten times a second at most, in the caller's context.
     */
    suspend fun exportParcel(file: Path, since: Instant? = null, progress: suspend (JobProgress) -> Unit = {}): ParcelOutcome =
        finished({ exportJob(file.toString(), since?.toString()).work() }, progress)

    /**
     * Takes along a file that somebody else exported; the next sync hands it over. Nothing of it can be read here.
     *
     * Cancelled, it takes nothing along.
     *
     * @param progress is told what it comes to, ten times a second at most, in the caller's context.
     */
    suspend fun importParcel(file: Path, progress: suspend (JobProgress) -> Unit = {}): ParcelOutcome =
        finished({ importJob(file.toString()).work() }, progress)

    private suspend fun <Outcome> finished(
        prepare: DeviceInterface.() -> Work<Outcome>,
        progress: suspend (JobProgress) -> Unit,
    ): Outcome {
        currentCoroutineContext().ensureActive()
        // Where closing happens too: prepared before it, this is ended by it; after it, it is told so.
        val work = withContext(NonCancellable + lanes.signals) { known { library.prepared(device.prepare()) } }
        val word = scope.async(lanes.work) { runCatching { known(work.run) } }
        try {
            var told: JobProgress? = null
            while (withTimeoutOrNull(PROGRESS_EVERY) { word.join() } == null) {
                val now = withContext(lanes.signals) { work.progress() }
                if (now != told) progress(now)
                told = now
            }
            return word.await().getOrThrow()
        } finally {
            withContext(NonCancellable + lanes.signals) {
                if (word.isActive) work.cancel()
                word.join()
                work.release()
            }
        }
    }

    /**
     * Lets go of every file, for an app that leaves the foreground: what was said is sealed, and a sync, an export or an import
     * throws [MingchaException.Cancelled]. The next call opens the device again, and so does a page that is still collected:
     * stop collecting first, as `repeatOnLifecycle` does.
     */
    suspend fun suspendDevice() = call { this.suspend() }

    /**
     * Closes this opening for good, and returns at once: on the main thread too, as `ViewModel.addCloseable` wants it. Jobs are
     * cancelled. The call that is under way is finished; those that wait behind it, every later one, and every page that is still
     * collected throw [MingchaException.Cancelled]. Closing twice does nothing.
     */
    override fun close() {
        closing.start()
    }

    /** Closes as [close] does, and returns when every file is let go: before the folder is moved or removed. */
    suspend fun closeAndJoin() {
        close()
        closing.join()
        scope.coroutineContext.job.children.toList().joinAll()
    }

    private suspend fun <T> call(ask: DeviceInterface.() -> T): T = withContext(lanes.calls) { unlessClosing(ask) }

    /** Whoever comes while the device closes is told by the device that it is closed. */
    private suspend fun <T> unlessClosing(ask: DeviceInterface.() -> T): T {
        if (closing.isActive) closing.join()
        return known { device.ask() }
    }

    private fun <Page> page(ask: DeviceInterface.() -> Page): Flow<Page> =
        changes.onSubscription { emit(Unit) }.map { unlessBusy(ask) }.distinctUntilChanged()
            // The next page is asked for when this one was taken.
            .flowOn(lanes.calls).buffer(Channel.RENDEZVOUS)

    /** A phone whose keys are locked, or that another process holds for a moment, is no reason for a screen to end. */
    private suspend fun <Page> unlessBusy(ask: DeviceInterface.() -> Page): Page {
        var waits: Any? = null
        try {
            while (true) {
                try {
                    return unlessClosing(ask)
                } catch (busy: MingchaException.Busy) {
                    waits = waitingPages.add(waits ?: Any(), busy)
                    delay(BUSY_FOR)
                }
            }
        } finally {
            waits?.let(waitingPages::remove)
        }
    }
}
