//! Whether a library fits the pages of a phone's memory, read from the library itself.
//!
//! Android 15 runs on processors whose pages hold 16 KB, and refuses a library with a segment that is laid out for smaller
//! ones. The header is read here because no tool for it is on every machine that builds (System V ABI, chapters 4 and 5).

/// The smallest alignment of a loaded segment that every Android takes.
pub const SIXTEEN_KB: u64 = 16 * 1024;

/// What a library says of itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Header {
    /// The kind of processor: 183 for arm64, 40 for 32-bit Arm, 62 for x86-64.
    pub processor: u16,
    /// How each segment that is loaded must be aligned, in bytes.
    pub alignments: Vec<u64>,
}

/// Reads the header of a shared library; nothing where it is none of the little-endian kind that phones have.
pub fn header(library: &[u8]) -> Option<Header> {
    let wide = match library.get(..6)? {
        [0x7f, b'E', b'L', b'F', 2, 1] => true,
        [0x7f, b'E', b'L', b'F', 1, 1] => false,
        _ => return None,
    };
    // Where the table of segments stands, how long a row of it is, how many there are, and where a row keeps its alignment.
    let (table, row, rows, alignment) = if wide {
        (number(library, 32, 8)?, number(library, 54, 2)?, number(library, 56, 2)?, (48, 8))
    } else {
        (number(library, 28, 4)?, number(library, 42, 2)?, number(library, 44, 2)?, (28, 4))
    };
    let mut alignments = Vec::new();
    for nth in 0..rows {
        let at = usize::try_from(nth.checked_mul(row)?.checked_add(table)?).ok()?;
        // `PT_LOAD`.
        if number(library, at, 4)? == 1 {
            alignments.push(number(library, at.checked_add(alignment.0)?, alignment.1)?);
        }
    }
    let processor = u16::try_from(number(library, 18, 2)?).ok()?;
    (!alignments.is_empty()).then_some(Header { processor, alignments })
}

/// A number of so many bytes, its little end first.
fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(width)?)?;
    Some(digits.iter().rev().fold(0, |sum, digit| (sum << 8) | u64::from(*digit)))
}

/// Says what is wrong with a library that a phone of this kind of processor is to load.
pub fn misfit(library: &[u8], processor: u16) -> Option<String> {
    let Some(header) = header(library) else { return Some("is no shared library for a phone".to_owned()) };
    if header.processor != processor {
        return Some(format!("is for processor {}, not {processor}", header.processor));
    }
    let least = header.alignments.iter().min()?;
    (*least < SIXTEEN_KB).then(|| format!("has a segment laid out for pages of {least} bytes, not {SIXTEEN_KB}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A library with two segments, of which one is loaded, as a linker of this width would begin it.
    fn library(wide: bool, processor: u16, alignment: u64) -> Vec<u8> {
        let mut bytes = vec![0; 400];
        let mut put = |at: usize, number: u64, width: usize| {
            bytes[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
        };
        let (table, row) = if wide { (64, 56) } else { (52, 32) };
        put(0, u64::from(u32::from_le_bytes(*b"\x7fELF")), 4);
        put(4, if wide { 2 } else { 1 }, 1);
        put(5, 1, 1);
        put(18, u64::from(processor), 2);
        let places = if wide { [(32, 8), (54, 2), (56, 2)] } else { [(28, 4), (42, 2), (44, 2)] };
        for ((at, width), number) in places.into_iter().zip([table, row, 2]) {
            put(at, number, width);
        }
        let second = usize::try_from(table + row).unwrap();
        put(second, 1, 4);
        put(second + if wide { 48 } else { 28 }, alignment, if wide { 8 } else { 4 });
        bytes
    }

    #[test]
    fn a_library_of_either_width_is_judged_by_its_loaded_segments() {
        for (wide, processor) in [(true, 183), (true, 62), (false, 40)] {
            let fits = library(wide, processor, SIXTEEN_KB);
            assert_eq!(header(&fits), Some(Header { processor, alignments: vec![SIXTEEN_KB] }));
            assert_eq!(misfit(&fits, processor), None);
            assert!(misfit(&library(wide, processor, 4096), processor).unwrap().contains("4096"));
            assert!(misfit(&fits, 3).unwrap().contains("processor"));
            assert!(misfit(&fits[..100], processor).is_some(), "cut off");
        }
        assert!(misfit(b"!<arch>\n", 183).is_some());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_linker_is_heard_by_the_size_of_page_it_was_told() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("one.c");
        std::fs::write(&source, "int one(void) { return 1; }\n").unwrap();
        for (told, fits) in [("16384", true), ("4096", false)] {
            let library = folder.path().join(told);
            let mut cc = std::process::Command::new("cc");
            cc.args(["-shared", "-fPIC", &format!("-Wl,-z,max-page-size={told}"), "-o"]).arg(&library).arg(&source);
            assert!(cc.status().unwrap().success());
            let bytes = std::fs::read(&library).unwrap();
            let processor = header(&bytes).unwrap().processor;
            assert_eq!(misfit(&bytes, processor).is_none(), fits, "{:?}", header(&bytes));
        }
    }
}
