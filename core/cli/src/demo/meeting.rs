//! Somebody meets the city, and what their phone then tells: what went and came, what is left, where findings stand.
//!
//! What a phone reports is never taken as well by itself: whoever lets it meet says how many conflicts it must tell.

use mingcha::SyncReport;

use super::people::Stages;
use super::telling::Who;
use super::{Story, Trouble};
use crate::texts::Lang;

impl Story {
    /// Somebody meets the city; what the phone reports is told.
    pub(super) fn sync(&mut self, who: Who) -> Result<SyncReport, Trouble> {
        self.sync_with(who, 0)
    }

    /// The same where the phone must tell so many values of its own that somebody else's stands beside.
    pub(super) fn sync_with(&mut self, who: Who, wanted: u64) -> Result<SyncReport, Trouble> {
        let report = self.person(who)?.sync()?;
        let SyncReport { sent_ops, received_ops, sent_photos, received_photos, waiting_ops, waiting_photos, .. } =
            report;
        let SyncReport { refused, held, conflicts, .. } = report;
        let holds = (waiting_ops, waiting_photos, refused, held, conflicts) == (0, 0, 0, 0, wanted);
        let (apart_zh, apart_en) = match conflicts {
            0 => (String::new(), String::new()),
            some => (format!("；分歧 {some}"), format!("; conflicts {some}")),
        };
        self.tell.check(
            who,
            holds,
            &format!(
                "同步：送出 {sent_ops} 条、照片 {sent_photos} 张，取回 {received_ops} 条、照片文件 {received_photos} 个{apart_zh}"
            ),
            &format!(
                "synced: ops {sent_ops}, photos {sent_photos} out; ops {received_ops}, files {received_photos} in{apart_en}"
            ),
            (
                &format!("全部送达；待送 {waiting_ops} 条、照片 {waiting_photos}，被拒 {refused}，暂存 {held}，分歧应为 {wanted}"),
                &format!(
                    "nothing left; {waiting_ops} ops, {waiting_photos} photos wait, {refused} refused, {held} held; {wanted} conflicts"
                ),
            ),
        );
        Ok(report)
    }

    /// Tells how many findings stand at each stage on somebody's phone.
    pub(super) fn stages(&mut self, who: Who, wanted: &[(&'static str, usize)]) -> Result<(), Trouble> {
        let stages = self.person(who)?.stages()?;
        let wanted_words = |lang| Stages(wanted.iter().copied().collect()).words(lang);
        self.tell.check(
            who,
            stages.are(wanted),
            &format!("本机所见：{}", stages.words(Lang::Chinese)),
            &format!("on this phone: {}", stages.words(Lang::English)),
            (&wanted_words(Lang::Chinese), &wanted_words(Lang::English)),
        );
        Ok(())
    }
}
