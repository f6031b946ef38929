//! `backup`, `restore`, `people` and `confirm-people`: the city in one file, the city out of one, and who may read it then.
//!
//! What is safe and what is not is said in plain words each time. Progress goes to stderr, where that is a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

use mingcha_city::{BackupAsk, BackupMade, BackupProgress, City};
use mingcha_model::print_millis;
use serde_json::{Value, json};

use super::Data;
use super::failure::Failure;
use super::speech::{Lang, Said};

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city backup --data ./city --out /mnt/nas/2026-03-16.tar --off-machine
  mingcha-city backup --data ./city --out /mnt/nas/2026-03-17.tar --since /mnt/nas/2026-03-16.tar --off-machine
  mingcha-city backup --data ./city --check /mnt/nas/2026-03-16.tar --off-machine

平台可以继续运行。先复制数据库，再复制照片；写完逐字节读回核对，才改为正式文件名。绝不覆盖已有文件。
--off-machine 表示你确认该位置不在本机（另一台机器、网络存储、取走保管的盘）。只有这样，手机才会在 14 天后腾出
照片原件；与平台同一文件系统的位置一律不算。先写本机、再自行拷走的，请对拷走的那一份用 --check。
--since 只复制上一份没有的照片；两份（及更早所依赖的）都要保留在同一文件夹，恢复时都要用到。同时用 --off-machine 时，
较早的各份也会逐字节读回核对。
备份文件没有加密：内有全部人员、记录、照片和平台私钥 city.key。谁拿到它，谁就能读取一切并冒充平台。请存放在加密的
盘上，权限与平台文件夹相同（本命令写成 0600）。
已永久删除的照片，在删除之前的备份里仍然存在：请按规定期限销毁旧备份；从旧备份恢复后须再删除一次。

The city may go on serving. The database is copied first, then the photos; the file is read back byte for byte before it
gets its name. Nothing is ever written over.
--off-machine is your word that the place is off this machine: another machine, a network share, a disk that is taken away.
Only then do phones free originals after 14 days; a place on the file system of the city never counts. Whoever writes to
this machine first and copies it away says --check of the copy.
--since copies only photos that the earlier backup lacks; keep both, and those it needs, in one folder: a restore needs all.
With --off-machine the earlier ones are read back byte for byte as well.
A backup is not encrypted: it holds all people, records, photos, and the city's secret key. Whoever has it reads everything
and can speak as the city. Keep it on an encrypted disk; it is written for its owner alone (0600).
A photo that was erased for good still stands in backups made before: destroy them when their time is over, and erase it
again after a restore from one of them.")]
pub(crate) struct Backup {
    #[command(flatten)]
    data: Data,
    /// 写入的文件，不能已存在 / the file to write; there must be none
    #[arg(long, value_name = "FILE", required_unless_present = "check", conflicts_with = "check")]
    out: Option<PathBuf>,
    /// 上一份备份，同一文件夹；其中已有的照片不再复制 / an earlier backup in the same folder, whose photos are not copied again
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    since: Option<PathBuf>,
    /// 不写新文件，只核对这一份 / write nothing: read this one back
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    /// 确认该位置不在本机 / my word that this place is off the machine
    #[arg(long)]
    off_machine: bool,
}

impl Backup {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let city = self.data.open()?;
        let mut told = Terminal::new();
        let (file, made) = match (&self.out, &self.check) {
            (Some(out), _) => {
                let ask = BackupAsk { out, since: self.since.as_deref(), off_machine: self.off_machine };
                (out, city.backup(&ask, &mut |progress| told.say(progress)))
            }
            (None, Some(check)) => {
                (check, city.check_backup(check, self.off_machine, &mut |progress| told.say(progress)))
            }
            (None, None) => return Err(Failure::mistake("usage", "请用 --out 写明文件", "name the file with --out")),
        };
        told.end();
        Ok(self.said(&file.display().to_string(), &made?))
    }

    fn said(&self, file: &str, made: &BackupMade) -> Said {
        let taken = print_millis(made.taken_millis);
        let (photos, copied, bytes, lost) = (made.photos, made.copied, made.bytes, made.lost);
        let mut zh = vec![format!(
            "备份已读回核对：{file}，{bytes} 字节，照片文件 {photos} 个（本文件内 {copied} 个），截至 {taken}。"
        )];
        let mut en = vec![format!(
            "The backup was read back and is whole: {file}, {bytes} bytes, {photos} photo files ({copied} in this file), as of {taken}."
        )];
        if !made.earlier.is_empty() {
            let names = made.earlier.join(", ");
            zh.push(format!("恢复时还需要同一文件夹中的：{names}"));
            en.push(format!("A restore needs these beside it: {names}"));
        }
        if self.off_machine {
            zh.push("其中内容已记为安全保存，手机据此在 14 天后腾出照片原件。".to_owned());
            en.push("What is in it counts as safe: phones free originals 14 days later.".to_owned());
        } else {
            zh.push("没有 --off-machine：不算机外副本，手机不会据此腾出照片原件。".to_owned());
            en.push("Without --off-machine it does not count as off the machine: no phone frees anything.".to_owned());
        }
        if lost > 0 {
            zh.push(format!("平台磁盘上有 {lost} 个照片文件丢失或损坏；仍有它们的手机会重新上传。请检查磁盘。"));
            en.push(format!(
                "{lost} photo files are lost or damaged on the city's disk; phones that still have them send them again. Check the disk."
            ));
        }
        let json = json!({
            "file": file, "bytes": bytes, "photos": photos, "copied": copied, "earlier": made.earlier, "lost": lost,
            "taken": taken, "off_machine": self.off_machine,
        });
        Said::new(json, zh.join("\n"), en.join("\n"))
    }
}

#[derive(clap::Args)]
#[command(after_help = "示例 / Example:
  mingcha-city restore /mnt/nas/2026-03-16.tar --data ./city

先核对全部内容，再放入空文件夹；中途被终止也不会留下半个平台，重新运行即可。
恢复后照常运行 serve：手机会把备份之后的工作重新送到，但平台在你核对人员前不下发任何内容。请先看 people 和 devices，把备份
之后停用的设备、取消的权限再做一次，然后运行 confirm-people。备份之后登记的人员用 enrol --person 重新登记。
未使用的注册码全部作废；通知书编号会跳过一段，绝不重复。备份之后永久删除的照片须再删除一次。

Everything is proven before it is put into the empty folder; a restore that was killed leaves no half city: run it again.
Serve as usual then: phones send again what they said after the backup, but the city gives nothing to anybody until you
have looked at `people` and `devices`, revoked again whatever was revoked after the backup, and run `confirm-people`. Whoever was
enrolled after the backup enrols again: `enrol --person`. Unused codes are void; numbers leave out a stretch and are
never given twice. A photo that was erased for good after the backup must be erased again.")]
pub(crate) struct Restore {
    /// 备份文件 / the backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    data: Data,
}

impl Restore {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let mut told = Terminal::new();
        let restored = City::restore(&self.file, self.data.dir(), &mut |progress| told.say(progress));
        told.end();
        let restored = restored?;
        let (taken, photos, lost) = (print_millis(restored.taken_millis), restored.photos, restored.lost);
        Ok(Said::new(
            json!({ "taken": taken, "photos": photos, "lost": lost, "confirmed": false }),
            format!(
                "平台已恢复到 {taken}，照片文件 {photos} 个。可以运行 serve 接收手机内容；核对 people 和 devices 后运行 confirm-people，才会下发。"
            ),
            format!(
                "The city is back as of {taken}, with {photos} photo files. Serve it: it takes what phones send. Look at `people` and `devices`, then run `confirm-people`: until then it gives nothing out."
            ),
        ))
    }
}

#[derive(clap::Args)]
#[command(after_help = "示例 / Example:
  mingcha-city people --data ./city --json")]
pub(crate) struct People {
    #[command(flatten)]
    data: Data,
}

impl People {
    pub(crate) fn run(&self, lang: Option<Lang>) -> Result<Said, Failure> {
        let people = self.data.open()?.people()?;
        let row = |one: &mingcha_city::PersonListed| {
            json!({
                "person": one.person, "name": one.name, "role": one.grants.role, "areas": one.grants.areas,
                "unit": one.grants.unit, "devices": one.devices,
            })
        };
        let head = match lang {
            Some(Lang::En) => ["person", "role", "devices", "areas or unit", "name"],
            _ => ["人员", "角色", "设备", "片区或单位", "称呼"],
        };
        let lines = people.iter().map(|one| {
            let places: Vec<String> = one.codes.clone();
            let places = if places.is_empty() { "-".to_owned() } else { places.join(",") };
            format!("{}  {:<10}  {:>2}  {places}  {}", one.person, one.grants.role.name(), one.devices, one.name)
        });
        let text = std::iter::once(head.join("  ")).chain(lines).collect::<Vec<_>>().join("\n");
        Ok(Said::new(Value::Array(people.iter().map(row).collect()), text.clone(), text))
    }
}

#[derive(clap::Args)]
#[command(after_help = "示例 / Example:
  mingcha-city confirm-people --data ./city

恢复之后用一次：先看 people 和 devices，把备份之后停用的再停用。此后平台恢复下发。
Once after a restore: look at `people` and `devices` first and revoke again whatever was revoked since. Then the city gives again.")]
pub(crate) struct ConfirmPeople {
    #[command(flatten)]
    data: Data,
}

impl ConfirmPeople {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let confirmed = self.data.open()?.confirm_people()?;
        let devices = confirmed.devices;
        let json = json!({ "confirmed": true, "was_waiting": confirmed.was_waiting, "devices": devices });
        Ok(if confirmed.was_waiting {
            Said::new(
                json,
                format!("已确认：{devices} 台设备可以接收，平台恢复下发。"),
                format!("Confirmed: {devices} devices may read, and the city gives out again what it has."),
            )
        } else {
            Said::new(json, "无需确认：平台照常下发。", "Nothing waited for it: the city gives out as usual.")
        })
    }
}

/// One line on a terminal that says how far it has come; nothing where nobody looks.
struct Terminal {
    seen: bool,
    last: (&'static str, u64),
}

impl Terminal {
    fn new() -> Self {
        Self { seen: std::io::stderr().is_terminal(), last: ("", 0) }
    }

    fn say(&mut self, progress: BackupProgress) {
        let percent = progress.done.saturating_mul(100).checked_div(progress.of).unwrap_or(100);
        if !self.seen || self.last == (progress.what, percent) {
            return;
        }
        self.last = (progress.what, percent);
        let what = match progress.what {
            "database" => "数据库 database",
            "photos" => "照片 photos",
            "read_back" => "读回 reading back",
            _ => "恢复 restoring",
        };
        let _ = write!(std::io::stderr(), "\r{what} {percent} %   ");
    }

    fn end(&self) {
        if self.seen {
            let _ = writeln!(std::io::stderr());
        }
    }
}
