//! The tables that every phone knows without having met a city: 2025 and 2026.
//!
//! Written from the yearly notices of the General Office of the State Council on holiday arrangements; nothing
//! for 2027 is guessed here.

use super::YearTable;
use crate::Day;

/// A run of days, both ends included: month and day of the first and of the last.
type Run = ((u32, u32), (u32, u32));

/// Days off in 2025, as in the notice of 12 November 2024: New Year, Spring Festival, Qingming, Labour Day,
/// Dragon Boat, National Day with Mid-Autumn.
const OFF_2025: [Run; 6] =
    [((1, 1), (1, 1)), ((1, 28), (2, 4)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((5, 31), (6, 2)), ((10, 1), (10, 8))];
/// Saturdays and Sundays that are worked in 2025, same notice.
const WORK_2025: [(u32, u32); 5] = [(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)];

/// Days off in 2026, as in the notice of 4 November 2025 (gov.cn, `content_7047091`): New Year, Spring Festival,
/// Qingming, Labour Day, Dragon Boat, Mid-Autumn, National Day.
const OFF_2026: [Run; 7] = [
    ((1, 1), (1, 3)),
    ((2, 15), (2, 23)),
    ((4, 4), (4, 6)),
    ((5, 1), (5, 5)),
    ((6, 19), (6, 21)),
    ((9, 25), (9, 27)),
    ((10, 1), (10, 7)),
];
/// Saturdays and Sundays that are worked in 2026, same notice.
const WORK_2026: [(u32, u32); 6] = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)];

/// Both tables; each passes its own check.
pub(super) fn tables() -> [YearTable; 2] {
    [table(2025, &OFF_2025, &WORK_2025), table(2026, &OFF_2026, &WORK_2026)]
}

fn table(year: i32, off: &[Run], work: &[(u32, u32)]) -> YearTable {
    let day = |(month, day)| Day::from_civil(year, month, day);
    let run = |&(first, last): &Run| {
        let first = day(first)?;
        let length = day(last)?.days_after(first);
        Some((0..=length).map(move |later| first.plus(later)))
    };
    YearTable {
        year,
        off: off.iter().filter_map(run).flatten().collect(),
        work: work.iter().filter_map(|&worked| day(worked)).collect(),
        published: true,
    }
}
