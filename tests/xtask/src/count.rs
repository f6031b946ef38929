//! How many tests ran, added up over every test program and every page of examples.
//!
//! The numbers come from the `test result:` lines that test programs print. A line of any other shape counts nothing:
//! a sum that is too small is noticed, a sum made of guesses is not.

use std::fmt;

/// What the test programs reported so far.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    /// Tests that exist but were not asked to run.
    pub ignored: u64,
}

impl Counts {
    /// Adds what one line of output says, if it is the closing line of a test program.
    pub fn read(&mut self, line: &str) {
        if let Some(more) = result_line(line) {
            self.add(more);
        }
    }

    /// Adds what somebody else counted.
    pub fn add(&mut self, more: Self) {
        self.passed = self.passed.saturating_add(more.passed);
        self.failed = self.failed.saturating_add(more.failed);
        self.ignored = self.ignored.saturating_add(more.ignored);
    }

    /// Whether any test ran at all, whatever became of it.
    pub fn any(&self) -> bool {
        self.passed > 0 || self.failed > 0
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn result_line(line: &str) -> Option<Counts> {
    let verdict = line.trim_end().strip_prefix("test result: ")?;
    let numbers = verdict.strip_prefix("ok. ").or_else(|| verdict.strip_prefix("FAILED. "))?;
    let number_before = |word: &str| {
        let part = numbers.split("; ").find_map(|part| part.strip_suffix(word))?;
        part.trim_end().parse().ok()
    };
    Some(Counts {
        passed: number_before(" passed")?,
        failed: number_before(" failed")?,
        ignored: number_before(" ignored")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(output: &str) -> Counts {
        let mut counts = Counts::default();
        output.lines().for_each(|line| counts.read(line));
        counts
    }

    #[test]
    fn several_programs_and_their_examples_are_added_up() {
        let counts = counted(
            "running 2 tests\n\
             test a ... ok\n\
             test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
             test result: FAILED. 7 passed; 3 failed; 1 ignored; 0 measured; 4 filtered out; finished in 2.50s\n\
                Doc-tests mingcha\n\
             test result: ok. 11 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!(counts, Counts { passed: 20, failed: 3, ignored: 3 });
        assert_eq!(counts.to_string(), "20 passed, 3 failed");
    }

    #[test]
    fn a_line_of_another_shape_counts_nothing() {
        for line in [
            "",
            "test result: ",
            "test result: ok.",
            "test result: ok. many passed; 0 failed; 0 ignored",
            "test result: ok. 5 passed; 0 failed",
            "test result: perfect. 5 passed; 0 failed; 0 ignored",
            "    test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out",
            "test result: ok. -5 passed; 0 failed; 0 ignored",
        ] {
            assert!(!counted(line).any(), "counted: {line}");
        }
    }

    #[test]
    fn nothing_is_mistaken_for_success_when_only_ignored_tests_exist() {
        let counts = counted("test result: ok. 0 passed; 0 failed; 9 ignored; 0 measured; 0 filtered out");
        assert!(!counts.any());
        assert_eq!(counts.ignored, 9);
    }

    #[test]
    fn a_line_that_ends_like_windows_is_read_all_the_same() {
        assert_eq!(counted("test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured\r\n").passed, 4);
    }
}
