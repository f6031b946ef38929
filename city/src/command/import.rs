//! `import`: takes in what a phone handed on as a file, as if the phone had brought it itself.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use mingcha_city::{ParcelChecked, ParcelImported, ParcelProgress};
use mingcha_sync::ParcelCounts;
use serde_json::json;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city import --data ./city /media/card/phone.mingcha
  mingcha-city import --data ./city /media/card/phone.mingcha --check

平台可以继续运行。先逐字节核验全部内容，再接收；不完整、被改动、给别的平台的文件一律不收。
权限、判定、先后与手机自己同步时完全相同；停用设备的内容待放行。重复导入不会产生重复内容。
文件可以留到提示“没有等待的内容”为止。

The city may go on serving. All of it is proven before anything is taken; what is cut, changed or for another city is refused.
Permission, judgement and order are those of a sync of the phone itself; what a revoked device wrote is held. Importing the same
file again changes nothing. Keep the file until nothing of it is waited for.")]
pub(crate) struct Import {
    #[command(flatten)]
    data: Data,
    /// 手机导出的文件 / the file that a phone exported
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// 只核验，不接收 / prove it and take nothing
    #[arg(long)]
    check: bool,
}

impl Import {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let city = self.data.open()?;
        let mut told = Terminal { seen: std::io::stderr().is_terminal(), last: ("", 0) };
        if self.check {
            let checked = city.check_parcel(&self.file, &mut |progress| told.say(progress));
            told.end();
            return Ok(said_of_check(&checked?));
        }
        let imported = city.import_parcel(&self.file, &mut |progress| told.say(progress));
        told.end();
        Ok(said_of_import(&imported?))
    }
}

fn said_of_check(checked: &ParcelChecked) -> Said {
    let ParcelChecked { logs, segments, ops, photos, first_bad } = checked;
    let ok = first_bad.is_none();
    let (zh, en) = if ok {
        ("文件完整，内容相符", "The file is whole and everything fits")
    } else {
        ("内容不符", "Something does not fit")
    };
    Said::new(
        json!({ "logs": logs, "segments": segments, "ops": ops, "photos": photos, "ok": ok, "first_bad": first_bad }),
        format!("{zh}：记录 {ops} 条，照片 {photos} 张。"),
        format!("{en}: {ops} statements, {photos} photos."),
    )
}

fn said_of_import(imported: &ParcelImported) -> Said {
    let ParcelImported { taken, logs, new_segments, new_photos } = imported;
    let ParcelCounts { segments, ops, photos } = taken.counts;
    let (waiting_segments, waiting_photos) = (taken.waiting_segments, taken.waiting_photos);
    let mut zh = vec![format!("已接收：记录 {ops} 条，照片 {photos} 张，其中新照片 {new_photos} 张。")];
    let mut en = vec![format!("Taken in: {ops} statements and {photos} photos, {new_photos} of which are new.")];
    if *new_segments == 0 && *new_photos == 0 {
        zh.push("内容此前已全部接收。".to_owned());
        en.push("The city had all of it before.".to_owned());
    }
    if waiting_segments > 0 {
        zh.push(format!("有 {waiting_segments} 段接不上，请让对方不用 --since 重新导出全部。"));
        en.push(format!(
            "{waiting_segments} segments do not continue what the city has: ask for all of it, without --since."
        ));
    }
    if waiting_photos > 0 {
        zh.push(format!("有 {waiting_photos} 张照片所属的检查还没有送到平台，请保留文件，送到后再导入一次。"));
        en.push(format!(
            "{waiting_photos} photos belong to a visit that the city has not heard of yet: keep the file and import it again then."
        ));
    }
    if taken.is_done() {
        zh.push("没有等待的内容，文件可以删除。".to_owned());
        en.push("Nothing of it is waited for: the file may go.".to_owned());
    }
    let json = json!({
        "logs": logs, "segments": segments, "ops": ops, "photos": photos, "new_segments": new_segments,
        "new_photos": new_photos, "waiting_segments": waiting_segments, "waiting_photos": waiting_photos,
    });
    Said::new(json, zh.join("\n"), en.join("\n"))
}

/// One line on a terminal that says how far it has come; nothing where nobody looks.
struct Terminal {
    seen: bool,
    last: (&'static str, u64),
}

impl Terminal {
    fn say(&mut self, progress: ParcelProgress) {
        let percent = progress.done.saturating_mul(100).checked_div(progress.of).unwrap_or(100);
        if !self.seen || self.last == (progress.what, percent) {
            return;
        }
        self.last = (progress.what, percent);
        let what = if progress.what == "proving" { "核验 proving" } else { "接收 taking in" };
        let _ = write!(std::io::stderr(), "\r{what} {percent} %   ");
    }

    fn end(&self) {
        if self.seen {
            let _ = writeln!(std::io::stderr());
        }
    }
}
