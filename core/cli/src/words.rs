//! What the codes of rows are called, in Chinese and in English.
//!
//! Scripts get the codes as they are; a code that is not known here is shown as it is, never hidden.

use crate::texts::Lang;

type Words = &'static [(&'static str, &'static str, &'static str)];

const STAGES: Words = &[
    ("recorded", "已记录", "recorded"),
    ("fed_back", "已反馈", "fed back"),
    ("fixed_on_spot", "立行立改", "fixed on the spot"),
    ("noticed", "已交办", "noticed"),
    ("submitted", "已报整改", "submitted"),
    ("returned", "退回重改", "returned"),
    ("awaiting_recheck", "待复查", "awaiting recheck"),
    ("supervised", "已督办", "supervised"),
    ("closed", "已销号", "closed"),
    ("void", "作废", "void"),
];

const WORDS: Words = &[
    ("draft", "进行中", "draft"),
    ("submitted", "已提交", "submitted"),
    ("void", "作废", "void"),
    ("open", "明察", "open"),
    ("undercover", "暗访", "undercover"),
    ("recheck", "复查", "recheck"),
    ("self", "自查", "self-check"),
    ("special", "专项", "special"),
    ("joint", "联合", "joint"),
    ("inspector", "检查员", "inspector"),
    ("supervisor", "督查员", "supervisor"),
    ("contact", "单位联络员", "contact"),
    ("office", "文明办", "office"),
    ("auditor", "审计", "auditor"),
    ("minor", "轻微", "minor"),
    ("ordinary", "一般", "ordinary"),
    ("serious", "较重", "serious"),
    ("works", "需工程", "works"),
    ("approve", "通过", "approved"),
    ("return", "退回", "returned"),
    ("pass", "合格", "pass"),
    ("partly", "部分合格", "partly"),
    ("fail", "不合格", "fail"),
    ("reopen", "重新打开", "reopened"),
    ("assigned", "指派", "assigned"),
    ("withdrawn", "已撤回", "withdrawn"),
    ("to_review", "待审核整改", "rectification to review"),
    ("extension_asked", "申请延期", "extension asked"),
    ("declined", "单位拒收通知", "the unit refused the notice"),
    ("appealed", "单位申诉", "the unit appeals"),
    ("asked", "已申请", "asked"),
    ("granted", "已同意", "granted"),
    ("feedback_overdue", "反馈逾期", "feedback overdue"),
    ("supervision_due", "待发督办", "supervision due"),
    ("unserved", "未签收", "not acknowledged"),
    ("site", "点位", "site"),
    ("extension", "延期", "extension"),
    ("suspension", "挂账", "suspension"),
    ("duplicate", "同一事", "duplicate"),
    ("answer", "答案", "answer"),
    ("verdict", "审核", "verdict"),
    ("result", "复查结果", "result"),
    ("in_force", "现行", "in force"),
    ("replaced", "已被取代", "replaced"),
    ("kept", "保留", "kept"),
    ("refused", "被拒", "refused"),
    ("held", "暂存", "held"),
    ("parked", "等候所属记录", "waits for what it belongs to"),
    ("role", "身份不符", "not for this role"),
    ("area", "不在片区", "not this area"),
    ("unit", "不是本单位", "not this unit"),
    ("covert", "暗访", "undercover"),
    ("city_only", "仅平台可写", "the city's own"),
    ("malformed", "内容不符", "does not fit"),
    ("exists", "已有", "there already"),
    ("unknown_entity", "记录不明", "not known"),
    ("device_revoked", "设备已停用", "device revoked"),
    ("moved", "已调离", "moved away"),
    ("self_check", "自查", "self-check"),
    ("expired", "过期", "expired"),
    ("assignee", "人员不符", "not assignable"),
    ("waiting", "待送", "waiting"),
    ("original", "原件", "original"),
    ("standard", "标准版", "standard"),
    ("thumbnail", "缩略图", "thumbnail"),
    ("no_time", "没有拍摄时间", "no time of capture"),
    ("no_position", "没有拍摄位置", "no position"),
    ("metadata_damaged", "拍摄信息损坏", "metadata damaged"),
    ("edited_by_software", "经软件修改", "edited by software"),
    ("very_small", "图片过小", "very small"),
    (
        "photo_avoided",
        "此项不要拍照，易拍到人脸或证件，公布前须遮盖",
        "take no photo for this item: it easily shows faces or papers, to be blurred before it is published",
    ),
    ("ledger", "写台账", "writing the ledger"),
    ("better", "提升", "better"),
    ("same", "持平", "the same"),
    ("worse", "下降", "worse"),
    ("item", "检查项", "item"),
    ("finding", "问题", "finding"),
    ("note", "备注", "note"),
    ("added", "新增", "added"),
    ("removed", "删去", "removed"),
    ("changed", "改动", "changed"),
    ("ops", "送出语句", "sending ops"),
    ("pages", "取回数据", "receiving pages"),
    ("copies", "制作副本", "making copies"),
    ("copies_waiting", "待制作", "to be made"),
    ("unusable", "制作不了", "cannot be made"),
    ("photos_up", "送出照片", "sending photos"),
    ("photos_down", "取回照片", "receiving photos"),
];

/// Kinds of statements.
const KINDS: Words = &[
    ("visit_open", "开始检查", "visit started"),
    ("visit_person", "同行人员", "person of a visit"),
    ("visit_submit", "提交检查", "visit submitted"),
    ("visit_move", "改点位", "visit moved"),
    ("visit_void", "检查作废", "visit voided"),
    ("visit_remark", "说明", "remark"),
    ("photo_add", "照片", "photo"),
    ("photo_item", "照片归项", "photo put to an item"),
    ("photo_file", "照片文件", "photo file"),
    ("finding_raise", "登记问题", "finding raised"),
    ("finding_feedback", "反馈", "fed back"),
    ("finding_fixed", "立行立改", "fixed on the spot"),
    ("finding_notice", "通知", "notice"),
    ("finding_acknowledge", "签收", "acknowledged"),
    ("finding_decline", "拒签", "declined"),
    ("finding_correct", "更正", "corrected"),
    ("finding_void", "问题作废", "finding voided"),
    ("finding_duplicate", "同一事", "duplicate"),
    ("submission_add", "报整改", "rectification"),
    ("review", "审核", "review"),
    ("extension_ask", "申请延期", "extension asked"),
    ("extension_decide", "延期决定", "extension decided"),
    ("suspend", "挂账", "suspension"),
    ("appeal", "申诉", "appeal"),
    ("appeal_decide", "申诉决定", "appeal decided"),
    ("assign", "指派", "assignment"),
    ("unassign", "撤回指派", "assignment withdrawn"),
    ("release", "放行", "release"),
    ("number_give", "编号", "number given"),
    ("card_tell", "送达单位", "the unit was told"),
    ("finding_publish", "公布暗访问题", "undercover finding published"),
];

/// The level of a set that has no points.
const LEVELS: Words = &[
    ("first", "一档", "first level"),
    ("second", "二档", "second level"),
    ("third", "三档", "third level"),
    ("below", "不达标", "below every level"),
];

/// What one types for an answer type that has no buttons.
const EXAMPLES: Words = &[
    ("neg", "0 1 2…", "0 1 2…"),
    ("count", "如 12", "e.g. 12"),
    ("ratio", "如 3/5", "e.g. 3/5"),
    ("min", "如 8min", "e.g. 8min"),
    ("hrs", "如 24h", "e.g. 24h"),
    ("wd", "如 2wd", "e.g. 2wd"),
    ("visits", "如 2", "e.g. 2"),
    ("band", "如 31.25", "e.g. 31.25"),
    ("text", "文字", "words"),
];

/// A stage's name.
pub fn stage(lang: Lang, code: &str) -> &str {
    find(STAGES, lang, code).unwrap_or(code)
}

/// A level's name.
pub fn level(lang: Lang, code: &str) -> &str {
    find(LEVELS, lang, code).unwrap_or(code)
}

/// Any other code in words; a code that is not known here is shown as it is.
pub fn word(lang: Lang, code: &str) -> &str {
    find(WORDS, lang, code).or_else(|| find(KINDS, lang, code)).unwrap_or(code)
}

/// A code of the criteria in words: an answer type, a way of asking, a photo rule, a definition.
pub fn criteria_word(lang: Lang, code: &str) -> &str {
    mingcha::criteria_word(code).map_or(code, |(zh, en)| if lang == Lang::English { en } else { zh })
}

/// A value as a reader of this language says and may type it: 是, `yes`; one that is none of this answer type stays as it is.
pub fn value(lang: Lang, answer: &str, typed: &str) -> String {
    match mingcha::value_in_chinese(answer, typed) {
        Some(chinese) if lang == Lang::Chinese => chinese,
        _ => typed.to_owned(),
    }
}

/// What one types for this answer type, where it is not a choice.
pub fn example(lang: Lang, answer: &str) -> Option<&'static str> {
    find(EXAMPLES, lang, answer)
}

fn find(words: Words, lang: Lang, code: &str) -> Option<&'static str> {
    let (_, zh, en) = words.iter().find(|(known, _, _)| *known == code)?;
    Some(if lang == Lang::English { en } else { zh })
}

/// The code that a row's value has in JSON.
pub fn code_of<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        _ => String::new(),
    }
}

/// The half of a text that the core wrote in both languages, `中文 / English`; any other text is whole.
pub fn half(lang: Lang, text: &str) -> &str {
    match text.split_once(" / ") {
        Some((_, english)) if english.contains(" / ") => text,
        Some((chinese, _)) if lang == Lang::Chinese => chinese,
        Some((_, english)) => english,
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_named_once_in_each_list_and_an_unknown_one_names_itself() {
        for words in [STAGES, &[WORDS, KINDS].concat(), EXAMPLES] {
            let codes: std::collections::BTreeSet<_> = words.iter().map(|(code, _, _)| code).collect();
            assert_eq!(codes.len(), words.len());
        }
        assert_eq!(stage(Lang::Chinese, "submitted"), "已报整改");
        assert_eq!(word(Lang::Chinese, "submitted"), "已提交");
        assert_eq!(word(Lang::English, "a_code_of_tomorrow"), "a_code_of_tomorrow");
    }

    #[test]
    fn a_text_in_both_languages_shows_its_half_and_any_other_text_is_whole() {
        assert_eq!(half(Lang::Chinese, "满分 / full points"), "满分");
        assert_eq!(half(Lang::English, "满分 / full points"), "full points");
        assert_eq!(half(Lang::English, "3/5"), "3/5");
        assert_eq!(half(Lang::English, "甲 / 乙 / 丙"), "甲 / 乙 / 丙");
    }
}
