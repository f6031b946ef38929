//! The rectification report 整改情况报告: problem, measure, who handled it, when; in the unit's name, sealed.
//!
//! It is printed once the unit submitted something. Whoever was responsible signs by hand: no record names them.

use maud::html;
use mingcha_model::Day;

use super::Draft;
use super::album::Album;
use super::page::{Shape, Typed, blank, day, facts, standing};
use super::told::Told;
use crate::wording::paper as words;
use crate::{MingchaError, Mistake, wording};

pub(super) fn draft(told: &Told, album: &mut Album<'_>, today: Day) -> Result<Draft, MingchaError> {
    if told.submissions.is_empty() {
        return Err(Mistake::NotNow(
            "尚未报整改，请先 finding rectify",
            "nothing was submitted yet; use `finding rectify`",
        )
        .into());
    }
    let mut submissions = Vec::new();
    for one in &told.submissions {
        submissions.push((one, album.photos(&one.photos)?));
    }
    let body = html! {
        h1 { (words::REPORT) }
        (standing(told.stage, &told.marks))
        p { (words::report_opening(&told.site)) }
        (facts(&[
            (words::NUMBER, html! { (told.number) }),
            (words::SITE, html! { (Typed(&told.site)) }),
            (words::ITEM, html! { (told.item) " " (Typed(&told.item_text)) }),
            (words::DEMAND, html! { (Typed(&told.demand)) }),
            (words::DEADLINE, html! { @if let Some(deadline) = told.deadline { (day(deadline)) @if told.provisional { (wording::PROVISIONAL) } } }),
            (words::EXTENSION, html! { (told.extension) }),
        ]))
        (told.photos.figures(words::BEFORE_PHOTOS))
        @for (nth, (one, photos)) in (1_usize..).zip(&submissions) {
            h2 { (words::submission(nth, &day(one.day))) }
            (facts(&[
                (words::MEASURE, html! { (Typed(&one.text)) }),
                (words::OPINION, html! {
                    @match one.verdict {
                        Some(verdict) => (Typed(&wording::opinion(Some(verdict), &one.reason))),
                        None => (words::NOT_REVIEWED),
                    }
                }),
            ]))
            (photos.figures(words::AFTER_PHOTOS))
        }
        div class="sign" {
            p { (blank(words::RESPONSIBLE_PERSON)) }
            p { (blank(words::RESPONSIBLE_LEADER)) }
            p { (Typed(&told.unit)) (words::SEAL) }
            p class="date" { (words::DATE_BLANK) }
        }
        p class="small" { (words::printed(&today.to_string())) }
    };
    Ok(Draft { title: words::REPORT, shape: Shape::Letter, body, findings: 1, not_fed_back: 0 })
}
