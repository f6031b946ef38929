package mingcha

import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.channels.BufferOverflow
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.MutableSharedFlow
import kotlinx.coroutines.flow.conflate
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.flowOn
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onSubscription
import kotlinx.coroutines.withContext
import kotlinx.coroutines.withTimeoutOrNull
import mingcha.core.AttentionPage
import mingcha.core.BlurredPart
import mingcha.core.Device
import mingcha.core.DeviceStatus
import mingcha.core.FindingDetail
import mingcha.core.FindingPage
import mingcha.core.FindingQuery
import mingcha.core.MingchaException
import mingcha.core.Observer
import mingcha.core.ParcelOutcome
import mingcha.core.Platform
import mingcha.core.RaisedFinding
import mingcha.core.ReckonedDay
import mingcha.core.ScorePage
import mingcha.core.SitePage
import mingcha.core.SiteQuery
import mingcha.core.StartedVisit
import mingcha.core.SubmittedVisit
import mingcha.core.SyncOutcome
import mingcha.core.SyncProgress
import mingcha.core.TakenPhoto
import mingcha.core.TaskPage
import mingcha.core.VisitForm
import java.nio.charset.CharacterCodingException
import java.nio.file.Path
import kotlin.coroutines.cancellation.CancellationException
import kotlin.time.Duration.Companion.milliseconds

/**
 * One device, for coroutines.
 *
 * What screens show is a [Flow]: it gives its page at once, and again whenever something that this process changed may
 * have changed it; where the device is busy it waits until it is not. What a person does is a `suspend` function: when
 * it returns, its effect is durable. Nothing runs on the caller's thread; whatever fails throws one of
 * [MingchaException]'s cases, each a decision for the app.
 *
 * Cancelling a coroutine never undoes or loses anything: a call that has begun is finished, and only its answer is
 * dropped.
 */
class Mingcha private constructor(
    private val device: Device,
    private val dispatcher: CoroutineDispatcher,
) : AutoCloseable {
    private val scope = CoroutineScope(SupervisorJob() + dispatcher)
    private val changes = MutableSharedFlow<Unit>(extraBufferCapacity = 1, onBufferOverflow = BufferOverflow.DROP_OLDEST)

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
         * @param dispatcher where calls wait: four threads of [Dispatchers.IO] that nobody else uses, unless said otherwise.
         */
        suspend fun open(
            folder: Path,
            platform: Platform,
            dispatcher: CoroutineDispatcher = Dispatchers.IO.limitedParallelism(4, "mingcha"),
        ): Mingcha {
            var opened: Mingcha? = null
            try {
                return withContext(dispatcher) {
                    known { Mingcha(Device.open(folder.toString(), platform), dispatcher) }.also { opened = it }
                }
            } catch (gone: CancellationException) {
                // Nobody is there to close it.
                opened?.close()
                throw gone
            }
        }

        /** Whatever the seam itself refuses is told as one of the device's own errors. */
        private inline fun <T> known(ask: () -> T): T = try {
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
    }

    // What screens show.

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

    /** Writes a photo that is here to a new file, unsealed. The app removes it when it was shown. */
    suspend fun savePhoto(photoId: String, copy: String, file: Path) =
        call { savePhoto(photoId, copy, file.toString()) }

    /** When something fed back on this day, `2026-03-10`, is rechecked by the city's policy: for a picker of days. */
    suspend fun recheckDay(fedBack: String): ReckonedDay = call { recheckDay(fedBack) }

    /** The day so many working days after this one, which is not counted. */
    suspend fun workday(start: String, workdays: Int): ReckonedDay = call { workday(start, workdays) }

    // What a person does.

    /** Enrols this device with the city at this address by a one-time code, as `7KQM-2R8T-XW4P`. */
    suspend fun enrol(cityUrl: String, code: String): DeviceStatus =
        scope.async { runCatching { known { device.enrol(cityUrl, code) } } }.await().getOrThrow()

    /** Starts a visit at a site, named by id or by the office's code. */
    suspend fun startVisit(siteId: String, mode: String, sets: List<String> = emptyList()): StartedVisit =
        call { startVisit(siteId, mode, sets) }

    /** Answers one item of a visit. */
    suspend fun answer(visitId: String, item: String, value: String, note: String? = null, basis: String? = null) =
        call { answer(visitId, item, value, note, basis) }

    /** Takes a picture into a visit, for one of its items where one is named. */
    suspend fun addPhoto(visitId: String, file: Path, item: String? = null): TakenPhoto =
        call { addPhoto(visitId, file.toString(), item) }

    /** Submits a visit as it was seen. */
    suspend fun submitVisit(visitId: String, basis: String? = null): SubmittedVisit = call { submitVisit(visitId, basis) }

    /** Raises a finding on an item of a visit, with photos of that visit. */
    suspend fun raiseFinding(
        visitId: String,
        item: String,
        text: String,
        severity: String = "ordinary",
        photoIds: List<String> = emptyList(),
    ): RaisedFinding = call { raiseFinding(visitId, item, text, severity, photoIds) }

    /**
     * Tells the unit of a finding; photos go along only where a person looked at them, with the parts that were marked made
     * unrecognisable. Gives the id under which everybody acts on it from then on.
     */
    suspend fun feedBack(
        findingId: String,
        demand: String? = null,
        photosChecked: Boolean = false,
        blurred: List<BlurredPart> = emptyList(),
    ): String = call { feedBack(findingId, demand, photosChecked, blurred) }

    /** Serves a rectification notice. */
    suspend fun serveNotice(findingId: String, deadline: String? = null) = call { serveNotice(findingId, deadline) }

    /** A unit sends what it put right, with photos of it. Gives the id of the submission. */
    suspend fun submitRectification(findingId: String, text: String, files: List<Path> = emptyList()): String =
        call { submitRectification(findingId, text, files.map(Path::toString)) }

    /** A supervisor approves exactly one submission. */
    suspend fun approve(submissionId: String, text: String? = null, basis: String? = null) =
        call { approve(submissionId, text, basis) }

    /** A supervisor returns exactly one submission, with a reason. */
    suspend fun sendBack(submissionId: String, reason: String, basis: String? = null) =
        call { sendBack(submissionId, reason, basis) }

    /** Says what a recheck found: `pass`, `partly` or `fail`. */
    suspend fun recheck(
        findingId: String,
        result: String,
        text: String? = null,
        files: List<Path> = emptyList(),
        basis: String? = null,
    ) = call { recheck(findingId, result, text, files.map(Path::toString), basis) }

    /** Proposes a refused statement again, word for word, with whatever else of it was refused. */
    suspend fun proposeAgain(statementId: String) = call { proposeAgain(statementId) }

    /** Lets a refused statement go, and with what made a thing all that was said of the thing. */
    suspend fun letGo(statementId: String) = call { letGo(statementId) }

    /** Decides what people said differently: the value of this statement stands from now on, with a reason. */
    suspend fun settle(conflictId: String, keptId: String, reason: String, basis: String? = null) =
        call { settle(conflictId, keptId, reason, basis) }

    /** What was decided against this person was looked at: it counts as seen from here on. */
    suspend fun markOverruledSeen() = call { markOverruledSeen() }

    // The city, and the end.

    /**
     * Meets the city: sends what was said, receives what is new, then photos both ways.
     *
     * Screens go on meanwhile. Cancelled, it asks the sync to end and waits for nothing: what the city has by then, it has,
     * and the next sync goes on from there.
     *
     * @param progress is told ten times a second at most, on the caller's context.
     */
    suspend fun sync(progress: (SyncProgress) -> Unit = {}): SyncOutcome {
        val job = device.syncJob()
        return watched(job, { job.run() }, { job.progress() }, { job.cancel() }, progress)
    }

    /**
     * Hands this device's work on as a new file that the city alone can read, for a memory card, a cable or a colleague, where
     * there is no signal. It marks nothing as sent: the next sync says what the city has.
     *
     * Cancelled, it leaves no file.
     *
     * @param since only what was said and taken from this RFC 3339 time on; the city must have what came before.
     * @param progress is told ten times a second at most, on the caller's context.
     */
    suspend fun exportParcel(file: Path, since: String? = null, progress: (SyncProgress) -> Unit = {}): ParcelOutcome {
        val job = device.exportJob(file.toString(), since)
        return watched(job, { job.run() }, { job.progress() }, { job.cancel() }, progress)
    }

    /**
     * Takes along a file that somebody else exported; the next sync hands it over. Nothing of it can be read here.
     *
     * @param progress is told ten times a second at most, on the caller's context.
     */
    suspend fun importParcel(file: Path, progress: (SyncProgress) -> Unit = {}): ParcelOutcome {
        val job = device.importJob(file.toString())
        return watched(job, { job.run() }, { job.progress() }, { job.cancel() }, progress)
    }

    private suspend fun <Outcome> watched(
        job: AutoCloseable,
        run: () -> Outcome,
        now: () -> SyncProgress,
        cancel: () -> Unit,
        progress: (SyncProgress) -> Unit,
    ): Outcome {
        val word = scope.async { runCatching { known(run) } }
        try {
            while (withTimeoutOrNull(PROGRESS_EVERY) { word.join() } == null) {
                progress(now())
            }
            return word.await().getOrThrow()
        } finally {
            cancel()
            word.invokeOnCompletion { job.close() }
        }
    }

    /** Lets go of every file, for an app that leaves the foreground. The next call opens the device again. */
    suspend fun suspendDevice() = call { this.suspend() }

    /**
     * Closes this opening for good: every later call throws [MingchaException.Cancelled], and so does every page that is
     * still read and a sync that was under way.
     *
     * It waits for the call that is under way, milliseconds, or a second while a photo is taken in: not on the main thread.
     */
    override fun close() {
        // The handle goes with the garbage: a call that comes too late gets an answer instead of a crash.
        device.shut()
        changes.tryEmit(Unit)
    }

    private suspend fun <T> call(ask: Device.() -> T): T = withContext(dispatcher) { known { device.ask() } }

    private fun <Page> page(ask: Device.() -> Page): Flow<Page> =
        changes.onSubscription { emit(Unit) }.conflate().map { unlessBusy(ask) }.distinctUntilChanged().flowOn(dispatcher)

    /** A phone whose keys are locked, or that another process holds for a moment, is no reason for a screen to end. */
    private suspend fun <Page> unlessBusy(ask: Device.() -> Page): Page {
        while (true) {
            try {
                return known { device.ask() }
            } catch (_: MingchaException.Busy) {
                delay(BUSY_FOR)
            }
        }
    }
}
