//! What is asked: criteria sets and their items.
//!
//! A set that is inferred says so in the list and above its items.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use mingcha::{Phone, SetRow, VisitView};
use serde::Serialize;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::output::write_out;

#[derive(Subcommand)]
pub enum Criteria {
    /// 标准：列出、检查、比较、导入、导出、打印 / the criteria sets: list, check, compare, import, export, print
    #[command(after_help = "例 / Example:\n  mingcha sets\n  mingcha sets export W5 --out W5.xlsx")]
    Sets {
        #[command(subcommand)]
        command: Option<Sets>,
    },
    /// 一套标准的检查项 / the items of a set
    #[command(after_help = "例 / Example:\n  mingcha items W5")]
    Items {
        /// 标准编码，如 W5 / the set's code, as in W5
        set: String,
    },
}

#[derive(Subcommand)]
pub enum Sets {
    /// 检查一个标准文件，逐格指出错误 / check a set's file and name every mistake
    #[command(after_help = "例 / Example:\n  mingcha sets check W5.xlsx\n  mingcha sets check W5.csv --encoding gbk")]
    Check {
        /// TOML、XLSX 或 CSV 文件 / a TOML, XLSX or CSV file
        file: PathBuf,
        /// CSV 的编码：utf-8（默认）或 gbk / the encoding of a CSV: utf-8 (default) or gbk
        #[arg(long, value_parser = ["utf-8", "gbk"], hide_possible_values = true)]
        encoding: Option<String>,
    },
    /// 比较一套标准的两个版本 / what differs between two versions of a set
    #[command(after_help = "例 / Example:\n  mingcha sets diff W5 1 2")]
    Diff {
        /// 标准编码 / the set's code
        set: String,
        /// 旧版本 / the earlier version
        before: u32,
        /// 新版本 / the later version
        after: u32,
    },
    /// 把表格转成标准文件，有错则什么也不写 / turn a spreadsheet into a set's file, or write nothing
    #[command(after_help = "例 / Example:\n  mingcha sets import W5.xlsx --out W5.toml")]
    Import {
        /// XLSX 或 CSV 文件 / an XLSX or CSV file
        file: PathBuf,
        /// 写到哪个文件，不写则同名 .toml / the file to write; else the same name with .toml
        #[arg(long, value_name = "FILE.toml")]
        out: Option<PathBuf>,
        /// CSV 的编码：utf-8（默认）或 gbk / the encoding of a CSV: utf-8 (default) or gbk
        #[arg(long, value_parser = ["utf-8", "gbk"], hide_possible_values = true)]
        encoding: Option<String>,
        /// 覆盖已有的文件 / replace a file that exists
        #[arg(long)]
        force: bool,
    },
    /// 导出一套标准，用 Excel 修改；已有的文件不覆盖 / write a set as a spreadsheet or as its file; one that exists is not written over
    #[command(after_help = "例 / Example:\n  mingcha sets export W5 --out W5.xlsx")]
    Export {
        /// 标准编码 / the set's code
        set: String,
        /// 版本，不写则最新 / the version, else the newest
        #[arg(long = "set-version", value_name = "N")]
        version: Option<u32>,
        /// 写到哪个文件：.xlsx、.csv 或 .toml / the file to write: .xlsx, .csv or .toml
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// 覆盖已有的文件 / replace a file that exists
        #[arg(long)]
        force: bool,
    },
    /// 打印标准：一页 HTML，中英文对照，附出处 / one page of HTML in both languages, with sources
    #[command(
        after_help = "例 / Example:\n  mingcha sets print --html --out criteria.html\n  mingcha sets print W5 SYSB --html"
    )]
    Print {
        /// 只打印这些标准 / these sets only
        sets: Vec<String>,
        /// HTML 格式 / as HTML
        #[arg(long, required = true)]
        html: bool,
        /// 写到哪个文件，不写则输出到屏幕 / the file to write; else it is printed here
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// 覆盖已有的文件 / replace a file that exists
        #[arg(long)]
        force: bool,
    },
}

impl Sets {
    fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        let phone = desk.any_phone()?;
        match self {
            Self::Check { file, encoding } => {
                let checked = phone.set_check(&file, encoding.as_deref())?;
                let printed = desk.print(&checked)?;
                Ok(if checked.ok { printed } else { ExitCode::from(2) })
            }
            Self::Diff { set, before, after } => desk.print(&phone.set_diff(&set, before, after)?),
            Self::Import { file, out, encoding, force } => {
                let out = out.unwrap_or_else(|| file.with_extension("toml"));
                desk.print(&phone.set_import(&file, encoding.as_deref(), &out, force)?)
            }
            Self::Export { set, version, out, force } => desk.print(&phone.set_export(&set, version, &out, force)?),
            Self::Print { sets, html: _, out, force } => match out {
                Some(out) => desk.print(&phone.sets_print(&sets, &out, force)?),
                None => write_out(&phone.sets_page(&sets)?),
            },
        }
    }
}

impl Criteria {
    pub fn run(self, desk: &Desk) -> Result<ExitCode, Failure> {
        match self {
            Self::Sets { command: Some(command) } => command.run(desk),
            Self::Sets { command: None } => desk.print(&desk.any_phone()?.sets()?),
            Self::Items { set } => {
                let phone = desk.any_phone()?;
                let rows = phone.items(&set)?;
                let inferred = if desk.json() { Vec::new() } else { Inferred::among(&phone, &[set])? };
                desk.print(&Noted { rows, inferred })
            }
        }
    }
}

/// A set that no document defines as it stands, and why.
pub struct Inferred {
    /// The code.
    pub set: String,
    /// Why.
    pub reason: String,
}

impl Inferred {
    /// What must be said of this set: it is inferred, or a part of it is.
    pub fn in_row(row: &SetRow) -> Option<Self> {
        let inferred = row.definition == "inferred" || row.reason.is_some();
        inferred.then(|| Self { set: row.set.clone(), reason: row.reason.clone().unwrap_or_default() })
    }

    /// Those of these sets that are inferred; a set is named `W5` or `W5@1`, in capitals or not.
    pub fn among(phone: &Phone, sets: &[String]) -> Result<Vec<Self>, Failure> {
        let codes: Vec<&str> = sets.iter().filter_map(|set| set.split('@').next()).collect();
        let rows = phone.sets()?;
        let named = rows.iter().filter(|row| codes.iter().any(|code| row.set.eq_ignore_ascii_case(code)));
        Ok(named.filter_map(Self::in_row).collect())
    }

    /// Those of a visit's sets that are inferred; for people alone, because a script asks `sets`.
    pub fn of_visit(desk: &Desk, phone: &Phone, view: &VisitView) -> Result<Vec<Self>, Failure> {
        if desk.json() { Ok(Vec::new()) } else { Self::among(phone, &view.sets) }
    }
}

/// An answer with what must be said about its criteria sets: scripts get the answer alone.
#[derive(Serialize)]
#[serde(transparent)]
pub struct Noted<T> {
    /// The answer.
    pub rows: T,
    /// The sets that are inferred.
    #[serde(skip)]
    pub inferred: Vec<Inferred>,
}
