//! The command line of the city: what one may type, and what comes back.
//!
//! Texts are Chinese first, then English; `--lang` picks one of them. Results go to stdout, errors are one line on
//! stderr, and with `--json` both are JSON. Keys and exit codes stay; more may be added.

mod backup;
mod clock;
mod device;
mod erase;
mod failure;
mod form;
mod found;
mod import;
mod load;
mod person;
mod publish;
mod serve;
mod speech;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use mingcha_city::City;

use failure::Failure;
use speech::{Lang, Said};

/// 明察市级平台：建立、导入、登记人员、为手机提供同步 /
/// the city of Mingcha: found it, load it, enrol people, serve their phones
#[derive(Parser)]
#[command(name = "mingcha-city", version, after_help = EXAMPLES, max_term_width = 120)]
struct Line {
    #[command(subcommand)]
    command: Command,
    /// 以 JSON 输出结果和错误 / print results and errors as JSON
    #[arg(long, global = true)]
    json: bool,
    /// 只用一种语言；不写则中文在前、英文在后 / one language alone; without it Chinese, then English
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
}

const EXAMPLES: &str = "示例 / Examples:
  mingcha-city init --data ./city --sample
  mingcha-city enrol --data ./city --role inspector --area DH
  mingcha-city serve --data ./city --listen 127.0.0.1:8080
  mingcha-city load --data ./city sites.toml

退出码 / Exit codes: 0 完成 done; 2 用法或内容有误，未改变任何内容 the caller's mistake, nothing was changed; 1 其他 anything else";

/// The folder of a city.
#[derive(clap::Args)]
struct Data {
    /// 市级平台所在文件夹 / the folder of the city
    #[arg(long = "data", value_name = "DIR")]
    dir: PathBuf,
}

impl Data {
    fn dir(&self) -> &Path {
        &self.dir
    }

    fn open(&self) -> Result<City, Failure> {
        Ok(City::open(&self.dir)?)
    }
}

#[derive(Subcommand)]
enum Command {
    /// 为手机提供同步，直到 SIGTERM 或 Ctrl-C / serve phones until SIGTERM or Ctrl-C
    Serve(serve::Serve),
    /// 在空文件夹中建立平台 / found a city in a folder that holds none
    Init(found::Init),
    /// 导入片区、单位、点位、专项、政策、日历、标准：全部或全不 / load areas, units, sites, campaigns, policy, calendar, sets: all or nothing
    Load(load::LoadFile),
    /// 发布一套标准，或停用一套 / publish a criteria set, or take one out of use
    Publish(publish::Publish),
    /// 预览某点位一次检查的检查表 / the form that a visit to a site would have
    Form(form::Form),
    /// 登记人员或其下一部手机，给出一次性代码 / enrol a person or their next phone: a one-time code
    Enrol(person::Enrol),
    /// 允许某人在片区工作 / let a person work in an area
    Grant(person::Grant),
    /// 取消某人在片区的权限 / end a person's work in an area
    Revoke(person::Grant),
    /// 列出设备 / list devices
    Devices(device::Devices),
    /// 停用设备：此后收到的内容待放行 / revoke a device: what it sends from now on is held
    RevokeDevice(device::RevokeDevice),
    /// 永久删除：照片 / erase for good: a photo
    #[command(subcommand)]
    Erase(erase::Erase),
    /// 接收手机导出的文件，如同手机自己同步 / take in what a phone exported, as if it had synced
    Import(import::Import),
    /// 备份：一个文件，写完读回核对 / back the city up into one file that is read back
    Backup(backup::Backup),
    /// 从备份恢复到空文件夹 / make the city of a backup in an empty folder
    Restore(backup::Restore),
    /// 列出人员 / list people
    People(backup::People),
    /// 恢复后确认人员，平台才下发 / after a restore: confirm the people, so that the city gives out again
    ConfirmPeople(backup::ConfirmPeople),
    /// 设置示例平台的时间 / set the time of a sample city
    Clock(clock::Clock),
}

impl Command {
    fn run(self, lang: Option<Lang>, json: bool) -> Result<Option<Said>, Failure> {
        Ok(Some(match self {
            Self::Serve(serve) => return serve.run(json),
            Self::Init(init) => init.run()?,
            Self::Load(load) => load.run()?,
            Self::Publish(publish) => publish.run()?,
            Self::Form(form) => form.run()?,
            Self::Enrol(enrol) => enrol.run()?,
            Self::Grant(grant) => grant.run(true)?,
            Self::Revoke(grant) => grant.run(false)?,
            Self::Devices(devices) => devices.run(lang)?,
            Self::RevokeDevice(revoke) => revoke.run()?,
            Self::Erase(erase) => erase.run()?,
            Self::Import(import) => import.run()?,
            Self::Backup(backup) => backup.run()?,
            Self::Restore(restore) => restore.run()?,
            Self::People(people) => people.run(lang)?,
            Self::ConfirmPeople(confirm) => confirm.run()?,
            Self::Clock(clock) => clock.run()?,
        }))
    }
}

/// Runs one command line, the program's name included.
pub(crate) fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let line = match Line::try_parse_from(&arguments) {
        Ok(line) => line,
        Err(error) if !error.use_stderr() => {
            // Help and version; a reader that is gone is no error.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            let json = arguments.iter().take_while(|word| *word != "--").any(|word| word == "--json");
            return Failure::usage(&error).tell(None, json);
        }
    };
    let (lang, json) = (line.lang, line.json);
    let said = match line.command.run(lang, json) {
        Ok(Some(said)) => said.told(lang, json),
        Ok(None) => return ExitCode::SUCCESS,
        Err(failure) => return failure.tell(lang, json),
    };
    match writeln!(std::io::stdout().lock(), "{said}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => Failure::from(mingcha_city::CityError::Io(error)).tell(lang, json),
    }
}
