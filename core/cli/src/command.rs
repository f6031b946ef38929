//! Every command, by subject. Each one asks the façade once and prints what it says.
//!
//! Nothing is decided here: what is permitted, due or missing comes from the core.

mod attention;
mod calendar;
mod city;
pub mod criteria;
mod erase;
mod figures;
mod finding;
mod paper;
mod photo;
mod proof;
mod visit;
mod work;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::desk::Desk;
use crate::failure::Failure;

/// Every command.
#[derive(Subcommand)]
pub enum Command {
    #[command(flatten)]
    City(city::City),
    #[command(flatten)]
    Work(work::Work),
    #[command(flatten)]
    Criteria(criteria::Criteria),
    /// 检查：开始、作答、拍照、提交 / visits: start, answer, photograph, submit
    #[command(subcommand, after_help = "例 / Example:\n  mingcha visit start DEMO-01 --mode open")]
    Visit(visit::Visit),
    /// 问题：登记、反馈、整改、审核、复查 / findings: raise, feed back, rectify, review, recheck
    #[command(subcommand, after_help = "例 / Example:\n  mingcha finding list --overdue")]
    Finding(finding::Finding),
    #[command(flatten)]
    Attention(attention::Attention),
    #[command(flatten)]
    Proof(proof::Proof),
    #[command(flatten)]
    Figures(figures::Figures),
    /// 日历：工作日、复查日 / the calendar: working days, recheck dates
    #[command(subcommand, after_help = "例 / Example:\n  mingcha calendar recheck 2026-02-02")]
    Calendar(calendar::Calendar),
    /// 打印件：反馈单、通知书、整改报告、复查记录 / papers: feedback slip, notices, report, recheck record
    #[command(subcommand, after_help = "例 / Example:\n  mingcha paper notice FINDING --out notice.html")]
    Paper(paper::Paper),
    /// 照片：查看、取回、另存 / photos: look at, fetch, save
    #[command(subcommand, after_help = "例 / Example:\n  mingcha photo list")]
    Photo(photo::Photo),
    /// 永久删除：照片 / erase for good: a photo
    #[command(subcommand, after_help = "例 / Example:\n  mingcha erase photo PHOTO")]
    Erase(erase::Erase),
    /// 演示：本机上的一座城市走完一个闭环 / a city on this machine inspects itself
    #[cfg(feature = "demo")]
    #[command(after_help = "例 / Example:\n  mingcha demo --photos ./photos --keep")]
    Demo(crate::demo::Demo),
}

impl Command {
    /// Does it, and prints the answer.
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        match self {
            Self::City(command) => command.run(desk),
            Self::Work(command) => command.run(desk),
            Self::Criteria(command) => command.run(desk),
            Self::Visit(command) => command.run(desk),
            Self::Finding(command) => command.run(desk),
            Self::Attention(command) => command.run(desk),
            Self::Proof(command) => command.run(desk),
            Self::Figures(command) => command.run(desk),
            Self::Calendar(command) => command.run(desk),
            Self::Paper(command) => command.run(desk),
            Self::Photo(command) => command.run(desk),
            Self::Erase(command) => command.run(desk),
            #[cfg(feature = "demo")]
            Self::Demo(command) => command.run(desk),
        }
    }
}

/// What stood on the screen when somebody decided.
#[derive(Args)]
pub struct Seen {
    /// 所见行的 basis，不写则现读；读不出或属于别处的一律拒绝 / the basis of the row that was seen, else the row is read
    /// now; one that cannot be read or is of something else is refused
    #[arg(long, value_name = "B")]
    basis: Option<String>,
}

impl Seen {
    fn basis(&self) -> Option<&str> {
        self.basis.as_deref()
    }
}
