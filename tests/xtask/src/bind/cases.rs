//! Swift's cases begin with a small letter; those of errors the tool writes like classes. This writes them small.
//!
//! It changes nothing but the names that errors declare, wherever a case of that name is spoken of.

/// Written Swift, its errors' cases as a Swift developer writes them: `MingchaError.outOfDate`.
pub fn written_small(text: &str) -> String {
    let mut cases = Vec::new();
    let mut is_error = false;
    for line in text.lines() {
        if line.contains("enum ") && line.ends_with('{') {
            is_error = line.contains(": Swift.Error");
        }
        if line == "}" {
            is_error = false;
        }
        let declared = line.strip_prefix("    case ").filter(|_| is_error);
        cases.extend(declared.map(|rest| name(rest).to_owned()).filter(|name| !name.is_empty()));
    }
    let mut small = String::with_capacity(text.len());
    let mut rest = text;
    // A case is spoken of behind a dot, or declared behind `case `.
    while let Some(at) = rest.find(['.', ' ']) {
        let (before, after) = rest.split_at(at.saturating_add(1));
        small.push_str(before);
        rest = after;
        let word = name(rest);
        if cases.iter().any(|case| case == word) && (before.ends_with('.') || small.ends_with("case ")) {
            small.push_str(&lowered(word));
            rest = rest.get(word.len()..).unwrap_or_default();
        }
    }
    small.push_str(rest);
    small
}

fn name(text: &str) -> &str {
    let end = text.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn lowered(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_of_errors_are_written_small_wherever_they_are_spoken_of_and_nothing_else_is() {
        let written = "\
public enum Color: Equatable {
    case Red
}
public
enum MingchaError: Swift.Error, Equatable {
    /** Load the page again. OutOfDate means this. */
    case OutOfDate(
        code: String
    )
    case Busy
}
func read() -> MingchaError {
    case 1: return .OutOfDate(code: OutOfDateHelper.read())
    case let .Busy: return MingchaError.Busy
    let busy = Busyness.Red
}
";
        let expected = written
            .replace("case OutOfDate", "case outOfDate")
            .replace(".OutOfDate", ".outOfDate")
            .replace("case Busy", "case busy")
            .replace(".Busy", ".busy");
        assert_eq!(written_small(written), expected);
    }
}
