//! A city inspects itself on this machine: the real core, an encrypted store, HTTP, photos, six phones, a month.
//!
//! The story does what people would do, and every line of it is read back from a phone or from the city afterwards;
//! nothing is told because the script meant it. It owns the clocks of its city and of its phones, and nobody else's.

mod city;
mod contest;
mod enrolment;
mod holiday;
mod inspection;
mod joint;
mod meeting;
mod people;
mod pictures;
mod proof;
mod recheck;
mod rectification;
mod summary;
mod telling;
mod undercover;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use mingcha::MingchaError;
use mingcha_city::CityError;
use mingcha_model::{BadTime, Role};
use tempfile::TempDir;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::texts::Lang;
use city::Served;
use people::{Person, Time};
use pictures::Pictures;
use telling::{Telling, Who};

/// Where `--keep` leaves everything.
const KEPT: &str = "mingcha-demo";
/// What the ledger is called there.
const LEDGER: &str = "ledger.xlsx";

#[derive(Args)]
pub struct Demo {
    /// 用该目录中的 JPEG 照片，不写则画示意图 / take the JPEGs of this folder; else pictures are drawn
    #[arg(long, value_name = "DIR")]
    photos: Option<PathBuf>,
    /// 结束后保留在 ./mingcha-demo / leave everything in ./mingcha-demo
    #[arg(long)]
    keep: bool,
    /// 结束后平台继续运行，按 Ctrl-C 停止 / leave the city running until Ctrl-C
    #[arg(long)]
    serve: bool,
}

/// Why an act ended early.
#[derive(Debug)]
enum Trouble {
    Phone(MingchaError),
    City(CityError),
    File(std::io::Error),
    /// The story stands where this step has no place, Chinese and English.
    Story(&'static str, &'static str),
}

impl From<MingchaError> for Trouble {
    fn from(error: MingchaError) -> Self {
        Self::Phone(error)
    }
}

impl From<CityError> for Trouble {
    fn from(error: CityError) -> Self {
        Self::City(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

impl From<BadTime> for Trouble {
    fn from(_: BadTime) -> Self {
        Self::Story("时间写错", "a malformed time")
    }
}

impl Trouble {
    fn words(&self) -> (String, String) {
        let both = match self {
            Self::Phone(error) => error.to_string(),
            Self::City(error) => error.to_string(),
            Self::File(error) => format!("文件无法读写 / a file cannot be read or written: {error}"),
            Self::Story(zh, en) => format!("{zh} / {en}"),
        };
        let (zh, en) = both.split_once(" / ").unwrap_or((&both, &both));
        (zh.to_owned(), en.to_owned())
    }
}

/// Everything that the story happens to.
struct Story {
    tell: Telling,
    time: Time,
    city: Served,
    people: Vec<Person>,
    pictures: Pictures,
    /// The findings so far, each as a phone listed it; a published one by its copy.
    findings: Vec<inspection::Found>,
    /// The conflicts that phones told, by name.
    conflicts: BTreeSet<String>,
    /// Where everything lies.
    folder: PathBuf,
}

type Act = fn(&mut Story) -> Result<(), Trouble>;

/// The story, act by act.
const ACTS: [(&str, &str, Act); 13] = [
    ("一、建城登记", "A city begins, six people enrol", enrolment::enrol),
    ("二、离线明察", "An open visit without a network", inspection::inspect),
    ("三、同步交办", "The city hears of it, notices go out", inspection::notice),
    ("四、签收整改", "The unit acknowledges and puts things right", rectification::rectify),
    ("五、审核退改", "One approved offline, one returned", rectification::review),
    ("六、隔周复查", "The recheck, a fortnight later", recheck::recheck),
    ("七、督办整改", "What failed is supervised and put right again", recheck::supervise),
    ("八、暗访公布", "An undercover visit, published without a trace", undercover::hide_and_publish),
    ("九、联合检查", "Two answer one item apart, are told and settle it", joint::inspect_together),
    ("十、审核分歧", "One approves what another returns", contest::judge_apart),
    ("十一、再查销号", "The second recheck closes the first strand", recheck::recheck_again),
    ("十二、假日顺延", "A recheck rolls over a holiday and takes all", holiday::roll),
    ("十三、核验对账", "What everybody holds, verified and compared", proof::prove),
];

impl Demo {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        self.check(desk)?;
        let told = self.begin(desk.lang()).and_then(|(mut story, folder)| {
            for (zh, en, act) in ACTS {
                story.play(zh, en, act);
            }
            story.end(&folder.path(), self.keep, self.serve)
        });
        Ok(told.unwrap_or_else(|trouble| {
            let (zh, en) = trouble.words();
            Telling::new(desk.lang(), Time::default()).wrong(&zh, &en);
            ExitCode::FAILURE
        }))
    }

    /// Refuses before anything is begun.
    fn check(&self, desk: &Desk) -> Result<(), Failure> {
        if desk.json() {
            return Err(Failure::usage(
                "demo 是演给人看的，请去掉 --json / demo is for people to watch: leave out --json".to_owned(),
            ));
        }
        if self.keep && Path::new(KEPT).exists() {
            return Err(Failure::usage(format!(
                "./{KEPT} 已存在，请先移走或删除，再用 --keep / ./{KEPT} exists already: move or remove it, or leave out --keep"
            )));
        }
        if self.photos.as_deref().is_some_and(|folder| !pictures::has_jpegs(folder)) {
            return Err(Failure::usage(
                "--photos 应写一个有 JPEG 照片的目录 / --photos takes a folder that holds JPEGs".to_owned(),
            ));
        }
        Ok(())
    }

    /// A city and six phones that nobody was enrolled on yet, and the folder where all of it lies.
    fn begin(&self, lang: Lang) -> Result<(Story, Folder), Trouble> {
        let folder = if self.keep {
            Folder::Kept(PathBuf::from(KEPT))
        } else {
            Folder::Temporary(TempDir::with_prefix("mingcha-demo-")?)
        };
        let time = Time::default();
        time.move_to("2026-03-02T08:30:00+08:00")?;
        // Seconds that each phone's clock is ahead: phones are never quite right.
        let people = [
            (Who::Inspector, 40),
            (Who::Colleague, -95),
            (Who::Undercover, 150),
            (Who::Contact, 0),
            (Who::Supervisor, -420),
            (Who::Deputy, 12),
        ]
        .into_iter()
        .map(|(who, ahead)| Person::with_new_phone(&folder.path(), who, &time, ahead))
        .collect::<Result<Vec<_>, _>>()?;
        let story = Story {
            tell: Telling::new(lang, time.clone()),
            time,
            people,
            city: Served::found(&folder.path().join("city"))?,
            pictures: Pictures::new(self.photos.as_deref(), folder.path().join("pictures"))?,
            findings: Vec::new(),
            conflicts: BTreeSet::new(),
            folder: folder.path(),
        };
        Ok((story, folder))
    }
}

/// Where everything lies; a temporary folder goes with the last who knows of it.
enum Folder {
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Folder {
    fn path(&self) -> PathBuf {
        match self {
            Self::Kept(folder) => folder.clone(),
            Self::Temporary(folder) => folder.path().to_owned(),
        }
    }
}

impl Story {
    /// Plays one act; what goes wrong in it is told, and the story goes on.
    fn play(&mut self, zh: &str, en: &str, act: Act) {
        self.tell.act(zh, en);
        if let Err(trouble) = act(self) {
            let (zh, en) = trouble.words();
            self.tell.wrong(&zh, &en);
        }
    }

    /// Moves the clocks of everybody to this moment.
    fn at(&mut self, moment: &str) -> Result<(), Trouble> {
        let millis = self.time.move_to(moment)?;
        Ok(self.city.city.set_clock(Some(millis))?)
    }

    fn person(&mut self, who: Who) -> Result<&mut Person, Trouble> {
        self.people
            .iter_mut()
            .find(|person| person.who == who)
            .ok_or(Trouble::Story("没有这个人", "there is no such person"))
    }

    /// Says how it went, and where to look.
    fn end(self, folder: &Path, keep: bool, serve: bool) -> Result<ExitCode, Trouble> {
        let Self { tell, time, city, people, pictures, .. } = self;
        drop(people);
        tell.note("", "");
        if !pictures.passed_over.is_empty() {
            let names = pictures.passed_over.join("、");
            tell.note(&format!("不能用作照片、已跳过：{names}"), &format!("no usable pictures, passed over: {names}"));
        }
        match tell.wrongs() {
            0 => tell.note("演示完成：每一行都与故事相符。", "Done: every line is as the story needs it."),
            wrong => tell.note(
                &format!("演示结束：有 {wrong} 处与故事不符，见 ✗ 各行。"),
                &format!("Done: {wrong} readings are not as the story needs, see the lines with ✗."),
            ),
        }
        let code = if tell.wrongs() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        let now = time.in_full();
        if keep {
            tell.note("一切保留在 ./mingcha-demo，例如：", "Everything is kept in ./mingcha-demo, for instance:");
            for words in ["finding list", "tasks", "verify"] {
                Telling::verbatim(&format!("  mingcha --home ./{KEPT}/inspector --now {now} {words}"));
            }
            Telling::verbatim(&format!(
                "  mingcha --home ./{KEPT}/supervisor-2 --now {now} finding list --stage supervised"
            ));
            Telling::verbatim(&format!("  ./{KEPT}/{LEDGER}"));
            let address = city.url.trim_start_matches("http://");
            Telling::verbatim(&format!("  mingcha-city serve --data ./{KEPT}/city --listen {address}"));
        }
        if serve {
            let code = city.code_for(Role::Inspector, "检查员")?;
            let (url, data) = (city.url.clone(), folder.join("city"));
            tell.note(
                &format!("平台仍在 {url}（数据在 {}），按 Ctrl-C 停止。再登记一部手机：", data.display()),
                "The city runs on until Ctrl-C. Enrol one more phone:",
            );
            Telling::verbatim(&format!("  mingcha --home ./another --now {now} enrol {url} {code}"));
            city.go_on_until_signal()?;
        } else {
            city.end()?;
        }
        Ok(code)
    }
}
