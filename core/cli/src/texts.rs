//! Every sentence and word that the command line itself says, in Chinese and in English.
//!
//! What rows say comes from the core and is printed as it is. Help texts stand with their commands.

/// The language of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    Chinese,
    English,
}

/// One text in both languages; `{}` is filled in.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    zh: &'static str,
    en: &'static str,
}

impl Text {
    /// The text in this language.
    pub fn say(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Chinese => self.zh,
            Lang::English => self.en,
        }
    }

    /// The text in this language with each `{}` filled in, in order.
    pub fn fill(self, lang: Lang, words: &[&str]) -> String {
        let mut parts = self.say(lang).split("{}");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for (place, part) in parts.enumerate() {
            filled.push_str(words.get(place).copied().unwrap_or_default());
            filled.push_str(part);
        }
        filled
    }
}

macro_rules! texts {
    ($($name:ident = $zh:literal, $en:literal;)+) => {
        $(pub const $name: Text = Text { zh: $zh, en: $en };)+

        #[cfg(test)]
        const ALL: &[(&str, Text)] = &[$((stringify!($name), $name)),+];
    };
}

texts! {
    // Words above columns and before values.
    ADVICE = "办法", "what to do";
    AFTER = "后", "after";
    NAME_ONLY = "只有名称，未启用", "a name only, not in use";
    OUT_OF_USE = "已停用", "out of use";
    PARCELS_HANDED_OVER = "已把捎带的 {} 个文件交给平台。", "{} carried files were handed over to the city.";
    PARCELS_REFUSED = "捎带的 {} 个文件平台不收：不完整或不是给本平台的，请原主重新导出。", "The city does not take {} carried files: damaged, or for another city; whoever wrote them exports again.";
    PARCELS_WAIT = "还有 {} 个捎带的文件等待交给平台，或等平台处理完。", "{} carried files wait to be handed over, or for what the city waits for.";
    PARCELS_WAITING = "待转交文件", "files to hand over";
    PARCEL_BYTES = "文件大小", "size of the file";
    PARCEL_CARRIED = "已收下，下次同步时交给平台。原文件可以删除；本机读不到其中内容。", "Taken along; the next sync hands it over. The file may be removed where it was; this phone reads nothing of it.";
    PARCEL_NEXT = "请交给文明办导入，或由任何一部已登记的手机捎带。平台收到后，本机下次同步才算送达；在此之前请保留本机内容。", "Hand it to the office, or to anybody with an enrolled phone. It counts as sent when this phone next syncs; keep what is here until then.";
    PARCEL_NOT_OK = "文件不可用。", "This file cannot be used.";
    PARCEL_OK = "文件完整。内容只有平台能读，签名和记录链由平台核验。", "The file is whole. The city alone can read it, and verifies signatures and chains.";
    PARCEL_OWN_OK = "文件与本机导出时逐字节相同。", "The file is byte for byte as this phone wrote it.";
    PARCEL_UNREADABLE = "{} 张照片的文件在本机已损坏，没有写入；其余都已写入。", "Files of {} photos are damaged on this phone and are not in it; all else is.";
    PARCEL_WRITTEN = "已导出：{}", "Exported: {}";
    TITLES_ONLY = "只有称号，不填答", "titles only, never asked";
    WHEN_ASKED = "采用", "asked";
    ANSWER = "填法", "answer with";
    ANSWERS = "答案", "Answers";
    ANSWERS_GIVEN = "已答", "answered";
    AREA = "片区", "area";
    AREAS = "片区", "areas";
    AT = "时间", "at";
    BEFORE = "前", "before";
    BY = "何人", "by";
    BY_AREA = "按片区", "By area";
    BY_KIND = "按窗口类型", "By kind of window";
    BY_MODE = "按检查方式", "By mode";
    BYTES = "字节", "bytes";
    COPY = "版本", "copy";
    CAMERA = "相机", "camera";
    CITY_TIME = "平台时间差", "clock offset";
    CODE = "编码", "code";
    COLUMN = "列", "column";
    COPIES = "副本", "copies";
    BELONGS_TO = "所属", "belongs to";
    CONFLICT = "分歧", "conflict";
    CONFLICTS = "分歧", "conflicts";
    COUNT = "数量", "Count";
    COUNTS = "计入", "counts";
    COVERAGE = "覆盖", "coverage";
    DAY = "日期", "day";
    DEADLINE = "整改期限", "deadline";
    DEFINITION = "依据", "definition";
    DEMAND = "整改要求", "demand";
    DEVICE = "设备", "device";
    DUE = "截止", "due";
    EFFECT = "效力", "effect";
    FEEDS = "数据流", "Feeds";
    FEED = "数据流", "feed";
    FILES = "文件", "files";
    FINDING = "问题", "finding";
    FINDINGS = "问题", "findings";
    FIRST_BAD = "第一处不符", "first misfit";
    FORMULA = "算法", "formula";
    FROM = "开始", "from";
    HAPPENED = "事项", "What happened";
    HOW = "方法", "how";
    HELD = "暂存", "held";
    HERE = "本机有", "here";
    ID = "id", "id";
    ITEM = "检查项", "item";
    ITEMS = "项数", "items";
    KEY = "键", "key";
    KIND = "类型", "kind";
    LAST_SYNC = "上次同步", "last sync";
    LAST_VISIT = "上次检查", "last visit";
    LOG = "日志", "log";
    LOGS = "日志", "logs";
    MARK = "标记", "mark";
    MODE = "方式", "mode";
    NAME = "名称", "name";
    NEVER_VISITED = "从未检查的点位", "Never visited";
    NOMINAL = "名义日期", "nominal";
    NOTE = "备注", "note";
    NUMBER = "编号", "number";
    OBSERVED = "拍入时间", "taken in";
    OBTAINED = "得分", "points";
    OBTAINABLE = "应得", "of";
    ORIENTATION = "方向", "orientation";
    OP = "语句", "op";
    OPS = "语句", "ops";
    PAGES = "数据页", "pages";
    PEOPLE = "同行人员", "people";
    PERIOD = "期间", "period";
    PERSON = "人员", "person";
    PHOTO = "照片", "photo";
    OTHER_PHOTO = "相同的照片", "same as";
    PHOTOS = "照片", "photos";
    PLACE_TAKEN = "拍摄位置", "place";
    POINTS = "分值", "points";
    POSITION = "位置", "position";
    PREVIOUS = "上期", "previous";
    PUBLISHED_AS = "发布为", "published as";
    RANK = "位次", "rank";
    RATE = "得分率", "rate";
    REASON = "原因", "reason";
    RECEIVED = "取回", "received";
    RECHECK_DUE = "复查日期", "recheck due";
    RECORDED = "归项时间", "put to it";
    RECOVERED = "找回的照片", "recovered photos";
    PARKED = "等候", "waiting there";
    REFUSED = "被拒", "refused";
    REMARKS = "说明", "Remarks";
    RESULT = "结果", "result";
    RESULTS = "复查结果", "Rechecks";
    ROLE = "角色", "role";
    ROW = "行", "row";
    RULE = "规则", "rule";
    SCORE = "得分", "score";
    SCORE_BY_SET = "各标准得分", "By set";
    SEGMENTS = "区段", "segments";
    SENT = "送出", "sent";
    SETS = "标准", "sets";
    SEVERITY = "程度", "severity";
    SHA256 = "SHA-256", "SHA-256";
    SINCE = "自", "since";
    EXTENSION = "延期", "extension";
    SUSPENDED_UNTIL = "挂账至", "suspended until";
    SITE = "点位", "site";
    SITES = "点位", "sites";
    SIGNS = "请再看一眼（只是提示，不是结论）", "look again (signs, not verdicts)";
    SIZE = "大小", "size";
    SOURCE = "出处", "source";
    STAGE = "阶段", "stage";
    STATE_HASH = "状态散列", "state hash";
    STATUS = "状态", "status";
    SUBMISSION = "整改反馈", "submission";
    SUBMISSIONS = "整改反馈", "Submissions";
    TAKEN = "拍摄时间", "taken";
    TASK = "任务", "task";
    TEXT = "内容", "text";
    TIMELINE = "经过", "Timeline";
    PAIR_ERASED = "照片已删除", "one was erased";
    TO_FETCH = "需取回：mingcha photo fetch", "to fetch: mingcha photo fetch";
    TREND = "变化", "trend";
    UNFINISHED = "待制作副本的照片", "photos without copies";
    UNIT = "单位", "unit";
    UNUSABLE_PHOTOS = "制作不了副本的照片", "No copies can be made of these";
    VALUE = "答案", "value";
    VERDICT = "审核", "verdict";
    VETOES = "一票否决", "vetoes";
    VERSION = "版本", "version";
    VISIT = "检查", "visit";
    VISITED = "已检查", "visited";
    VISITS = "检查次数", "visits";
    WAITING = "待送", "waiting";
    WARNINGS = "提醒", "warnings";
    WHAT = "事项", "what";

    // Marks.
    ADDED = "提交后补充", "added later";
    APPEALED = "申诉中", "appealed";
    CONTESTED = "有分歧", "contested";
    DUPLICATE = "同一事", "duplicate";
    EARLY = "提前", "early";
    EPOCH = "纪元", "epoch";
    INFERRED_MARK = "推定", "inferred";
    GUEST = "非同行人员", "not of the team";
    LATE = "迟到", "late";
    MISSING_FILES = "缺文件的照片", "photos without a file";
    PHOTO_BYTES = "照片数据量", "photo bytes";
    POSTPONED = "{} 张照片的大文件等网络或电量合适时再传。", "Larger files of {} photos wait for a better network or battery.";
    FREED = "{} 张照片的原件已由平台妥善保存，本机已腾出空间。", "The city keeps the originals of {} photos safely; their room here was freed.";
    NO_BACKUP = "平台未配置备份：照片原件不会从本机清除。", "The city keeps no backup: no original is cleared from this phone.";
    LAST_BACKUP = "平台最近备份", "the city's last backup";
    MINE = "含本机", "mine too";
    NO = "否", "no";
    OVERDUE = "逾期", "overdue";
    ON_FORM = "已列入本表", "on this form";
    PHOTO_AVOID = "勿拍照", "no photo";
    PHOTO_WANTED = "需照片", "photo wanted";
    PROVISIONAL = "暂定", "provisional";
    REPEAT = "重复问题", "repeat";
    SUPERVISION_DUE = "待发督办", "supervision due";
    SUSPENDED = "挂账", "suspended";
    UNSERVED = "未签收", "not acknowledged";
    VISIT_VOID = "检查已作废", "visit void";
    YES = "是", "yes";

    // Sentences.
    ALL_VISITED = "全部检查过。", "Every site was visited.";
    ANSWERED = "已保存：{}", "kept: {}";
    BESIDE_ITEMS = "本次不检查、不计入得分的答案：{}", "answers to items that this visit does not ask, which count for nothing: {}";
    COPIES_MADE = "已为 {} 张照片制作副本，还有 {} 张待制作。", "The copies of {} photos were made; {} more wait.";
    COUNTED = "计入得分", "in the score";
    ENROLLED = "登记完成。下一步：mingcha sync", "Enrolled. Next: mingcha sync";
    ERASED = "照片已删除，不能恢复；其他手机和平台在下次同步时删除。", "The photo is erased and never comes back; other phones and the city erase it when they sync.";
    FETCHED = "取回 {} 个文件，平台没有的 {} 个", "{} files received; the city does not have {}";
    FETCHED_WRONG = "{} 个文件与记录不符，已丢弃：途中或平台上被改动，请换网络再试，仍不行请联系平台", "{} files were not what was promised and were thrown away: something on the way or at the city changed them; try another network, then ask the office";
    FORM_DONE = "共 {} 项，已答 {} 项。提交：mingcha visit submit VISIT", "{} items, {} answered. Submit: mingcha visit submit VISIT";
    FORM_HELP = "怎样答：{}", "how: {}";
    FORM_IN_PARTS = "检查表分 {} 部分，每部分至多 40 项：mingcha visit form VISIT --part N", "The form comes in {} parts of at most 40 items: mingcha visit form VISIT --part N";
    FORM_PART = "这是第 {} 部分，共 {} 部分。另一部分：mingcha visit form VISIT --part {}", "This is part {} of {}. Another one: mingcha visit form VISIT --part {}";
    FORM_PARTS = "计数：{}", "counts: {}";
    FORM_QUICK = "常用语：{}", "quick pick: {}";
    INFERRED = "注意：标准 {} 含推定内容。{}", "Note: the set {} is inferred in part. {}";
    LEFT_OUT = "为便于现场填答，另有 {} 项未列入，可按编码直接填答或登记问题：{}", "{} more items were left out to keep the form short; answer them, or raise findings on them, by code: {}";
    LEDGER_WRITTEN = "已写出 {} 行：{}", "{} rows written: {}";
    MISSING_ITEMS = "未答 {} 项：{}", "{} items without an answer: {}";
    MISSING_REASONS = "不适用但未写原因的项：{}", "items that do not apply, without a reason: {}";
    MISSING_PHOTOS = "缺照片的项：{}", "items that want a photo: {}";
    NEVER = "从未", "never";
    NOTHING_FOUND = "没有找到。换几个字试试，或先同步。", "Nothing found. Try other words, or sync first.";
    NOTHING_LEFT_OUT = "没有未列入的项。", "Nothing is left out.";
    NO_COMPARISONS = "没有可比的内容。", "Nothing to compare.";
    NO_CONFLICTS = "没有分歧。", "No conflicts.";
    NO_DIFFERENCE = "两个版本相同。", "The two versions are the same.";
    NO_EXPLAINED = "没有语句说到它。", "Nothing was said of it.";
    NO_FINDINGS = "没有符合的问题。登记问题：mingcha finding raise VISIT ITEM --text T", "No such findings. Raise one: mingcha finding raise VISIT ITEM --text T";
    NO_FORM = "检查表是空的：没有适合该点位的检查项。可换标准：mingcha sets", "The form is empty: no items fit this site. Other sets: mingcha sets";
    NO_SETTLED = "没有裁定为不采纳您所写的分歧。", "No conflict was settled against your value.";
    NO_HELD_OR_REFUSED = "没有需要处理的语句。", "Nothing needs attention.";
    NO_ITEMS = "该标准没有检查项。", "This set has no items.";
    NO_PAIRS = "还没有可对比的照片：整改前或整改后缺照片。", "No pairs yet: photos from before or after are missing.";
    NO_RECOVERED = "没有找回的照片。", "No recovered photos.";
    RECOVER_OR_DISCARD = "查看：mingcha photo save SHA256 --copy original --out FILE；归入检查：mingcha photo recover SHA256 VISIT；彻底删除：mingcha photo discard SHA256", "Look at one: mingcha photo save SHA256 --copy original --out FILE; take it into a visit: mingcha photo recover SHA256 VISIT; erase it: mingcha photo discard SHA256";
    DISCARDED = "找回的照片已彻底删除。", "The recovered photo is erased for good.";
    NO_PHOTOS = "还没有照片。拍照：mingcha visit photo VISIT FILE", "No photos yet. Take one in: mingcha visit photo VISIT FILE";
    NO_PEOPLE = "还不知道有谁。先同步：mingcha sync", "Nobody is known yet. Sync first: mingcha sync";
    NO_SETS = "没有标准。先同步：mingcha sync", "No criteria sets. Sync first: mingcha sync";
    NO_SITES = "没有符合的点位。先同步（mingcha sync），或放宽条件。", "No such sites. Sync first (mingcha sync), or ask for less.";
    NO_TASKS = "没有任务。点位清单：mingcha sites", "Nothing to do. Sites: mingcha sites";
    NO_VISITS = "还没有检查。开始：mingcha visit start SITE --mode open", "No visits yet. Start one: mingcha visit start SITE --mode open";
    NOT_ENROLLED = "本机尚未登记。下一步：mingcha enrol URL CODE", "This phone is nobody's yet. Next: mingcha enrol URL CODE";
    NOT_OK = "核验不符。请保留本目录，勿再改动，并联系支持人员。", "Something does not fit. Keep this folder as it is and ask for support.";
    OK = "核验无误。", "Everything fits.";
    PAPER_NOT_FED_BACK = "未列入 {} 个尚未反馈的问题。反馈：mingcha finding feedback FINDING", "{} findings are not in it: they were not fed back yet. Do so: mingcha finding feedback FINDING";
    PAPER_PHOTOS = "内含照片 {} 张", "{} photos are in it";
    PAPER_PHOTOS_LEFT_OUT = "未放入照片 {} 张：不在本机、尚未发布或超出篇幅", "{} photos are left out: not here, not published, or no room";
    PAPER_WRITTEN = "已写出：{}。用浏览器打开后打印。", "Written: {}. Open it in a browser and print it.";
    PAGE_WRITTEN = "已写出：{}", "written: {}";
    RAISED = "已登记问题 {}", "Finding {} raised";
    RECHECK_NEXT = "下次复查：{}", "next recheck: {}";
    RECHECK_NONE = "不再复查", "no further recheck";
    RESOLVE_HOW = "裁定：mingcha resolve CONFLICT --keep OP", "Settle one: mingcha resolve CONFLICT --keep OP";
    SAVED = "已写出 {} 字节", "{} bytes written";
    SET_FITS = "标准 {} 第 {} 版，{} 项，没有错误。发布：mingcha-city publish FILE.toml", "The set {}, version {}, {} items: no mistakes. Publish it: mingcha-city publish FILE.toml";
    SET_MISTAKES = "{} 有 {} 处错误，改好前不能发布：", "{} has {} mistakes and cannot be published before they are mended:";
    SET_WRITTEN = "已写出标准 {} 第 {} 版，{} 项：{}", "the set {}, version {}, {} items, is written: {}";
    STAGE_NOW = "现阶段：{}", "stage now: {}";
    SYNC_OVERRULED = "{} 处分歧已裁定，未采纳您所写：mingcha conflicts --settled", "{} conflicts were settled against your value: mingcha conflicts --settled";
    SYNC_ATTENTION = "有需要处理的：mingcha refused，mingcha held，mingcha conflicts", "Some need attention: mingcha refused, mingcha held, mingcha conflicts";
    UNUSABLE = "{} 张照片制作不了副本，不会送出，原件仍在：mingcha photo list", "No copies can be made of {} photos; they do not go to the city, and their originals are kept: mingcha photo list";
    WAITING_HERE = "上次暗访留待明察的 {} 项，只告诉您本人：", "{} items wait here since the last undercover visit; only you are told:";
    WAITING_OPEN = "暗访不能查的 {} 项，留待明察：", "{} items could not be found out under cover and wait for an open visit:";
    VISIT_STARTED = "检查已开始，共 {} 项。下一步：mingcha visit form {}", "The visit is started, {} items. Next: mingcha visit form {}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_as_many_gaps_in_one_language_as_in_the_other() {
        for (name, text) in ALL {
            assert_eq!(text.zh.matches("{}").count(), text.en.matches("{}").count(), "{name}");
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{name}");
        }
    }

    #[test]
    fn gaps_are_filled_in_order_and_a_missing_word_leaves_its_gap_empty() {
        let text = Text { zh: "{}和{}", en: "{} and {}" };
        assert_eq!(text.fill(Lang::Chinese, &["甲", "乙"]), "甲和乙");
        assert_eq!(text.fill(Lang::English, &["{}"]), "{} and ");
    }
}
