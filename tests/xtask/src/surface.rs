//! The public names of the written Kotlin and Swift, one a line: what a person reviews when the seam changes.
//!
//! It reads declarations, not languages: what nobody outside can say (`internal`, `private`) is left out, and nothing else.
//! What documentation says is not part of it; that there is some, is.

use crate::bind::hidden::is_of_the_tool;

/// What the tool calls a struct: a word of its own, and none of the product.
const RECORD: &str = "Record";

/// What a developer sees of a written language.
#[derive(Debug, PartialEq, Eq)]
pub struct Surface {
    /// The public names, sorted, one a line.
    pub names: String,
    /// Those of them that have no documentation above them.
    pub undocumented: Vec<String>,
    /// Whatever is public and speaks of the tool that wrote it, which a developer should never meet.
    pub of_the_tool: Vec<String>,
}

/// The public names of written Kotlin.
pub fn kotlin(text: &str) -> Surface {
    let mut found = Names::default();
    for line in text.lines() {
        let code = without_throws(line.trim_start());
        found.heed_documentation(code);
        if code.is_empty() || code.starts_with(['*', '/', '@', '}', ')']) {
            continue;
        }
        let indent = line.len().saturating_sub(line.trim_start().len());
        let words = code.trim_start_matches("public ").trim_start_matches("protected ").trim_start_matches("open ");
        if ["internal", "private", "import", "package"].iter().any(|word| code.starts_with(word)) {
            found.hide(indent);
        } else if let Some(name) = kotlin_block(words).filter(|_| !found.is_hidden(indent)) {
            if words.starts_with("companion ") {
                found.judge(indent, words);
            }
            found.enter(indent, name);
        } else if words.starts_with("override ") {
            found.judge(indent, words);
        } else if let Some(member) = kotlin_member(words).filter(|_| !found.is_hidden(indent)) {
            found.member(indent, &member.replace('`', "").replace("kotlin.", ""));
        }
    }
    found.listed()
}

/// The public names of written Swift.
pub fn swift(text: &str) -> Surface {
    let mut found = Names::default();
    // Of errors the tool writes the first word on a line of its own.
    for line in text.replace("public \n", "public ").lines() {
        let code = line.trim_start();
        let indent = line.len().saturating_sub(code.len());
        found.heed_documentation(code);
        if code.is_empty() || code.starts_with(['/', '*', '}']) {
            continue;
        }
        let plain = code.strip_prefix("required ").unwrap_or(code);
        let words = plain.trim_start_matches("public ").trim_start_matches("open ").trim_start_matches("final ");
        let is_public = words.len() != plain.len();
        // What a class does the tool writes at the margin; the product has no functions outside of classes.
        let indent = if indent == 0 && words.contains("func ") && found.is_in_class() { 4 } else { indent };
        if ["fileprivate", "private", "internal"].iter().any(|word| code.starts_with(word)) {
            found.hide(indent);
            continue;
        }
        let block = ["struct ", "class ", "enum ", "protocol ", "extension "]
            .iter()
            .find_map(|kind| words.strip_prefix(kind).map(|rest| format!("{kind}{}", name_of(rest))));
        match block {
            Some(name) if is_public && !name.starts_with("extension") => found.enter(indent, name),
            Some(_) => found.hide(indent),
            None if found.is_hidden(indent) => {}
            None if code.starts_with("case ") && indent == 4 => found.member(indent, code.trim_end_matches([',', '('])),
            None if is_public || found.is_in_protocol() => {
                let is_member = ["func ", "var ", "let ", "static func "].iter().any(|kind| words.starts_with(kind));
                if is_member {
                    let spaced = words.split(" {").next().unwrap_or(words).replace(")throws", ") throws");
                    found.member(indent, &spaced.split_whitespace().collect::<Vec<_>>().join(" "));
                } else {
                    // An initialiser has the names of what it fills.
                    found.judge(indent, words);
                }
            }
            None => {}
        }
    }
    found.listed()
}

/// What one list has and the other has not, each line with its sign.
pub fn differences(reviewed: &str, found: &str) -> Vec<String> {
    let missing = reviewed.lines().filter(|line| !found.lines().any(|other| other == *line));
    let new = found.lines().filter(|line| !reviewed.lines().any(|other| other == *line));
    missing.map(|line| format!("- {line}")).chain(new.map(|line| format!("+ {line}"))).collect()
}

#[derive(Default)]
struct Names {
    lines: Vec<String>,
    undocumented: Vec<String>,
    of_the_tool: Vec<String>,
    /// Whether the last comment was documentation, and nothing stands between it and what comes next.
    is_documented: bool,
    /// The blocks around the present line: indent and name; no name hides what is inside. A block ends where something
    /// stands that is not further in: the braces that the tool writes inside of bodies are not to be trusted.
    around: Vec<(usize, Option<String>)>,
}

impl Names {
    fn enter(&mut self, indent: usize, name: String) {
        self.around.retain(|(outer, _)| *outer < indent);
        if name.starts_with("companion object") {
            // Not a name that anybody says; what is in it, they do.
            self.around.push((indent, Some("Companion".to_owned())));
        } else {
            self.list(&name);
            self.around.push((indent, Some(name)));
        }
    }

    fn hide(&mut self, indent: usize) {
        self.is_documented = false;
        self.around.retain(|(outer, _)| *outer < indent);
        self.around.push((indent, None));
    }

    fn is_hidden(&self, indent: usize) -> bool {
        self.around.iter().any(|(outer, name)| *outer < indent && name.is_none())
    }

    fn is_in_protocol(&self) -> bool {
        self.around.last().and_then(|(_, name)| name.as_ref()).is_some_and(|name| name.starts_with("protocol "))
    }

    fn is_in_class(&self) -> bool {
        self.around.first().and_then(|(_, name)| name.as_ref()).is_some_and(|name| name.starts_with("class "))
    }

    /// A member of the block around it; what stands deeper is inside of a member.
    fn member(&mut self, indent: usize, member: &str) {
        self.around.retain(|(outer, _)| *outer < indent);
        if self.is_direct(indent) {
            self.list(member);
        }
        self.is_documented = false;
    }

    fn is_direct(&self, indent: usize) -> bool {
        self.around.last().map_or(indent == 0, |(outer, _)| indent == outer.saturating_add(4))
    }

    /// Hears what is public and stands in no list: what overrides, what makes a value.
    fn judge(&mut self, indent: usize, declaration: &str) {
        self.around.retain(|(outer, _)| *outer < indent);
        let head = declaration.split(['{', '=']).next().unwrap_or(declaration).trim();
        if !self.is_hidden(indent) && self.is_direct(indent) && is_refused(head) {
            self.of_the_tool.push(self.path(head));
        }
    }

    /// Hears a line of code or comment before it is read as a declaration.
    fn heed_documentation(&mut self, code: &str) {
        if code.starts_with("/**") {
            self.is_documented = true;
        } else if code.starts_with(['}', ')']) {
            self.is_documented = false;
        }
    }

    fn list(&mut self, name: &str) {
        let path = self.path(name);
        let is_documented = std::mem::take(&mut self.is_documented);
        if is_refused(name) {
            self.of_the_tool.push(path.clone());
        }
        if !is_documented {
            self.undocumented.push(path.clone());
        }
        self.lines.push(path);
    }

    fn path(&self, last: &str) -> String {
        let names = self.around.iter().filter_map(|(_, name)| name.as_deref());
        let plain = names.map(|name| name.rsplit(' ').next().unwrap_or(name).to_owned());
        plain.chain([last.to_owned()]).collect::<Vec<_>>().join(" . ")
    }

    fn listed(self) -> Surface {
        let mut lines = self.lines;
        lines.sort_unstable();
        lines.dedup();
        // What a class does as its protocol says is named there.
        let as_said = |line: &String| {
            let said = line.replacen(" . ", "Protocol . ", 1);
            said != *line && lines.binary_search(&said).is_ok()
        };
        let mut lines: Vec<_> = lines.iter().filter(|line| !as_said(line)).map(String::as_str).collect();
        lines.push("");
        Surface { names: lines.join("\n"), undocumented: self.undocumented, of_the_tool: self.of_the_tool }
    }
}

fn is_refused(declaration: &str) -> bool {
    is_of_the_tool(declaration) || declaration.contains(RECORD)
}

fn kotlin_block(words: &str) -> Option<String> {
    let kinds = [
        "data class ",
        "sealed class ",
        "enum class ",
        "abstract class ",
        "class ",
        "interface ",
        "object ",
        "companion object",
    ];
    kinds.iter().find_map(|kind| {
        let rest = words.strip_prefix(kind)?;
        let name = name_of(rest);
        Some(if name.is_empty() { kind.trim_end().to_owned() } else { format!("{kind}{name}") })
    })
}

/// What overrides something is named where that stands.
fn kotlin_member(words: &str) -> Option<String> {
    if ["fun ", "inline fun ", "suspend fun ", "constructor("].iter().any(|kind| words.starts_with(kind)) {
        return Some(words.split(" {").next().unwrap_or(words).trim().to_owned());
    }
    if let Some(rest) = words.strip_prefix("val ").or_else(|| words.strip_prefix("var ")) {
        return Some(format!("val {}", rest.trim().trim_end_matches(',')));
    }
    // An entry of an enum: a word in capitals.
    let entry = words.trim_end_matches([',', ';']);
    let is_entry = !entry.is_empty() && entry.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    is_entry.then(|| entry.to_owned())
}

/// A line without the exceptions that stand before its declaration.
fn without_throws(code: &str) -> &str {
    code.strip_prefix("@Throws(").and_then(|rest| rest.split_once(')')).map_or(code, |(_, rest)| rest.trim_start())
}

fn name_of(rest: &str) -> String {
    rest.trim_start().chars().take_while(|sign| sign.is_alphanumeric() || *sign == '_').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KOTLIN: &str = "package mingcha.core

internal open class RustBuffer : Structure() {
    class ByValue : RustBuffer()
    val len: Long = 0
}

/**
 * One device.
 */
public interface DeviceInterface {
    /**
     * Its state.
     */
    fun `status`(): DeviceStatus
    companion object
}

class Device: Disposable, AutoCloseable, DeviceInterface
{
    internal constructor(withHandle: UniffiWithHandle, handle: Long) {
        this.handle = handle
    }

    @Throws(MingchaException::class)override fun `status`(): DeviceStatus {
        val inside = 1
    }

    companion object {
        @Throws(MingchaException::class) fun `open`(`folder`: kotlin.String): Device {
        }
    }
}

data class Tag (
    /**
     * The code.
     */
    val `code`: kotlin.String
){
    companion object
}

enum class TagColor {
    GRAY,
    BLUE;
}

/**
 * @suppress
 */
internal object FfiConverterTypeTag: FfiConverterRustBuffer<Tag> {
    override fun read(buf: ByteBuffer): Tag {
    }
}
";

    #[test]
    fn what_a_kotlin_developer_sees_is_listed_and_what_the_tool_keeps_to_itself_is_not() {
        let Surface { names, undocumented, of_the_tool } = kotlin(KOTLIN);
        assert!(of_the_tool.is_empty(), "{of_the_tool:?}");
        for name in ["interface DeviceInterface", "DeviceInterface . fun status(): DeviceStatus", "class Device"] {
            assert!(names.lines().any(|line| line == name), "{name} is missing:\n{names}");
        }
        for name in ["data class Tag", "Tag . val code: String", "TagColor . GRAY", "TagColor . BLUE"] {
            assert!(names.lines().any(|line| line == name), "{name} is missing:\n{names}");
        }
        assert!(names.contains("Device . Companion . fun open(folder: String): Device\n"), "{names}");
        for word in ["Ffi", "Rust", "Uniffi", "inside", "ByValue", "len"] {
            assert!(!names.contains(word), "{word} is listed:\n{names}");
        }
        let bare = [
            "class Device",
            "Device . Companion . fun open(folder: String): Device",
            "data class Tag",
            "enum class TagColor",
        ];
        assert_eq!(undocumented, [bare.as_slice(), &["TagColor . GRAY", "TagColor . BLUE"]].concat());
    }

    const SWIFT: &str = "public protocol DeviceProtocol: AnyObject, Sendable {
    /**
     * Its state.
     */
    func status() throws  -> DeviceStatus
}
public final class Device: DeviceProtocol, @unchecked Sendable {
    fileprivate let handle: UInt64
    init(unsafeFromHandle handle: UInt64) {
    }
    /**
     * Opens it.
     */
public static func open(folder: String)throws  -> Device  {
}
    /**
     * Its state.
     */
public func status()throws  -> DeviceStatus  {
}
}
public struct Tag: Equatable, Hashable {
    public let code: String
    // Default memberwise initializers are never public by default, so we
    public init(code: String) {
        self.code = code
    }
}
public enum TagColor: Equatable, Hashable {
    case gray
    case blue
}
public\u{20}
enum HostFault: Swift.Error {
    case NotNow
}
fileprivate struct FfiConverterTypeTag: FfiConverterRustBuffer {
    public static func read(from buf: inout Data) throws -> Tag {
    }
}
";

    #[test]
    fn what_a_swift_developer_sees_is_listed_and_what_the_tool_keeps_to_itself_is_not() {
        let expected = "\
Device . static func open(folder: String) throws -> Device
DeviceProtocol . func status() throws -> DeviceStatus
HostFault . case NotNow
Tag . let code: String
TagColor . case blue
TagColor . case gray
class Device
enum HostFault
enum TagColor
protocol DeviceProtocol
struct Tag
";
        let Surface { names, undocumented, of_the_tool } = swift(SWIFT);
        assert_eq!(names, expected);
        assert!(of_the_tool.is_empty(), "{of_the_tool:?}");
        assert_eq!(undocumented.len(), 9, "all but the one function: {undocumented:?}");
    }

    #[test]
    fn whatever_is_public_and_speaks_of_the_tool_is_refused_wherever_it_stands() {
        let open = KOTLIN.replace("internal ", "public ");
        let expected = [
            "class RustBuffer",
            "Device . constructor(withHandle: UniffiWithHandle, handle: Long)",
            "object FfiConverterTypeTag",
        ];
        assert_eq!(kotlin(&open).of_the_tool, expected);
        let more = [
            (
                "    companion object {\n",
                "    companion object ErrorHandler : UniffiRustCallStatusErrorHandler<Tag> {\n",
            ),
            (
                "    @Throws(MingchaException::class)override fun",
                "    override fun lift(error: RustBuffer.ByValue): Tag = lift()\n override fun",
            ),
            (
                "    @Throws(MingchaException::class)override fun",
                "    protected val cleanable: UniffiCleaner.Cleanable?\n override fun",
            ),
            ("data class Tag (", "data class TagRecord ("),
        ];
        for (from, to) in more {
            let refused = kotlin(&KOTLIN.replacen(from, to, 1)).of_the_tool;
            assert_eq!(refused.len(), 1, "{to}: {refused:?}");
        }
        let more = [
            ("    init(unsafe", "    required public init(unsafe"),
            ("    public let code", "    public let record: FfiBuffer"),
            ("fileprivate struct Ffi", "public struct Ffi"),
            ("enum TagColor", "enum TagRecord"),
        ];
        for (from, to) in more {
            let refused = swift(&SWIFT.replacen(from, to, 1)).of_the_tool;
            assert_eq!(refused.len(), 1, "{to}: {refused:?}");
        }
    }

    #[test]
    fn a_name_that_came_or_went_is_told_with_its_sign() {
        assert_eq!(differences("a\nb\n", "b\nc\n"), ["- a", "+ c"]);
        assert!(differences("a\n", "a\n").is_empty());
    }
}
