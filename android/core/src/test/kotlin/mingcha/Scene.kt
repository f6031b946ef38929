package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import mingcha.core.MingchaException
import mingcha.core.RecheckResult
import mingcha.core.VisitMode
import org.junit.jupiter.api.Assertions.assertEquals
import java.nio.file.Path
import java.time.OffsetDateTime
import java.time.format.DateTimeFormatter

/** Five people and a city, who say what a case of `stages.json` or `merge.json` has them say. */
class Scene private constructor(private val city: City, private val people: Map<String, Hand>, private var now: OffsetDateTime) {
    private var drawn = 0
    private var visit = ""
    private var finding: String? = null
    private val submissions = mutableListOf<String>()
    private val staff get() = people.filterKeys { it != "emil" }.values

    companion object {
        private const val ITEM = "W5-3"
        private val ROLES = mapOf(
            "anna" to "inspector", "ben" to "inspector", "cora" to "supervisor", "dora" to "supervisor", "emil" to "contact",
        )

        suspend fun enrolled(below: Path, city: City, now: String) =
            Scene(city, ROLES.mapValues { (name, role) -> Hand.enrolled(below, name, city, role, now) }, OffsetDateTime.parse(now))
    }

    suspend fun close() = people.values.forEach { it.phone.closeAndJoin() }

    private suspend fun meet(names: Collection<String> = people.keys) = names.forEach { people.getValue(it).phone.sync() }

    private fun aMinutePasses() {
        now = now.plusMinutes(1)
        val text = DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(now)
        city.clock(text)
        people.values.forEach { it.hardware.now = text }
    }

    /** Tells one case in one order of arrival, and looks at its ending on every phone. */
    suspend fun tell(case: JsonObject, order: List<String>) {
        val story = "${case.text("story")}: $order"
        val known = staff.first().phone.attention().first().conflicts.map { it.id }.toSet()
        val anna = people.getValue("anna").phone
        visit = anna.startVisit("GOV-01", VisitMode.OPEN, listOf("W5")).id
        finding = null
        submissions.clear()
        anna.sync()
        for (step in case.steps("together")) {
            meet(listOf(step.text("who")))
            say(step)
            meet(listOf(step.text("who")))
        }
        if (order.isNotEmpty()) meet()
        case.steps("apart").forEach { say(it) }
        aMinutePasses()
        meet(order)
        meet()
        val then = case.getValue("then").jsonObject
        staff.forEach { ends(then, it.phone, known, story) }
        finding?.let { id -> then["unit"]?.let { assertEquals(it.textOrNull(), people.getValue("emil").phone.stageOf(id), story) } }
    }

    private suspend fun say(step: JsonObject) {
        aMinutePasses()
        val hand = people.getValue(step.text("who"))
        val phone = hand.phone
        val submission by lazy { submissions[step.getValue("submission").jsonPrimitive.int] }
        when (val does = step.text("does")) {
            "answer" -> phone.answer(visit, ITEM, step.text("value"), "看到了")
            "submit" -> phone.submitVisit(visit)
            "raise" -> finding = phone.raiseFinding(visit, ITEM, "坡道被占").id
            "feed_back" -> finding = phone.feedBack(finding!!, "清理坡道")
            "notice" -> phone.serveNotice(finding!!)
            "rectify" -> submissions += phone.submitRectification(finding!!, "已清理", listOf(picture(hand.below, ++drawn)))
            "approve" -> phone.approve(submission)
            "return" -> phone.sendBack(submission, "看不清")
            "recheck" -> phone.recheck(finding!!, RecheckResult.valueOf(step.text("value").uppercase()), "去看了")
            else -> error("no such step: $does")
        }
    }

    private suspend fun ends(then: JsonObject, phone: Mingcha, known: Set<String>, story: String) {
        then["stage"]?.let { assertEquals(it.textOrNull(), phone.stageOf(finding!!), story) }
        then["answer"]?.let { answer ->
            val row = phone.visit(visit).first().items.single { it.code == ITEM }
            assertEquals(answer.textOrNull() to then.getValue("contested").jsonPrimitive.boolean, row.value to row.isContested, story)
        }
        then["visit"]?.let { assertEquals(it.textOrNull(), phone.visit(visit).first().status.code, story) }
        then["conflict"]?.let { conflict ->
            val new = phone.attention().first().conflicts.filter { it.id !in known }
            val told = new.map { it.kind.code to it.values.single { value -> value.isInForce }.value }
            val wanted = if (conflict is JsonNull) emptyList() else listOf(conflict.jsonObject.let { it.text("kind") to it.text("in_force") })
            assertEquals(wanted, told, story)
        }
    }

    private suspend fun Mingcha.stageOf(id: String): String? =
        try { finding(id).first().summary.stage.code } catch (_: MingchaException.Refused) { null }
}

private fun JsonObject.steps(key: String) = get(key)?.jsonArray.orEmpty().map(JsonElement::jsonObject)

private fun JsonElement.textOrNull() = if (this is JsonNull) null else jsonPrimitive.content
