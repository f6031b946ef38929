package mingcha

import java.nio.file.Path
import java.util.concurrent.TimeUnit

/** A city that really serves: the sample, on a free port, in a folder of its own. */
class City(below: Path, now: String) : AutoCloseable {
    private val folder = below.resolve("city")
    private var serving: Process? = null
    private var listen = "127.0.0.1:0"
    lateinit var url: String
        private set

    init {
        office("init", "--sample")
        clock(now)
        serve()
    }

    /** Sets the city's time. */
    fun clock(now: String) {
        office("clock", now)
    }

    /** Somebody who may come in: a one-time code, and who they are. */
    class Guest(val code: String, val person: String)

    /** Lets somebody in, new or with their next phone. */
    fun guest(vararg whose: String): Guest {
        val said = office("enrol", *whose)
        fun named(key: String) = Regex("\"$key\"\\s*:\\s*\"([^\"]+)\"").find(said)!!.groupValues[1]
        return Guest(named("code"), named("person"))
    }

    /** A one-time code for somebody new. */
    fun code(vararg whose: String) = guest(*whose).code

    /** Lets a person work in an area from now on. */
    fun grant(person: String, area: String) {
        office("grant", person, "--area", area)
    }

    /** Ends a person's work in an area. */
    fun revoke(person: String, area: String) {
        office("revoke", person, "--area", area)
    }

    /** Publishes a set of criteria, a file of its own. */
    fun publish(set: Path) {
        office("publish", set.toString())
    }

    /** Serves until [close]; again at the same address. */
    fun serve() {
        val child = ProcessBuilder(PROGRAM, "serve", "--listen", listen, "--data", folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD).start()
        serving = child
        val line = child.inputStream.bufferedReader().readLine() ?: error("the city says nothing")
        url = line.trim().removePrefix("listening on ")
        listen = url.removePrefix("http://")
    }

    /** Kills the city with -9. */
    override fun close() {
        serving?.destroyForcibly()?.waitFor()
        serving = null
    }

    private fun office(vararg words: String): String {
        val child = ProcessBuilder(PROGRAM, *words, "--data", folder.toString(), "--json")
            .redirectError(ProcessBuilder.Redirect.INHERIT).start()
        val said = child.inputStream.bufferedReader().readText()
        check(child.waitFor(60, TimeUnit.SECONDS) && child.exitValue() == 0) { "${words.toList()}: $said" }
        return said
    }

    private companion object {
        val PROGRAM = System.getProperty("mingcha.programs") + "/mingcha-city"
    }
}
