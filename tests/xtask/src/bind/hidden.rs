//! What the tool writes for itself, hidden from whoever calls what it wrote.
//!
//! The tool leaves its converters, buffers and handles public, for the case that two libraries share types; here is one, so
//! a developer would only be offered what nobody may call. Kotlin's compiler and Swift's refuse a public declaration that
//! speaks of a hidden one, so whatever compiles afterwards shows the product alone. It changes who may see a declaration,
//! and never what it does.

/// Words by which the tool's own names are known.
const OF_THE_TOOL: [&str; 10] =
    ["Uniffi", "uniffi", "UNIFFI", "Ffi", "FFI", "Rust", "ForeignBytes", "Handle", "Disposable", "InternalException"];

/// The tool's own word for what can be closed, which a class says beside `AutoCloseable`.
const DISPOSABLE: &str = ": Disposable, ";

/// Whether a declaration says one of the tool's own names.
pub fn is_of_the_tool(declaration: &str) -> bool {
    OF_THE_TOOL.iter().any(|word| declaration.contains(word))
}

/// Written Kotlin, what is the tool's own `internal`.
///
/// A class that stands for something in the library stays open and can be extended by nobody outside: its constructors are
/// the tool's own. Its interface is there for whoever wants another.
pub fn in_kotlin(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut is_in_product = false;
    for line in text.split_inclusive('\n') {
        let code = line.trim_start_matches(' ');
        let margin = line.get(..line.len().saturating_sub(code.len())).unwrap_or_default();
        let is_seen = !["internal ", "private "].iter().any(|word| code.starts_with(word));
        let is_of_the_tool = is_of_the_tool(said_by(code));
        let code = match margin.len() {
            0 if code.starts_with('}') => {
                is_in_product = false;
                code.to_owned()
            }
            0 if is_declared(code) => {
                is_in_product = is_seen && !is_of_the_tool;
                if is_seen && is_of_the_tool { internal(code) } else { code.replacen(DISPOSABLE, ": ", 1) }
            }
            // What a developer calls `close`.
            4 if is_in_product && code.starts_with("override fun destroy()") => {
                code.replacen("override", "internal", 1)
            }
            4 if is_in_product && code.starts_with("protected ") => code.replacen("protected", "private", 1),
            4 if is_in_product && is_seen && is_of_the_tool && is_declared(code) => internal(code),
            _ => code.to_owned(),
        };
        hidden.push_str(margin);
        hidden.push_str(&code);
    }
    hidden
}

/// Written Swift, what is the tool's own no longer `public`, and its classes final: an open one had to show how it is made.
pub fn in_swift(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let code = line.trim_start_matches(' ');
        hidden.push_str(line.get(..line.len().saturating_sub(code.len())).unwrap_or_default());
        let plain = code.strip_prefix("required ").unwrap_or(code);
        if let Some(rest) = code.strip_prefix("open class ") {
            hidden.push_str("public final class ");
            hidden.push_str(rest);
        } else if let Some(rest) = code.strip_prefix("open ") {
            hidden.push_str("public ");
            hidden.push_str(rest);
        } else if let Some(rest) = plain.strip_prefix("public ").filter(|_| is_of_the_tool(head(code))) {
            hidden.push_str(rest);
        } else {
            hidden.push_str(code);
        }
    }
    hidden
}

fn internal(code: &str) -> String {
    format!("internal {}", code.strip_prefix("public ").unwrap_or(code))
}

/// Whether a line of Kotlin, at the place of a declaration, begins one.
fn is_declared(code: &str) -> bool {
    let mut words = code.split([' ', '(', '<']);
    let modifiers = ["public", "internal", "private", "open", "abstract", "sealed", "data", "enum", "inline", "const"];
    let first = words.find(|word| !modifiers.contains(word)).unwrap_or_default();
    ["class", "interface", "object", "fun", "val", "var", "constructor", "companion", "override"].contains(&first)
}

/// What a declaration of Kotlin says of itself: of a type its name, because a public class may implement what is internal; of
/// anything else everything before its body.
fn said_by(code: &str) -> &str {
    let head = head(code);
    let is_type =
        !code.starts_with("companion ") && ["class ", "interface ", "object "].iter().any(|kind| head.contains(kind));
    if is_type { head.split([':', '(', '<']).next().unwrap_or(head) } else { head }
}

fn head(code: &str) -> &str {
    code.split(['{', '=']).next().unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_kotlin_the_tools_own_is_internal_and_the_product_stays_public() {
        let written = "\
@Structure.FieldOrder(\"capacity\", \"len\", \"data\")
open class RustBuffer : Structure() {
    @JvmField var capacity: Long = 0
    class ByValue: RustBuffer(), Structure.ByValue
    internal fun setValue(other: RustBuffer) {
        val uniffiLocal = 1
    }
}
internal open class ForeignBytes : Structure() {
    val uniffi: Int = 0
}
public interface FfiConverter<KotlinType, FfiType> {
    fun lift(value: FfiType): KotlinType
}
class InternalException(message: String) : kotlin.Exception(message)
object NoHandle
private inline fun <U> uniffiRustCall(callback: (UniffiRustCallStatus) -> U): U {
    return uniffiRustCallWithError(UniffiNullRustCallStatusErrorHandler, callback)
}
public fun uniffiEnsureInitialized() {
}
interface Disposable {
    fun destroy()
    companion object {
        fun destroy(vararg args: Any?) {
        }
    }
}
inline fun <T : Disposable?, R> T.use(block: (T) -> R) =
    try {
public interface DeviceInterface {
    fun `status`(): DeviceStatus
    companion object
}
open class Device: Disposable, AutoCloseable, DeviceInterface
{
    constructor(withHandle: UniffiWithHandle, handle: Long) {
    constructor(noHandle: NoHandle) {
    protected val handle: Long
    protected val cleanable: UniffiCleaner.Cleanable?
    private val callCounter = AtomicLong(1)
    val uniffiIsDestroyed: Boolean get() = wasDestroyed.get()
    override fun destroy() {
    @Synchronized
    override fun close() {
        this.destroy()
    }
    internal inline fun <R> callWithHandle(block: (handle: Long) -> R): R {
    private class UniffiCleanAction(private val handle: Long) : Runnable {
    fun uniffiCloneHandle(): Long {
        return uniffiRustCall() { status ->
    @Throws(MingchaException::class)override fun `status`(): DeviceStatus {
            return FfiConverterTypeDeviceStatus.lift(
    fun `waiting`(): Int = FfiConverterInt.lift(
    companion object {
         fun `open`(`folder`: kotlin.String): Device {
}
data class Tag (
    val `code`: kotlin.String
){
    companion object
}
sealed class MingchaException: kotlin.Exception() {
    class Busy(
        val `code`: kotlin.String
    ) : MingchaException() {
    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<MingchaException> {
        override fun lift(error_buf: RustBuffer.ByValue): MingchaException = FfiConverterTypeMingchaError.lift(error_buf)
    }
}
public object FfiConverterTypeTag: FfiConverterRustBuffer<Tag> {
    override fun read(buf: ByteBuffer): Tag {
}
";
        let changed = [
            ("open class RustBuffer", "internal open class RustBuffer"),
            ("public interface FfiConverter<", "internal interface FfiConverter<"),
            ("class InternalException", "internal class InternalException"),
            ("object NoHandle", "internal object NoHandle"),
            ("public fun uniffiEnsure", "internal fun uniffiEnsure"),
            ("interface Disposable", "internal interface Disposable"),
            ("inline fun <T : Disposable?", "internal inline fun <T : Disposable?"),
            ("class Device: Disposable, ", "class Device: "),
            ("    constructor(withHandle", "    internal constructor(withHandle"),
            ("    constructor(noHandle", "    internal constructor(noHandle"),
            ("protected val handle", "private val handle"),
            ("protected val cleanable", "private val cleanable"),
            ("    val uniffiIs", "    internal val uniffiIs"),
            ("    override fun destroy()", "    internal fun destroy()"),
            ("    fun uniffiClone", "    internal fun uniffiClone"),
            ("    companion object ErrorHandler", "    internal companion object ErrorHandler"),
            ("public object FfiConverterTypeTag", "internal object FfiConverterTypeTag"),
        ];
        let expected = changed.iter().fold(written.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
        assert_eq!(in_kotlin(written), expected);
        assert_eq!(in_kotlin(&expected), expected, "hidden twice is hidden once");
    }

    #[test]
    fn in_swift_the_tools_own_is_no_longer_public_and_the_product_is() {
        let written = "\
fileprivate struct FfiConverterString: FfiConverter {
    public static func lift(_ value: RustBuffer) throws -> String {
}
public protocol DeviceProtocol: AnyObject, Sendable {
    func status() throws  -> DeviceStatus
}
open class Device: DeviceProtocol, @unchecked Sendable {
    fileprivate let handle: UInt64
    public struct NoHandle {
        public init() {}
    }
    required public init(unsafeFromHandle handle: UInt64) {
    public init(noHandle: NoHandle) {
    public func uniffiCloneHandle() -> UInt64 {
public static func open(folder: String) throws -> Device  {
    return try FfiConverterTypeDevice_lift(try rustCallWithError(FfiConverterTypeMingchaError_lift) {
open func status()throws  -> DeviceStatus  {
}
public struct Tag: Equatable, Hashable {
    public let code: String
    public init(code: String) {
}
public struct FfiConverterTypeTag: FfiConverterRustBuffer {
    public static func read(from buf: inout (data: Data, offset: Data.Index)) throws -> Tag {
}
public func FfiConverterTypeTag_lift(_ buf: RustBuffer) throws -> Tag {
public func uniffiEnsureMingchaInitialized() {
";
        let changed = [
            ("    public static func lift(_ value: RustBuffer)", "    static func lift(_ value: RustBuffer)"),
            ("open class Device", "public final class Device"),
            ("public struct NoHandle", "struct NoHandle"),
            ("required public init(unsafe", "init(unsafe"),
            ("public init(noHandle", "init(noHandle"),
            ("public func uniffiClone", "func uniffiClone"),
            ("open func status", "public func status"),
            ("public struct FfiConverterTypeTag", "struct FfiConverterTypeTag"),
            ("public func FfiConverterTypeTag_lift", "func FfiConverterTypeTag_lift"),
            ("public func uniffiEnsure", "func uniffiEnsure"),
        ];
        let expected = changed.iter().fold(written.to_owned(), |text, (from, to)| text.replacen(from, to, 1));
        assert_eq!(in_swift(written), expected);
        assert_eq!(in_swift(&expected), expected, "hidden twice is hidden once");
    }
}
