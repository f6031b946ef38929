package mingcha

import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.int
import kotlinx.serialization.json.longOrNull
import mingcha.core.ScorePage
import mingcha.core.VisitMode
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import java.nio.file.Path
import java.time.LocalDate
import kotlin.io.path.listDirectoryEntries
import kotlin.io.path.readLines
import kotlin.io.path.readText

/** What was worked out by hand in `tests/vectors`, asked of the library through the seam. */
class VectorStory {
    @TempDir
    lateinit var folder: Path

    private fun read(file: Path): JsonObject = Json.parseToJsonElement(file.readText()).jsonObject

    private fun cases(name: String): List<JsonObject> =
        read(VECTORS.resolve(name)).getValue("cases").jsonArray.map(JsonElement::jsonObject)

    @Test
    fun `every date of the calendar is the one that was worked out elsewhere`() = runBlocking {
        City(folder, MORNING).use { city ->
            val phone = Hand.enrolled(folder, "anna", city, "inspector", MORNING).phone
            val vectors = read(VECTORS.resolve("calendar.json"))
            val rechecks = vectors.getValue("recheck").jsonArray.map(JsonElement::jsonObject)
            for (row in rechecks) {
                val due = phone.recheckDay(row.day())
                val shown = Triple(due.nominal.iso, due.day.iso, due.isProvisional)
                assertEquals(Triple(row.text("nominal"), row.text("following"), row.getValue("provisional").jsonPrimitive.boolean), shown)
                row["ten"]?.let { assertEquals(it.jsonPrimitive.content, phone.workday(row.day(), 10).day.iso) }
            }
            val workdays = vectors.getValue("workdays").jsonArray.map(JsonElement::jsonObject)
            for (row in workdays) {
                val end = phone.workday(row.day(), row.getValue("days").jsonPrimitive.int)
                assertEquals(row.text("end") to false, end.day.iso to end.isProvisional)
            }
            val table = VECTORS.resolve("recheck.csv").readLines().drop(1)
            for (line in table) {
                val (fedBack, nominal, due, isProvisional) = line.split(',')
                val shown = phone.recheckDay(LocalDate.parse(fedBack))
                assertEquals(listOf(nominal, due, isProvisional), listOf(shown.nominal.iso, shown.day.iso, shown.isProvisional.toString()))
            }
            assertEquals(listOf(12, 9, 730), listOf(rechecks.size, workdays.size, table.size))
            phone.closeAndJoin()
        }
    }

    @Test
    fun `every model scores as it was worked out by hand`() = runBlocking {
        City(folder, MORNING).use { city ->
            val files = VECTORS.resolve("scores").listDirectoryEntries("*.json").map(::read)
            VECTORS.resolve("scores/sets").listDirectoryEntries("*.toml").forEach(city::publish)
            val phone = Hand.enrolled(folder, "anna", city, "inspector", MORNING).phone
            var told = 0
            for (file in files) {
                val sets = file.texts("sets")
                for (case in file.getValue("cases").jsonArray.map(JsonElement::jsonObject)) {
                    val visit = phone.startVisit("GOV-01", VisitMode.OPEN, case.texts("asked").ifEmpty { sets }).id
                    for ((item, value) in case.getValue("answers").jsonObject) phone.answer(visit, item, value.jsonPrimitive.content)
                    scored(case, phone.score(visit).first())
                    told += 1
                }
            }
            assertTrue(told >= 39, "$told cases")
            phone.closeAndJoin()
        }
    }

    private fun scored(case: JsonObject, page: ScorePage) {
        val story = case.text("story") + ": " + case.text("working")
        assertEquals(case.texts("lines"), page.lines.map { line ->
            val brings = when {
                line.obtainable > 0 -> " ${line.obtained} of ${line.obtainable}"
                line.obtained != 0L -> " ${line.obtained}"
                else -> ""
            }
            "${line.code} ${line.rule.code}$brings${line.level?.let { " ${it.code}" } ?: ""}"
        }, story)
        fun figures(row: JsonObject) = listOf(row.number("obtained"), row.number("obtainable"), row.number("rate"))
        assertEquals(figures(case), listOf(page.obtained, page.obtainable, page.rate).map { it?.toLong() }, story)
        assertEquals(case.texts("vetoes"), page.vetoes, story)
        val ofSets = case["of_set"]?.jsonArray?.map(JsonElement::jsonObject) ?: listOf(case)
        assertEquals(ofSets.size, page.sets.size, story)
        for ((row, set) in ofSets zip page.sets) {
            assertEquals(figures(row), listOf(set.obtained, set.obtainable, set.rate).map { it?.toLong() }, story)
            assertEquals(row["conforms"]?.jsonPrimitive?.booleanOrNull, set.conforms, story)
            assertEquals(row["tier"]?.jsonPrimitive?.contentOrNull, set.level?.code, story)
            row["set"]?.let { assertEquals(it.jsonPrimitive.content to row.getValue("counted").jsonPrimitive.boolean, set.set to set.isCounted, story) }
        }
    }

    @Test
    fun `every stage is the one that was worked out by hand`() = runBlocking {
        City(folder, MORNING).use { city ->
            val scene = Scene.enrolled(folder, city, MORNING)
            val cases = cases("stages.json")
            cases.forEach { scene.tell(it, emptyList()) }
            assertEquals(8, cases.map { it.getValue("then").jsonObject.text("stage") }.toSet().size)
            scene.close()
        }
    }

    @Test
    fun `what was said apart ends as it was worked out, whoever is first`() = runBlocking {
        City(folder, MORNING).use { city ->
            val scene = Scene.enrolled(folder, city, MORNING)
            for (case in cases("merge.json")) {
                val orders = case["orders"]?.jsonArray ?: JsonArray(listOf(JsonArray(emptyList())))
                for (order in orders) scene.tell(case, order.jsonArray.map { it.jsonPrimitive.content })
            }
            scene.close()
        }
    }

    private companion object {
        const val MORNING = "2026-03-02T09:00:00+08:00"
        val VECTORS: Path = Path.of(System.getProperty("mingcha.workspace"), "tests", "vectors")
    }
}

internal fun JsonObject.text(key: String) = getValue(key).jsonPrimitive.content

private fun JsonObject.day() = LocalDate.parse(text("start"))

internal fun JsonObject.texts(key: String) = get(key)?.jsonArray.orEmpty().map { it.jsonPrimitive.content }

private fun JsonObject.number(key: String) = get(key)?.takeIf { it !is JsonNull }?.let { (it as JsonPrimitive).longOrNull }
