//! A visit: started, answered, photographed, submitted.
//!
//! Every answer is durable when its command returns; there is nothing to save.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::Seen;
use super::criteria::{Inferred, Noted};
use crate::desk::Desk;
use crate::failure::Failure;

const MODES: [&str; 6] = ["open", "undercover", "recheck", "self", "special", "joint"];

#[derive(Subcommand)]
pub enum Visit {
    /// 开始检查 / start a visit
    #[command(
        after_help = "例 / Example:\n  mingcha visit start DEMO-01 --mode open --set W5\n  mingcha visit start DEMO-01 --mode undercover"
    )]
    Start {
        /// 点位 id 或编码 / the site's id or code
        site: String,
        /// open 明察，undercover 暗访，recheck 复查，self 自查，special 专项，joint 联合 / how the visit is made
        #[arg(long, value_parser = MODES, hide_possible_values = true)]
        mode: String,
        /// 只用这些标准，可重复 / ask these criteria sets only; may be repeated
        #[arg(long = "set", value_name = "S")]
        sets: Vec<String>,
        /// 同行人员 id，可重复；暗访不可用 / who else is there; may be repeated, refused when undercover
        #[arg(long, value_name = "PERSON")]
        with: Vec<String>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 检查表：要答什么，已答什么 / the form: what is asked and what was answered
    #[command(after_help = "例 / Example:\n  mingcha visit form VISIT\n  mingcha visit form VISIT --rest")]
    Form {
        /// 检查 id / the visit's id
        visit: String,
        /// 第几部分：城市、学校、社区的检查表每部分至多 40 项，不写则第 1 部分 / which part: the form of a city, a school or a
        /// community comes in parts of at most 40 items; else the first
        #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
        part: u64,
        /// 只列未列入检查表的项及原因 / what the form leaves out, and why
        #[arg(long, conflicts_with = "part")]
        rest: bool,
    },
    /// 作答一项，立即保存 / answer one item; it is kept at once
    #[command(
        after_help = "例 / Example:\n  mingcha visit answer VISIT W5-5 no --note 无引导标识\n  mingcha visit answer VISIT W5-2 \"na 无人排队\"\n  mingcha visit answer VISIT SYSB-J5 3/5"
    )]
    Answer {
        /// 检查 id / the visit's id
        visit: String,
        /// 检查项编码 / the item's code
        item: String,
        /// 答案：yes no na good fair poor，12，3/5，8min，2wd / the value, as it is typed
        #[arg(allow_negative_numbers = true)]
        value: String,
        /// 备注；不写时，本人重复同一答案才保留原备注和照片 / a note; without one, note and photos stay only if you say your own answer again
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// 照片 id，可重复 / a photo's id; may be repeated
        #[arg(long = "photo", value_name = "ID")]
        photos: Vec<String>,
        #[command(flatten)]
        seen: Seen,
    },
    /// 收入照片，可一次多张；原件存妥即告知，再制作副本 / take in photos, many at once: it is said as soon as the originals are
    /// safe, and the copies are made after that
    #[command(
        after_help = "例 / Example:\n  mingcha visit photo VISIT IMG_0001.jpg --item W5-1\n  mingcha visit photo VISIT IMG_0001.jpg IMG_0002.jpg --later"
    )]
    Photo {
        /// 检查 id / the visit's id
        visit: String,
        /// 照片文件 / the pictures' files
        #[arg(required = true, num_args = 1.., value_name = "FILE")]
        files: Vec<PathBuf>,
        /// 属于哪一项 / the item it shows
        #[arg(long)]
        item: Option<String>,
        /// 副本留到以后制作：photo finish、visit submit 或 sync / leave the copies to photo finish, visit submit or sync
        #[arg(long)]
        later: bool,
        #[command(flatten)]
        seen: Seen,
    },
    /// 提交：此后只能补充，不能改动 / submit: from then on it can be added to, not altered
    #[command(after_help = "例 / Example:\n  mingcha visit submit VISIT")]
    Submit {
        /// 检查 id / the visit's id
        visit: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 未提交的检查改到另一点位 / move a visit that is not submitted to another site
    #[command(after_help = "例 / Example:\n  mingcha visit move VISIT DEMO-02")]
    Move {
        /// 检查 id / the visit's id
        visit: String,
        /// 点位 id 或编码 / the site's id or code
        site: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 作废，须说明原因 / void a visit, saying why
    #[command(after_help = "例 / Example:\n  mingcha visit void VISIT --text 误建")]
    Void {
        /// 检查 id / the visit's id
        visit: String,
        /// 原因 / why
        #[arg(long, value_name = "T")]
        text: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 撤销作废：检查及其问题恢复 / take a void back: the visit and its findings stand again
    #[command(after_help = "例 / Example:\n  mingcha visit restore VISIT --text 误点作废")]
    Restore {
        /// 检查 id / the visit's id
        visit: String,
        /// 原因 / why
        #[arg(long, value_name = "T")]
        text: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 增加同行人员 / add a person to an open visit
    #[command(after_help = "例 / Example:\n  mingcha visit join VISIT PERSON")]
    Join {
        /// 检查 id / the visit's id
        visit: String,
        /// 人员 id 或姓名 / the person's id or name
        person: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 移除同行人员，其所写保留 / take a person away again; what they wrote stays
    #[command(after_help = "例 / Example:\n  mingcha visit leave VISIT PERSON")]
    Leave {
        /// 检查 id / the visit's id
        visit: String,
        /// 人员 id 或姓名 / the person's id or name
        person: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 追加说明或更正 / add a remark or a correction
    #[command(after_help = "例 / Example:\n  mingcha visit remark VISIT --text 三号窗口当日停用")]
    Remark {
        /// 检查 id / the visit's id
        visit: String,
        /// 说明 / the words
        #[arg(long, value_name = "T")]
        text: String,
        #[command(flatten)]
        seen: Seen,
    },
    /// 一次检查的全部：答案、照片、得分、问题 / one visit: answers, photos, score, findings
    #[command(after_help = "例 / Example:\n  mingcha visit show VISIT")]
    Show {
        /// 检查 id / the visit's id
        visit: String,
    },
    /// 本机所知的检查 / the visits that this phone knows
    #[command(after_help = "例 / Example:\n  mingcha visit list")]
    List,
}

impl Visit {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let mut phone = desk.phone()?;
        match self {
            Self::Start { site, mode, sets, with, seen } => {
                phone.seen_of_site(&site, seen.basis())?;
                desk.print(&phone.visit_start(&site, &mode, &sets, &with)?)
            }
            Self::Form { visit, rest: true, .. } => desk.print(&phone.visit_form_rest(&visit)?),
            Self::Form { visit, part, rest: false } => {
                let rows = phone.visit_form_part(&visit, part)?;
                let view = phone.visit_show(&visit)?;
                let inferred = Inferred::of_visit(desk, &phone, &view)?;
                desk.print(&Noted { rows, inferred })
            }
            Self::Answer { visit, item, value, note, photos, seen } => {
                desk.print(&phone.visit_answer(&visit, &item, &value, note.as_deref(), &photos, seen.basis())?)
            }
            Self::Photo { visit, files, item, later, seen } => {
                phone.seen_of_visit(&visit, seen.basis())?;
                let taken = phone.visit_photos(&visit, &files, item.as_deref())?;
                let said = match taken.as_slice() {
                    [one] => desk.print(one)?,
                    _ => desk.print(&taken)?,
                };
                if later { Ok(said) } else { super::photo::make_copies(desk, &mut phone, &taken) }
            }
            Self::Submit { visit, seen } => desk.print(&phone.visit_submit_seen(&visit, seen.basis())?),
            Self::Move { visit, site, seen } => desk.print(&phone.visit_move(&visit, &site, seen.basis())?),
            Self::Void { visit, text, seen } => desk.print(&phone.visit_void(&visit, &text, seen.basis())?),
            Self::Restore { visit, text, seen } => desk.print(&phone.visit_restore(&visit, &text, seen.basis())?),
            Self::Join { visit, person, seen } => {
                let rows = phone.visit_join(&visit, &person, seen.basis())?;
                let inferred = Inferred::of_visit(desk, &phone, &rows)?;
                desk.print(&Noted { rows, inferred })
            }
            Self::Leave { visit, person, seen } => {
                let rows = phone.visit_leave(&visit, &person, seen.basis())?;
                let inferred = Inferred::of_visit(desk, &phone, &rows)?;
                desk.print(&Noted { rows, inferred })
            }
            Self::Remark { visit, text, seen } => {
                phone.seen_of_visit(&visit, seen.basis())?;
                desk.print(&phone.visit_remark(&visit, &text)?)
            }
            Self::Show { visit } => {
                let rows = phone.visit_show(&visit)?;
                let inferred = Inferred::of_visit(desk, &phone, &rows)?;
                desk.print(&Noted { rows, inferred })
            }
            Self::List => desk.print(&phone.visit_list()?),
        }
    }
}
