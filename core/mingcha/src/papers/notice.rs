//! The rectification notice 整改通知书 and the supervision notice 督办通知书.
//!
//! A notice is printed once it was served in the record: the paper carries what was said, it never says it first.

use maud::{Markup, html};
use mingcha_model::{Day, NoticeKind, Outcome};

use super::Draft;
use super::page::{Shape, Typed, blank, day, facts, long_blank, standing};
use super::told::Told;
use crate::wording::paper as words;
use crate::{MingchaError, Mistake, wording};

/// The notice of this kind that stands for a finding.
pub(super) fn draft(kind: NoticeKind, told: &Told, today: Day) -> Result<Draft, MingchaError> {
    let served = served(kind, told)?;
    let title = match kind {
        NoticeKind::Rectification => words::NOTICE,
        NoticeKind::Supervision => words::SUPERVISION,
    };
    let supervision = kind == NoticeKind::Supervision;
    let feedback = told.feedback_day.map(day);
    let body = html! {
        p class="right" { (blank(words::PAPER_NUMBER)) }
        h1 { (title) }
        (standing(told.stage, &told.marks))
        p class="plain" { (words::to(&told.unit)) }
        p { (words::notice_opening(feedback.as_deref(), &told.site)) }
        (facts(&[
            (words::NUMBER, html! { (told.number) }),
            (words::SITE, html! { (Typed(&told.site)) }),
            (words::ITEM, html! { (told.item) " " (Typed(&told.item_text)) }),
            (words::SEVERITY, html! { (told.severity) }),
            (words::DEMAND, html! { (Typed(&told.demand)) }),
            (words::NOTICE_DAY, html! { (day(served)) }),
            (words::DEADLINE, deadline(told)),
            (words::EXTENSION, html! { (told.extension) }),
            (words::TIMES_SUPERVISED, html! { @if let Some(times) = told.supervisions.filter(|_| supervision) { (words::times(times)) } }),
            (words::PREVIOUS_NOTICE, html! { @if let Some((kind, served)) = told.previous_notice.filter(|_| supervision) { (wording::notice(kind)) "，" (day(served)) } }),
            (words::NEXT_RECHECK, html! { @if let Some(due) = told.recheck_due { (day(due)) } }),
        ]))
        (told.photos.figures(words::BEFORE_PHOTOS))
        @if supervision { (why_supervised(told)) }
        @match told.deadline {
            Some(deadline) => p { (words::by(&day(deadline))) (words::LATER) },
            None => p { (words::OPEN_DEADLINE) (words::LATER) },
        }
        p { (words::APPEAL) }
        @if supervision { p { (long_blank(words::CONSEQUENCE)) } }
        div class="sign" {
            p { (blank(words::COPIED_TO)) }
            p { (blank(words::SIGNED_BY)) }
            p { (blank(words::CONTACT)) }
            p { (blank(words::ISSUED_BY)) }
            p class="date" { (day(served)) }
        }
        (receipt(title, told))
        p class="small" { (words::printed(&today.to_string())) }
    };
    Ok(Draft { title, shape: Shape::Letter, body, findings: 1, not_fed_back: 0 })
}

/// The day on which the notice of this kind was served.
fn served(kind: NoticeKind, told: &Told) -> Result<Day, MingchaError> {
    match (kind, told.notice, told.previous_notice) {
        (kind, Some((newest, day)), _) if newest == kind => Ok(day),
        (NoticeKind::Supervision, ..) => Err(Mistake::NotNow(
            "尚未督办，请先 finding supervise",
            "no supervision notice is in force; serve one first",
        )
        .into()),
        (_, None, _) => {
            Err(Mistake::NotNow("尚未交办，请先 finding notice", "no notice was served yet; use `finding notice`")
                .into())
        }
        (_, Some(_), _) => Err(Mistake::NotNow(
            "最近一次是督办通知，请用 paper supervision",
            "the notice in force is a supervision notice; use `paper supervision`",
        )
        .into()),
    }
}

fn deadline(told: &Told) -> Markup {
    html! {
        @if let Some(deadline) = told.deadline {
            (day(deadline)) @if told.provisional { (wording::PROVISIONAL) }
        }
    }
}

/// The recheck that failed, in days and results alone.
fn why_supervised(told: &Told) -> Markup {
    let failed = told.results.iter().rfind(|(outcome, _)| *outcome != Outcome::Pass);
    html! {
        p {
            @if let Some((outcome, seen)) = failed { (words::failed(&day(*seen), wording::outcome(*outcome))) }
            (words::SUPERVISED)
        }
    }
}

/// The part that is torn off, signed and given back.
fn receipt(title: &str, told: &Told) -> Markup {
    html! {
        div class="stub" {
            h2 { (words::RECEIPT) }
            p { (title) "　" (words::NUMBER) "：" (told.number) }
            p { (words::UNIT) "：" (Typed(&told.unit)) }
            p { (long_blank(words::RECEIVED_OR_REFUSED)) }
            p { (blank(words::SIGNATURE)) "　" (words::DATE_BLANK) }
        }
    }
}
