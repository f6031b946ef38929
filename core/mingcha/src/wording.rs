//! What offices read: the words of the ledger and of the papers, each in one place.
//!
//! Papers go to Chinese offices and are in Chinese whatever the language of a screen; what codes are called is looked up
//! in the catalogue. Nothing here names a person.

use mingcha_model::body::Mode;
use mingcha_model::{NoticeKind, Outcome, ReviewVerdict, Stage};

use crate::words::{Sense, chinese, outcome_code, verdict_code};

/// How a visit was made.
pub(crate) fn mode(mode: Mode) -> &'static str {
    chinese(Sense::Mode, mode.name())
}

/// What a recheck found.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    chinese(Sense::Outcome, outcome_code(outcome))
}

/// How far a finding has come.
pub(crate) fn stage(stage: Stage) -> &'static str {
    chinese(Sense::Stage, stage.name())
}

/// What a supervisor said of a submission.
pub(crate) fn verdict(verdict: ReviewVerdict) -> &'static str {
    chinese(Sense::Verdict, verdict_code(verdict))
}

/// A mark beside a finding.
pub(crate) fn mark(code: &'static str) -> &'static str {
    chinese(Sense::Mark, code)
}

/// What a notice is called.
pub(crate) fn notice(notice: NoticeKind) -> &'static str {
    match notice {
        NoticeKind::Rectification => "整改通知",
        NoticeKind::Supervision => "督办通知",
    }
}

/// A value in Chinese, by the code of its answer type and as one types it; every phone reads it back when it is typed so.
///
/// ```
/// assert_eq!(mingcha::value_in_chinese("yn", "no").as_deref(), Some("否"));
/// assert_eq!(mingcha::value_in_chinese("min", "8min").as_deref(), Some("8 分钟"));
/// assert_eq!(mingcha::value_in_chinese("yn", "3/5"), None);
/// ```
#[must_use]
pub fn value_in_chinese(answer: &str, typed: &str) -> Option<String> {
    let answer: mingcha_model::AnswerType = answer.parse().ok()?;
    Some(answer.parse(typed).ok()?.in_chinese())
}

/// After a number that the city has not given yet.
pub(crate) const NUMBER_PROVISIONAL: &str = "（临时）";
/// After a date that may still change.
pub(crate) const PROVISIONAL: &str = "（暂定）";
/// Behind the words of an item that no document defines: it is this app's own reading.
pub(crate) const INFERRED: &str = "（推定）";

/// A verdict with its reason, where there is one.
pub(crate) fn opinion(said: Option<ReviewVerdict>, reason: &str) -> String {
    match said.map(verdict) {
        None => String::new(),
        Some(word) if reason.is_empty() => word.to_owned(),
        Some(word) => format!("{word}：{reason}"),
    }
}

/// The words of the ledger 问题台账.
pub(crate) mod ledger {
    /// The title, and the name of the sheet.
    pub const TITLE: &str = "问题台账";

    /// The columns (`domain/practice.md`, C4.5), in the order of a line's cells.
    pub const HEADERS: [&str; 24] = [
        "序号",
        "问题编号",
        "发现日期",
        "来源",
        "点位",
        "检查项",
        "问题描述",
        "严重程度",
        "整改前照片",
        "责任单位",
        "责任领导",
        "责任人",
        "整改措施",
        "整改期限",
        "延期情况",
        "整改完成日期",
        "整改后照片",
        "督查意见",
        "复查日期",
        "复查结果",
        "复查人",
        "销号日期",
        "扣分",
        "备注",
    ];

    /// The column that turns red once its day has passed.
    pub const DEADLINE: &str = "整改期限";

    /// Behind a day that may still change, in its cell's format.
    pub const PROVISIONAL_DAY: &str = "暂";

    /// Below the title: as of when, how many, and which columns are filled in by hand.
    pub fn subtitle(today: &str, rows: usize) -> String {
        format!("截至 {today}，共 {rows} 条。责任领导、责任人、扣分三栏由人工填写；日期后的“暂”表示可能变动。")
    }

    /// The foot of each printed page, in the spreadsheet's own codes.
    pub const FOOT: &str = "&C第 &P 页，共 &N 页";
    /// Where nobody here may know how it was found.
    pub const CHECKED: &str = "检查";
    pub const EXTENSION_REFUSED: &str = "未批准";
    pub const EXTENSION_ASKED: &str = "已申请，待批";
    pub const EXTENSION_GRANTED: &str = "已延期";
    /// After a text that a cell cannot hold whole.
    pub const CUT: &str = "……（单元格放不下，全文见 CSV）";

    pub fn extension_asked(until: &str) -> String {
        format!("申请延至 {until}，待批")
    }

    pub fn extension_granted(until: &str) -> String {
        format!("延至 {until}")
    }

    pub fn duplicate_of(number: &str) -> String {
        format!("与 {number} 为同一事，不重复计")
    }

    pub fn suspended_until(until: &str) -> String {
        format!("挂账至 {until}")
    }

    pub fn photos(count: usize, names: &str) -> String {
        format!("{count} 张：{names}")
    }
}

/// The words of the papers.
pub(crate) mod paper {
    // Titles.
    pub const SLIP: &str = "现场检查问题反馈单";
    pub const NOTICE: &str = "问题整改通知书";
    pub const SUPERVISION: &str = "问题整改督办通知书";
    pub const REPORT: &str = "问题整改情况报告";
    pub const RECHECK: &str = "问题整改复查记录";

    // Names of what stands beside them.
    pub const ADDRESS: &str = "地址";
    pub const AFTER_PHOTOS: &str = "整改后照片";
    pub const BEFORE_PHOTOS: &str = "整改前照片";
    pub const DEADLINE: &str = "整改期限";
    pub const DEMAND: &str = "整改要求";
    pub const EXTENSION: &str = "延期情况";
    pub const FEEDBACK_DAY: &str = "反馈日期";
    pub const FOUND_DAY: &str = "发现日期";
    pub const FOUND_TEXT: &str = "问题描述";
    pub const ITEM: &str = "检查项";
    pub const MEASURE: &str = "整改措施";
    pub const MODE: &str = "检查方式";
    pub const NEXT_RECHECK: &str = "下次复查";
    pub const NOTE: &str = "备注";
    pub const NOTICE_DAY: &str = "交办日期";
    pub const NUMBER: &str = "问题编号";
    pub const OPINION: &str = "审核意见";
    pub const PREVIOUS_NOTICE: &str = "前次通知";
    pub const RECHECKER: &str = "复查人";
    pub const RECHECK_DAY: &str = "复查日期";
    pub const RECHECK_PHOTOS: &str = "复查照片";
    pub const RECHECK_RESULT: &str = "复查结果";
    pub const RECHECK_SEEN: &str = "复查情况";
    pub const SEEN: &str = "现场情况";
    pub const SEQ: &str = "序号";
    pub const SEVERITY: &str = "严重程度";
    pub const SITE: &str = "检查点位";
    pub const STANDING: &str = "当前状态：";
    pub const TIMES_SUPERVISED: &str = "督办次数";
    pub const UNIT: &str = "被检查单位";
    pub const VISIT_DAY: &str = "检查日期";

    // Lines to write on.
    pub const CONSEQUENCE: &str = "逾期后果（由签发单位填写）";
    pub const CLOSED_DAY: &str = "销号日期";
    pub const CONTACT: &str = "联系人及电话";
    pub const COPIED_TO: &str = "抄送";
    pub const HANDED_TO: &str = "本单交予（姓名、职务）";
    pub const ISSUED_BY: &str = "签发单位（盖章）";
    pub const PAPER_NUMBER: &str = "文号";
    pub const RECHECKERS: &str = "复查人（签字）";
    pub const RESPONSIBLE_LEADER: &str = "责任领导（签字）";
    pub const RESPONSIBLE_PERSON: &str = "责任人";
    pub const SIGNATURE: &str = "签字（盖章）";
    pub const SIGNED_BY: &str = "签发人";
    pub const UNIT_OPINION: &str = "被检查单位意见";
    pub const SEAL: &str = "（盖章）";
    pub const DATE_BLANK: &str = "　　　　年　　月　　日";
    pub const RECEIVED_OR_REFUSED: &str = "□ 签收　　□ 拒签，理由";

    // Sentences.
    pub const APPEAL: &str = "对问题有异议的，可在期限内提出申诉并说明理由。";
    pub const BY_NOTICE: &str = "以整改通知为准";
    pub const FIXED: &str = "立行立改，已当场整改";
    pub const FIXED_STILL_RECHECKED: &str = "当场整改的问题仍将复查。";
    pub const INTERNAL: &str = "内部资料，写有复查人员，不得交给被检查单位。";
    pub const NOTHING_FOUND: &str = "本次检查没有需要反馈的问题。";
    pub const NOT_COUNTED: &str = "不作依据";
    pub const OPEN_DEADLINE: &str = "请在规定期限内完成整改，并以单位名义报送整改情况，加盖公章，附整改后照片。";
    pub const LATER: &str = "不能按期完成的，请在期限届满前说明进展和原因，申请延期。";
    pub const RECEIPT: &str = "送达回执";
    pub const SAME_INSPECTOR: &str = "由原检查人复查";
    pub const SUPERVISED: &str = "上述问题至今没有整改到位，现予督办。";
    pub const TWO_COPIES: &str = "本单一式两份，检查方和被检查单位各存一份。";
    pub const NOT_REVIEWED: &str = "尚未审核";

    pub fn to(unit: &str) -> String {
        format!("{unit}：")
    }

    pub fn found(count: usize) -> String {
        format!("本次反馈的问题（{count} 个）")
    }

    pub fn rechecked(count: usize) -> String {
        format!("本次复查的问题（{count} 个）")
    }

    /// How a notice begins: the day of feedback and the site.
    pub fn notice_opening(feedback: Option<&str>, site: &str) -> String {
        match feedback {
            Some(day) => format!("{day}向你单位反馈的检查情况表明，{site}存在下列问题，请予整改。"),
            None => format!("经检查，{site}存在下列问题，请予整改。"),
        }
    }

    pub fn by(deadline: &str) -> String {
        format!("请于{deadline}前（含当日）完成整改，并以单位名义报送整改情况，加盖公章，附整改后照片。")
    }

    pub fn failed(day: &str, outcome: &str) -> String {
        format!("{day}复查，结果为{outcome}。")
    }

    pub fn report_opening(site: &str) -> String {
        format!("现将{site}问题的整改情况报告如下。")
    }

    pub fn submission(nth: usize, day: &str) -> String {
        format!("第 {nth} 次报送（{day}）")
    }

    pub fn times(count: u64) -> String {
        format!("{count} 次")
    }

    pub fn photos_left_out(count: u64) -> String {
        format!("另有 {count} 张照片未印在本页：不在本机、尚未发布或超出篇幅。")
    }

    pub fn printed(day: &str) -> String {
        format!("依据本机 {day} 的记录印制。")
    }
}
