//! What offices read: the words of the ledger, of the papers and of the criteria, each in one place.
//!
//! Papers go to Chinese offices and are in Chinese whatever the language of a screen; criteria are read in both languages.
//! Nothing here names a person.

use mingcha_model::body::Mode;
use mingcha_model::{NoticeKind, Outcome, ReviewVerdict, Stage};

/// How a visit was made.
pub(crate) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Open => "明察",
        Mode::Undercover => "暗访",
        Mode::Recheck => "复查",
        Mode::SelfCheck => "自查",
        Mode::Special => "专项",
        Mode::Joint => "联合",
    }
}

/// What a recheck found.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "合格",
        Outcome::Partly => "部分合格",
        Outcome::Fail => "不合格",
        Outcome::Reopen => "重新打开",
    }
}

/// How far a finding has come.
pub(crate) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Recorded => "已记录",
        Stage::FedBack => "已反馈",
        Stage::FixedOnSpot => "立行立改",
        Stage::Noticed => "已交办",
        Stage::Submitted => "已报整改",
        Stage::Returned => "退回重改",
        Stage::AwaitingRecheck => "待复查",
        Stage::Supervised => "已督办",
        Stage::Closed => "已销号",
        Stage::Void => "作废",
    }
}

/// What a supervisor said of a submission.
pub(crate) fn verdict(verdict: ReviewVerdict) -> &'static str {
    match verdict {
        ReviewVerdict::Approve => "审核通过",
        ReviewVerdict::Return => "退回重改",
    }
}

/// What a notice is called.
pub(crate) fn notice(notice: NoticeKind) -> &'static str {
    match notice {
        NoticeKind::Rectification => "整改通知",
        NoticeKind::Supervision => "督办通知",
    }
}

/// What the codes of the criteria are called: how an item is answered, how one finds out, when a photo is taken; how sure
/// a thing is, how a set is scored and when it is asked; in which visits; who holds a title.
const CRITERIA: [(&str, &str, &str); 51] = [
    ("yn", "是或否", "yes or no"),
    ("grade", "优、良、差", "good, fair, poor"),
    ("neg", "次数（0 为好）", "times seen (0 is good)"),
    ("count", "数目", "number"),
    ("ratio", "比例（如 3/5）", "ratio (as 3/5)"),
    ("min", "分钟", "minutes"),
    ("hrs", "小时", "hours"),
    ("wd", "工作日", "working days"),
    ("visits", "跑动次数", "trips"),
    ("lvl3", "合格、基本合格、不合格", "qualified, basic, unqualified"),
    ("band", "数值，分档", "figure, in classes"),
    ("class", "等级（优秀、良好、达标、不达标）", "class (excellent, well, standard, below)"),
    ("veto", "一票否决（是或否）", "veto (yes or no)"),
    ("text", "文字", "words"),
    ("compare", "提升、持平、下降", "better, the same, worse"),
    ("derived", "由他项得出", "worked out from others"),
    ("observe", "观察", "observe"),
    ("ask", "询问", "ask"),
    ("telephone", "电话", "telephone"),
    ("records", "查资料", "records"),
    ("questionnaire", "问卷", "questionnaire"),
    ("always", "必拍", "always"),
    ("failed", "不符时拍", "when failed"),
    ("none", "不需", "none"),
    ("avoid", "不宜拍", "avoid"),
    ("seed", "文件载明", "stated in the documents"),
    ("sourced", "有出处", "from other published practice"),
    ("inferred", "推定", "inferred"),
    ("item_points", "逐项计分", "item points"),
    ("base_100", "百分制扣分加分", "base 100 with deductions and bonuses"),
    ("instance_rate", "按观察实例计得分率", "rate over observed instances"),
    ("all_conform", "须全部符合", "all must conform"),
    ("levels", "按等次", "levels"),
    ("information", "仅作记录", "information only"),
    ("default", "日常检查采用", "asked on everyday visits"),
    ("campaign", "专项行动点名时采用", "asked where a campaign names it"),
    ("open", "明察", "open"),
    ("undercover", "暗访", "undercover"),
    ("recheck", "复查", "recheck"),
    ("self", "自查", "self-check"),
    ("special", "专项", "special"),
    ("joint", "联合", "joint"),
    ("unit", "单位", "unit"),
    ("window", "窗口", "window"),
    ("team", "班组", "team"),
    ("person", "个人", "person"),
    ("project", "项目", "project"),
    ("vehicle", "车辆", "vehicle"),
    ("fleet", "车队", "fleet"),
    ("hall", "大厅", "hall"),
    ("scenic_area", "景区", "scenic area"),
];

/// What a code of the criteria is called in Chinese and in English, wherever it is read: an answer type, a way of asking, a
/// photo rule, a definition, a scoring model, a mode, a holder, or when a set is asked.
///
/// ```
/// assert_eq!(mingcha::criteria_word("yn"), Some(("是或否", "yes or no")));
/// assert_eq!(mingcha::criteria_word("seed"), Some(("文件载明", "stated in the documents")));
/// assert_eq!(mingcha::criteria_word("telephone"), Some(("电话", "telephone")));
/// assert_eq!(mingcha::criteria_word("a_code_of_tomorrow"), None);
/// ```
#[must_use]
pub fn criteria_word(code: &str) -> Option<(&'static str, &'static str)> {
    CRITERIA.iter().find(|(known, _, _)| *known == code).map(|(_, zh, en)| (*zh, *en))
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

// Marks beside a finding.
pub(crate) const OVERDUE: &str = "逾期";
pub(crate) const REPEAT: &str = "重复问题";
pub(crate) const SUSPENDED: &str = "挂账";
pub(crate) const APPEALED: &str = "申诉中";
pub(crate) const CONTESTED: &str = "意见不一";
pub(crate) const DATES_PROVISIONAL: &str = "日期暂定";
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
