package mingcha

import mingcha.core.Platform
import mingcha.core.PlatformFault

/**
 * An app's platform, as the library may call it. What it throws without having declared it is "not now", and nothing of it
 * is passed on: whatever is no `Exception` would be printed whole on its way through the seam.
 */
internal class Sheltered(private val platform: Platform) : Platform {
    override fun storeKey() = sheltered(platform::storeKey)

    override fun publicKey() = sheltered(platform::publicKey)

    override fun sign(message: ByteArray) = sheltered { platform.sign(message) }

    override fun conditions() = sheltered(platform::conditions)

    override fun clock() = sheltered(platform::clock)

    private inline fun <T> sheltered(ask: () -> T): T = try {
        ask()
    } catch (fault: PlatformFault) {
        throw fault
    } catch (_: Throwable) {
        throw PlatformFault.NotNow()
    }
}
