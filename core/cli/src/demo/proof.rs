//! What stands at the end: every phone verifies what it holds, the phones of an area compare its feed, and a ledger is
//! written.
//!
//! Nothing is said anew here.

use calamine::{Data, Reader, Xlsx, XlsxError, open_workbook};

use super::telling::Who;
use super::{LEDGER, Story, Trouble, summary};

/// Everybody meets the city once more; then phones verify and compare, and the city tells what happened.
pub fn prove(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-04-08T17:00:00+08:00")?;
    for who in story.people.iter().map(|person| person.who).collect::<Vec<_>>() {
        story.sync(who)?;
        let found = story.person(who)?.phone.verify()?;
        let bad = found.first_bad.unwrap_or_default();
        story.tell.check(
            who,
            found.ok,
            &format!(
                "核验：日志 {} 条、语句 {} 条、数据页 {}、照片文件 {}，{}",
                found.logs,
                found.ops,
                found.pages,
                found.photos,
                if found.ok { "全部相符" } else { "不符" }
            ),
            &format!("verified: {} ops, {} pages, {} photo files", found.ops, found.pages, found.photos),
            (&format!("全部相符；{bad}"), &format!("everything fits; {bad}")),
        );
    }
    compare(story)?;
    ledger(story)?;
    summary::tell(story)
}

/// The area feed on every phone of the area.
fn compare(story: &mut Story) -> Result<(), Trouble> {
    let mut first = None;
    for who in story.people.iter().map(|person| person.who).filter(|who| *who != Who::Contact).collect::<Vec<_>>() {
        let status = story.person(who)?.phone.status()?;
        let feed = status.feeds.into_iter().find(|feed| feed.feed.starts_with("area:"));
        let feed = feed.ok_or(Trouble::Story("没有片区数据流", "there is no area feed"))?;
        let stands = (feed.feed, feed.epoch, feed.cursor, feed.hash.to_string());
        let (cursor, short) = (stands.2, stands.3.get(..16).unwrap_or_default().to_owned());
        let first = first.get_or_insert_with(|| stands.clone());
        story.tell.check(
            who,
            *first == stands,
            &format!("片区数据流第 {cursor} 条，状态散列 {short}…"),
            &format!("area feed at {cursor}, state hash {short}…"),
            ("与检查员甲的手机同一位置、同一散列", "the position and the hash of the first inspector's phone"),
        );
    }
    Ok(())
}

/// The supervisor's ledger as a workbook, and what a reader of workbooks finds in the file.
fn ledger(story: &mut Story) -> Result<(), Trouble> {
    let who = Who::Supervisor;
    let file = story.folder.join(LEDGER);
    let written = story.person(who)?.phone.ledger("xlsx", &file, false, &mut |_| {})?;
    let mut book: Xlsx<_> = open_workbook(&file).map_err(unreadable)?;
    let sheet = book.worksheet_range_at(0).ok_or(Trouble::Story("没有工作表", "there is no sheet"))?;
    let sheet = sheet.map_err(unreadable)?;
    // A line of the ledger begins with its number; title and column names do not.
    let lines = sheet.rows().filter(|row| matches!(row.first(), Some(Data::Float(_) | Data::Int(_)))).count();
    let wanted = story.findings.len();
    story.tell.check(
        who,
        lines == wanted && written.rows == u64::try_from(lines).unwrap_or_default(),
        &format!("问题台账 {LEDGER}：工作簿重新打开，{} 列，{lines} 个问题", sheet.width()),
        &format!("ledger as XLSX, read back: {} columns, {lines} findings", sheet.width()),
        (&format!("{wanted} 个问题"), &format!("{wanted} findings")),
    );
    Ok(())
}

fn unreadable(error: XlsxError) -> Trouble {
    std::io::Error::other(error).into()
}
