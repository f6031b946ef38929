//! What can go wrong, as decisions that a host can take. No variant carries a name, an address or a note.

use std::io;

use mingcha_evidence::EvidenceError;
use mingcha_model::{BadValue, Bilingual, Refusal, SetCode, WrongBasis};
use mingcha_store::StoreError;
use mingcha_sync::{ParcelError, Problem, SegmentError, SyncError};

/// Why something was not done. Nothing that was acknowledged before is lost.
#[derive(Debug, thiserror::Error)]
pub enum MingchaError {
    /// The caller asked for something that cannot be; nothing was changed.
    #[error(transparent)]
    Mistake(#[from] Mistake),
    /// No city answers.
    #[error(
        "平台无法连接，工作已保存在本机，有信号后再同步 / the city does not answer; everything is kept here, sync again when there is signal"
    )]
    Unreachable,
    /// Whoever asked for it stopped it.
    #[error(
        "已停止，内容都在，下次同步接着进行 / stopped as asked; everything is kept, the next sync goes on from here"
    )]
    Stopped,
    /// The city does not accept this device any more.
    #[error("平台不接受本设备：{0} / the city does not accept this device; enrol it again with a new code")]
    NotWelcome(Problem),
    /// The city asks to come again later.
    #[error("平台繁忙，请稍后再试 / the city is busy, come again later: {0}")]
    Later(Problem),
    /// The city refused with a problem.
    #[error(transparent)]
    City(Problem),
    /// The correspondence broke.
    #[error("{words} / {0}", words = chinese_of_letter(.0))]
    Sync(SyncError),
    /// The store did not do what it was asked.
    #[error("{words} / {0}", words = chinese(.0))]
    Store(StoreError),
    /// A photo's file did not do what it was asked.
    #[error("{words} / {0}", words = chinese_of_photo(.0))]
    Evidence(EvidenceError),
    /// The device's keys are gone or damaged.
    #[error(
        "本机密钥丢失，请用新的登记码重新登记，未送出的内容会保留 / this device's key is lost: enrol it again with a new code, nothing is lost"
    )]
    KeyLost,
    /// The key of a store that is there is gone: a new one would open nothing.
    #[error(
        "本机存储的密钥文件 store.key 不见了，请放回原处 / the file store.key, which opens this phone's store, is missing: put it back; nothing was changed"
    )]
    StoreKeyMissing,
    /// No room is left.
    #[error("存储空间不足，请清理后再试 / no room is left on this device; free some and try again")]
    Full,
    /// A file could not be read or written.
    #[error("文件无法读写 / a file cannot be read or written: {0}")]
    File(io::ErrorKind),
}

/// What a caller can ask wrongly.
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    /// The folder cannot be used.
    #[error("目录无法使用 / the folder cannot be used: name one that can be written")]
    BadFolder,
    /// The address is none.
    #[error("地址应以 http:// 或 https:// 开头 / the city's address begins with http:// or https://")]
    BadUrl,
    /// This phone has no person yet.
    #[error("本机尚未登记，请先登记 / this phone is not enrolled: use `enrol URL CODE` first")]
    NotEnrolled,
    /// This phone belongs to somebody already.
    #[error("本机已登记，请换一个目录 / this phone is enrolled already: another person needs another folder")]
    AlreadyEnrolled,
    /// Nothing of this id or code.
    #[error("找不到{0}，请核对或先同步 / no such {1} here: check it, or sync first")]
    Unknown(&'static str, &'static str),
    /// An own visit that the city holds.
    #[error(
        "这次检查在平台上等待督查员放行，照片和记录都保留在本机，放行并同步后继续 / the city holds this visit until a supervisor releases it: all of it stays here, and goes on after the release and a sync"
    )]
    VisitHeld,
    /// An item that this visit does not ask.
    #[error("该检查项不在本次检查的标准内 / this item is not in the criteria of this visit; see `visit form`")]
    ItemOfAnotherSet,
    /// An item of the visit's sets that is not for such a site or such a visit.
    #[error(
        "该检查项不适用于此类点位、此种检查方式或这个月份，或由其他项得出 / this item is not for this kind of site, mode of visit or month, or follows from other answers"
    )]
    NotForThisVisit,
    /// An item that cannot be answered without showing who one is.
    #[error(
        "暗访只查看得到、问得到的项目，此项须亮明身份后另行检查 / an undercover visit answers only what can be seen or asked: this item needs an open visit of its own"
    )]
    ShowsWhoAsks,
    /// A file that is no criteria set: the first of its mistakes, each with its place.
    #[error("标准文件有误：{} / the file is no criteria set: {}", .0.zh, .0.en)]
    BadSetFile(Bilingual),
    /// A set that the office took out of use.
    #[error("标准 {0} 已停用，新的检查不再使用，请另选标准 / the set {0} was taken out of use: name another one")]
    RetiredSet(SetCode),
    /// A set that a document names without its content, or one of titles, or sets that hold nothing for this kind of site.
    #[error(
        "这里没有可填答的检查项：标准只有名称或称号，或不适用于这类点位，请另选标准 / nothing to answer here: a set of names or titles, or none for this kind of site; name other sets"
    )]
    NothingToAsk,
    /// A value that the item's answer type does not take.
    #[error(transparent)]
    BadValue(#[from] BadValue),
    /// The basis belongs to another row.
    #[error("页面已过期，请刷新后重试 / {0}")]
    WrongBasis(#[from] WrongBasis),
    /// This person may not say this here.
    #[error("{}", .0.sentence())]
    NotPermitted(Refusal),
    /// A visit that was submitted can be added to, not altered.
    #[error("检查已提交，只能更正，不能改动 / this visit was submitted: it can be added to, not altered")]
    Submitted,
    /// A visit or finding that is void.
    #[error("已作废 / this was voided")]
    Void,
    /// A picture that is none, or too large.
    #[error("{words} / {0}", words = chinese_of_photo(.0))]
    Photo(EvidenceError),
    /// What is wrong with one of several files, counted from 1.
    #[error("{}", of_file(*.0, .1))]
    OneOfSeveral(usize, Box<Self>),
    /// A part to be made unrecognisable that lies in no photo of the finding, or in one that nobody looked at.
    #[error(
        "遮挡区域写作 照片=左,上,宽,高（千分之几），照片须属于此问题，并加 --photos-checked / malformed: what is blurred is PHOTO=LEFT,TOP,WIDTH,HEIGHT in thousandths, of a photo of this finding, with --photos-checked"
    )]
    NotAPart,
    /// Words that must be there are missing.
    #[error("请填写说明 / say in words why: use --text")]
    NoText,
    /// An undercover finding without the words that others will read.
    #[error(
        "暗访问题对外只公布整改要求，请用 --demand 写明 / of an undercover finding others read the demand alone: word it with --demand"
    )]
    NoDemand,
    /// Words that are too long.
    #[error("文字过长 / a text holds at most 16 KiB")]
    TextTooLong,
    /// A photo is needed.
    #[error("请附照片 / a photo is needed: use --photo FILE")]
    NoPhoto,
    /// Something that this stage has no place for.
    #[error("当前阶段不能办理：{0} / not at this stage: {1}")]
    NotNow(&'static str, &'static str),
    /// A malformed day, time, id or word.
    #[error("格式不对：{0} / malformed: {1}")]
    Malformed(&'static str, &'static str),
    /// A file that cannot be read.
    #[error("文件无法打开 / the file cannot be opened: check that it exists and can be read")]
    NoFile,
    /// A file of that name is there already.
    #[error(
        "该文件已存在，请换一个名字；命令有 --force 的可用它覆盖 / a file of that name exists: name another one, or replace it with --force where the command has it"
    )]
    FileExists,
    /// A parcel that is none, cut, changed, for another city or of a newer app.
    #[error(transparent)]
    BadParcel(ParcelError),
    /// A parcel that this phone wrote itself.
    #[error(
        "这是本机自己导出的文件，内容都在本机，请交给别人带去 / this phone wrote this parcel itself and has all of it: give it to somebody else to carry"
    )]
    OwnParcel,
    /// A parcel that is too large to be carried.
    #[error(
        "文件过大，请直接交给文明办导入 / this parcel is too large to be carried: hand the file to the office itself"
    )]
    LargeParcel,
    /// The city's key for parcels was never heard.
    #[error(
        "尚不知道平台的导出密钥，请先同步一次 / this phone does not know yet what to seal parcels with: sync once first"
    )]
    NoParcelKey,
    /// Written by a newer app.
    #[error("由新版应用写入，请先更新 / a newer app wrote to this; update this app to change it")]
    ReadOnly,
}

impl MingchaError {
    /// The stable code in snake case that scripts rely on.
    pub fn code(&self) -> &str {
        match self {
            Self::Mistake(mistake) => mistake.code(),
            Self::Unreachable => "unreachable",
            Self::Stopped => "stopped",
            Self::NotWelcome(problem) | Self::Later(problem) | Self::City(problem) => &problem.code,
            Self::Sync(SyncError::Problem(problem)) => &problem.code,
            Self::Sync(_) => "protocol_error",
            Self::Store(error) => match error {
                StoreError::WrongKey => "wrong_key",
                StoreError::Damaged => "store_damaged",
                StoreError::Newer { .. } => "store_newer",
                StoreError::Full => "disk_full",
                StoreError::Busy | StoreError::FileGone => "busy",
                _ => "store_failed",
            },
            Self::Evidence(EvidenceError::DiskFull) | Self::Full => "disk_full",
            Self::Evidence(_) => "photo_file",
            Self::KeyLost => "key_lost",
            Self::StoreKeyMissing => "store_key_missing",
            Self::File(_) => "file",
        }
    }

    /// True when the caller asked for something that cannot be, and nothing was changed.
    pub fn is_mistake(&self) -> bool {
        match self {
            Self::Mistake(_) => true,
            Self::City(problem) => matches!(problem.code.as_str(), "code_unknown" | "code_used" | "code_expired"),
            _ => false,
        }
    }

    /// What the folder of photos says; a picture that is none is the caller's [`Mistake::Photo`] instead.
    pub(crate) fn file(error: EvidenceError) -> Self {
        Self::Evidence(error)
    }

    pub(crate) fn from_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            kind => Self::File(kind),
        }
    }
}

impl Mistake {
    /// The stable code in snake case that scripts rely on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BadFolder => "bad_folder",
            Self::BadUrl => "bad_url",
            Self::NotEnrolled => "not_enrolled",
            Self::AlreadyEnrolled => "already_enrolled",
            Self::Unknown(_, "site") => "unknown_site",
            Self::VisitHeld => "visit_held",
            Self::Unknown(_, "visit") => "unknown_visit",
            Self::Unknown(_, "item") => "unknown_item",
            Self::Unknown(_, "finding") => "unknown_finding",
            Self::Unknown(_, "photo") => "unknown_photo",
            Self::Unknown(_, "set") => "unknown_set",
            Self::Unknown(_, _) => "unknown",
            Self::ItemOfAnotherSet => "item_of_another_set",
            Self::NotForThisVisit => "not_for_this_visit",
            Self::ShowsWhoAsks => "shows_who_asks",
            Self::BadSetFile(_) => "bad_set",
            Self::RetiredSet(_) => "retired_set",
            Self::NothingToAsk => "nothing_to_ask",
            Self::BadValue(_) => "bad_value",
            Self::WrongBasis(_) => "wrong_basis",
            Self::NotPermitted(_) => "not_permitted",
            Self::Submitted => "submitted",
            Self::Void => "void",
            Self::Photo(_) => "bad_photo",
            Self::OneOfSeveral(_, mistake) => mistake.code(),
            Self::NoDemand => "no_demand",
            Self::NoText => "text_needed",
            Self::TextTooLong => "text_too_long",
            Self::NoPhoto => "photo_needed",
            Self::NotNow(..) => "not_now",
            Self::Malformed(..) | Self::NotAPart => "malformed",
            Self::NoFile => "no_file",
            Self::FileExists => "file_exists",
            Self::BadParcel(ParcelError::NotAParcel) => "not_a_parcel",
            Self::BadParcel(ParcelError::Newer) => "parcel_newer",
            Self::BadParcel(ParcelError::OtherCity) => "parcel_other_city",
            Self::BadParcel(_) => "parcel_damaged",
            Self::OwnParcel => "own_parcel",
            Self::LargeParcel => "parcel_too_large",
            Self::NoParcelKey => "parcel_key_unknown",
            Self::ReadOnly => "read_only",
        }
    }
}

/// SQLite's `SQLITE_IOERR_SHMSIZE`: no room for the file beside the store through which its readers agree.
const NO_ROOM_BESIDE: i32 = 4874;

impl From<StoreError> for MingchaError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            StoreError::Sql(said) if said.sqlite_error().is_some_and(|said| said.extended_code == NO_ROOM_BESIDE) => {
                Self::Full
            }
            other => Self::Store(other),
        }
    }
}

impl From<SyncError> for MingchaError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Problem(problem) => Self::City(problem),
            other => Self::Sync(other),
        }
    }
}

impl From<SegmentError> for MingchaError {
    fn from(error: SegmentError) -> Self {
        match error {
            SegmentError::Signing(_) => Self::KeyLost,
            _ => Self::Mistake(Mistake::TextTooLong),
        }
    }
}

impl From<WrongBasis> for MingchaError {
    fn from(error: WrongBasis) -> Self {
        Self::Mistake(error.into())
    }
}

impl From<BadValue> for MingchaError {
    fn from(error: BadValue) -> Self {
        Self::Mistake(error.into())
    }
}

/// What a store error means, in Chinese.
fn chinese(error: &StoreError) -> &'static str {
    match error {
        StoreError::WrongKey => "存储密钥不符，请使用本机密钥或重新登记",
        StoreError::Damaged => "存储文件损坏，请另存后重新登记，平台上的内容会随同步取回",
        StoreError::Newer { .. } => "存储由新版应用写入，请更新应用",
        StoreError::Full => "存储空间不足，请清理后再试，已保存的内容不会丢失",
        StoreError::Busy => "另一程序正在使用本机存储，请稍后再试",
        StoreError::FileGone => "另一程序刚刚删除了同一张照片，请重新收入",
        _ => "本机存储出错",
    }
}

/// What is wrong with what the city answered, in Chinese.
fn chinese_of_letter(error: &SyncError) -> &'static str {
    match error {
        SyncError::NotSigned => "回复未经本平台签名，请勿信任此连接，本机内容都在",
        _ => "与平台的往来不符，本机内容都在，请更新应用后再同步，仍不行请联系文明办",
    }
}

/// What is wrong with a picture or its file, in Chinese, and what to do.
fn chinese_of_photo(error: &EvidenceError) -> &'static str {
    match error {
        EvidenceError::NoSuchFile => "没有这个文件，请核对文件名",
        EvidenceError::Empty => "文件是空的，请重新拍照",
        EvidenceError::NotAPicture => "这不是照片，请选用 JPEG、PNG 或 WebP 照片",
        EvidenceError::Unsupported { .. } => "不支持这种照片格式，请拍成 JPEG（iPhone：设置、相机、格式、兼容性最佳）",
        EvidenceError::FileTooLarge { .. } => "照片文件太大，请用较低的分辨率拍照",
        EvidenceError::TooManyPixels { .. } => "照片像素太多，超出本机内存，请用较低的分辨率拍照",
        EvidenceError::Truncated => "照片不完整，请从相机重新复制，或重新拍照",
        EvidenceError::Damaged => "照片已损坏，请从相机重新复制，或重新拍照",
        EvidenceError::BlurOutside => "遮挡区域为空或在照片之外，请重新标出，未发布任何内容",
        EvidenceError::StripTooLong { .. } => "照片下方的说明过长，请缩短",
        EvidenceError::BadFont => "字体无法读取，请换 TrueType 或 OpenType 字体文件",
        EvidenceError::DiskFull => "存储空间不足，请清理后再试，已保存的内容不会丢失",
        EvidenceError::NotHere => "本机没有这张照片，请从平台取回",
        EvidenceError::UnknownSealVersion { .. } | EvidenceError::UnknownSealSuite { .. } => {
            "照片由新版应用保存，请更新应用"
        }
        EvidenceError::KeyNotReadable => "照片密钥无法读取，请用本照片自己的密钥打开",
        EvidenceError::Storage { .. } => "存储无法读写，请再试，仍不行请重启手机",
        EvidenceError::NotSealed
        | EvidenceError::SealBroken { .. }
        | EvidenceError::SealTruncated { .. }
        | EvidenceError::SealExtended { .. }
        | EvidenceError::WrongName => "本机保存的照片已被改动或损坏，请从平台取回",
    }
}

/// Which of several files it is, in both languages.
fn of_file(number: usize, mistake: &Mistake) -> String {
    let said = mistake.to_string();
    match said.split_once(" / ") {
        Some((chinese, english)) => format!("第 {number} 个文件：{chinese} / file {number}: {english}"),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_with_a_photo_says_in_chinese_which_it_is() {
        let bytes = EvidenceError::FileTooLarge { bytes: 2, limit: 1 };
        let troubles = [
            EvidenceError::NoSuchFile,
            EvidenceError::Empty,
            EvidenceError::NotAPicture,
            EvidenceError::Unsupported { format: "HEIC" },
            bytes,
            EvidenceError::Truncated,
            EvidenceError::Damaged,
            EvidenceError::DiskFull,
            EvidenceError::NotHere,
        ];
        let mut halves: Vec<String> = Vec::new();
        for trouble in troubles {
            let english = trouble.to_string();
            let said = Mistake::Photo(trouble).to_string();
            let chinese = said.strip_suffix(&format!(" / {english}")).unwrap();
            assert!(!halves.iter().any(|known| known == chinese), "said of two: {chinese}");
            halves.push(chinese.to_owned());
        }
    }

    #[test]
    fn a_broken_correspondence_is_said_in_chinese_first() {
        let said = MingchaError::Sync(SyncError::Unreadable).to_string();
        assert!(said.starts_with("与平台的往来不符") && said.contains(" / "), "{said}");
    }
}
