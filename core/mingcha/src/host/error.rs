//! What a host can do about something that was not done: few variants, each a decision, each with words to show.
//!
//! Nothing of what a person typed, of what the city wrote or of what a disk holds is in it: errors travel to logs, and
//! logs travel. The inner errors are richer, and stay inside.

use mingcha_store::StoreError;
use mingcha_sync::Problem;

use super::HostFault;
use crate::{MingchaError, Mistake};

macro_rules! host_errors {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Why something was not done, as a decision that a host can take. Nothing that was acknowledged is lost.
        ///
        /// Every variant has a stable `code` in snake case for logs and tests, and the words for the person: `zh` in
        /// Chinese, `en` in English.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        pub enum HostError {
            $(
                $(#[$doc])*
                #[error("{zh} / {en}")]
                $name {
                    /// The stable code.
                    code: String,
                    /// What to say, in Chinese.
                    zh: String,
                    /// What to say, in English.
                    en: String,
                },
            )*
        }

        impl HostError {
            /// The stable code in snake case.
            #[must_use]
            pub fn code(&self) -> &str {
                match self { $(Self::$name { code, .. } => code,)* }
            }
        }
    };
}

host_errors! {
    /// Show the words where they belong: what was asked cannot be, and nothing was changed.
    Refused,
    /// Load the page again, then ask again: what was shown has changed.
    OutOfDate,
    /// Lead to enrolment: this phone is nobody's, or its key is not accepted any more.
    NotEnrolled,
    /// Go on without: there is no signal, or the city has no time. Everything is kept, a later sync sends it.
    Offline,
    /// Ask again in a moment: another process is at work, or the phone's keys are locked.
    Busy,
    /// Lead to the system's storage settings.
    NoSpace,
    /// Lead to the app store: a newer version wrote what this one cannot read.
    UpdateRequired,
    /// Keep the folder aside and enrol into an empty one: the store cannot be opened.
    StoreUnusable,
    /// Say nothing: the app stopped this itself.
    Cancelled,
    /// Say the words and report the code: this should not happen.
    Defect,
}

type Make = fn(&str, &str, &str) -> HostError;

macro_rules! make {
    ($name:ident) => {
        |code, zh, en| HostError::$name { code: code.to_owned(), zh: zh.to_owned(), en: en.to_owned() }
    };
}

const REFUSED: Make = make!(Refused);
const OUT_OF_DATE: Make = make!(OutOfDate);
const NOT_ENROLLED: Make = make!(NotEnrolled);
const OFFLINE: Make = make!(Offline);
const BUSY: Make = make!(Busy);
const NO_SPACE: Make = make!(NoSpace);
const UPDATE: Make = make!(UpdateRequired);
const UNUSABLE: Make = make!(StoreUnusable);
const CANCELLED: Make = make!(Cancelled);
const DEFECT: Make = make!(Defect);

impl HostError {
    pub(super) fn panicked() -> Self {
        DEFECT(
            "panicked",
            "应用内部出错，已保存的内容都在，请重试",
            "something went wrong inside; all is kept, try again",
        )
    }

    pub(super) fn cancelled() -> Self {
        CANCELLED("cancelled", "已停止，内容都在", "stopped as asked; everything is kept")
    }

    pub(super) fn no_network() -> Self {
        OFFLINE(
            "no_network",
            "没有网络，内容已保存在本机，有信号后再同步",
            "no network; everything is kept here, sync again when there is signal",
        )
    }

    pub(super) fn no_space() -> Self {
        Self::from(MingchaError::Full)
    }

    pub(super) fn locked() -> Self {
        BUSY(
            "keys_locked",
            "本机密钥暂不可用，请解锁手机后再试",
            "this phone's keys are locked: unlock it and try again",
        )
    }

    /// The host gave something that is no key.
    pub(super) fn bad_key() -> Self {
        UNUSABLE("bad_key", "本机密钥无法识别，请重新登记", "this phone's key is none that is known: enrol it again")
    }

    /// The host gave no key.
    pub(super) fn key(fault: HostFault) -> Self {
        match fault {
            HostFault::NotNow => Self::locked(),
            HostFault::KeyLost => UNUSABLE(
                "key_lost",
                "本机密钥丢失，原有存储无法打开，请用新的登记码重新登记",
                "this phone's key is lost and its store cannot be opened: enrol again with a new code",
            ),
        }
    }
}

impl From<Mistake> for HostError {
    fn from(mistake: Mistake) -> Self {
        let code = mistake.code();
        match mistake {
            Mistake::NotEnrolled => NOT_ENROLLED(code, "本机尚未登记，请先登记", "this phone is not enrolled yet"),
            Mistake::AlreadyEnrolled => {
                REFUSED(code, "本机已登记给他人，不能再登记", "this phone is enrolled already, for somebody else")
            }
            Mistake::ItemOfAnotherSet => {
                REFUSED(code, "该检查项不在本次检查的标准内", "this item is not in the criteria of this visit")
            }
            Mistake::BadSetFile(_) => {
                REFUSED(code, "标准文件有误，请用桌面工具核对", "the file is no criteria set: check it at a desk")
            }
            Mistake::RetiredSet(_) => {
                REFUSED(code, "该标准已停用，请另选标准", "this set was taken out of use: choose another one")
            }
            Mistake::NoText => REFUSED(code, "请填写说明", "say in words why"),
            Mistake::NoDemand => REFUSED(
                code,
                "暗访问题对外只公布整改要求，请写明",
                "of an undercover finding others read the demand alone: word it",
            ),
            Mistake::NoPhoto => REFUSED(code, "请附照片", "a photo is needed"),
            Mistake::NotAPart => REFUSED(
                code,
                "遮挡区域须在此问题的照片之内，且照片须经核对",
                "what is blurred must lie within a photo of this finding, and the photos must be checked",
            ),
            Mistake::FileExists => {
                REFUSED(code, "该文件已存在，请换一个名字", "a file of that name exists: choose another name")
            }
            Mistake::WrongBasis(_) => {
                OUT_OF_DATE(code, "页面已过期，请刷新后重试", "what was shown has changed: look again, then decide")
            }
            Mistake::ReadOnly => {
                UPDATE(code, "由新版应用写入，请先更新", "a newer app wrote to this; update this app to change it")
            }
            other => REFUSED.with(code, &other.to_string()),
        }
    }
}

trait WithWords {
    /// A sentence as inner errors print it: Chinese, a slash, English.
    fn with(&self, code: &str, sentence: &str) -> HostError;
}

impl WithWords for Make {
    fn with(&self, code: &str, sentence: &str) -> HostError {
        let (zh, en) = sentence.split_once(" / ").unwrap_or((sentence, sentence));
        self(code, zh, en)
    }
}

impl From<MingchaError> for HostError {
    fn from(error: MingchaError) -> Self {
        let (code, sentence) = (error.code().to_owned(), error.to_string());
        match error {
            MingchaError::Mistake(mistake) => mistake.into(),
            MingchaError::Unreachable => OFFLINE.with(&code, &sentence),
            MingchaError::Stopped => Self::cancelled(),
            MingchaError::NotWelcome(problem) => NOT_ENROLLED(
                named(&problem),
                "平台不接受本设备，请用新的登记码重新登记",
                "the city does not accept this device; enrol it again with a new code",
            ),
            MingchaError::Later(problem) => {
                OFFLINE(named(&problem), "平台繁忙，请稍后再试", "the city is busy, come again later")
            }
            MingchaError::City(problem) => Self::of_city(&problem),
            MingchaError::Sync(mingcha_sync::SyncError::Problem(problem)) => Self::of_city(&problem),
            MingchaError::Sync(mingcha_sync::SyncError::NotSigned) => OFFLINE(
                "not_signed",
                "回复未经本平台签名，请勿信任此连接，换个网络再试，内容都在本机",
                "this answer is not signed by the city: do not trust this connection, try another network; all is kept",
            ),
            MingchaError::Sync(_) => OFFLINE(
                "protocol_error",
                "与平台的往来不符，请换个网络或更新应用后再同步，内容都在本机",
                "the answer is not what a city says: try another network or update the app; all is kept",
            ),
            MingchaError::Store(error) => Self::of_store(&error, &code, &sentence),
            MingchaError::KeyLost => NOT_ENROLLED.with(&code, &sentence),
            MingchaError::StoreKeyMissing => {
                UNUSABLE.with(&code, "本机存储的密钥不见了 / the key of the store is missing")
            }
            MingchaError::Full | MingchaError::Evidence(mingcha_evidence::EvidenceError::DiskFull) => NO_SPACE(
                "disk_full",
                "存储空间不足，请清理后再试",
                "no room is left on this device; free some and try again",
            ),
            MingchaError::Evidence(_) | MingchaError::File(_) => REFUSED.with(&code, &sentence),
        }
    }
}

impl HostError {
    fn of_store(error: &StoreError, code: &str, sentence: &str) -> Self {
        match error {
            StoreError::Busy | StoreError::FileGone => BUSY.with(code, sentence),
            StoreError::Newer { .. } => UPDATE.with(code, sentence),
            StoreError::WrongKey | StoreError::Damaged => UNUSABLE.with(code, sentence),
            // What SQLite says may quote what it was given.
            _ => DEFECT(
                code,
                "本机存储出错，已保存的内容都在，请重试",
                "the store failed; all that was saved is kept, try again",
            ),
        }
    }

    fn of_city(problem: &Problem) -> Self {
        match problem.code.as_str() {
            code @ "code_unknown" => {
                REFUSED(code, "登记码不对，请核对后再输入", "this code is not known: check it and type it again")
            }
            code @ "code_used" => {
                REFUSED(code, "登记码已用过，请索取新的登记码", "this code was used already: ask for a new one")
            }
            code @ "code_expired" => {
                REFUSED(code, "登记码已过期，请索取新的登记码", "this code has expired: ask for a new one")
            }
            _ => DEFECT(
                named(problem),
                "平台没有接受，内容都在本机，请联系文明办",
                "the city did not accept this; everything is kept here, ask the office",
            ),
        }
    }
}

/// The problem's code, where it looks like one: what somebody else's server wrote is not passed on.
fn named(problem: &Problem) -> &str {
    let is_code = |code: &str| code.len() <= 40 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    if is_code(&problem.code) { &problem.code } else { "unexpected_reply" }
}

#[cfg(test)]
mod tests {
    use mingcha_evidence::EvidenceError;
    use mingcha_model::{Bilingual, Refusal};

    use super::*;

    const CANARY: &str = "金丝雀 Canary";

    fn everything() -> Vec<MingchaError> {
        let problem = || Problem { status: 409, code: CANARY.to_owned(), detail: CANARY.to_owned() };
        let mistakes = [
            Mistake::BadFolder,
            Mistake::BadUrl,
            Mistake::NotEnrolled,
            Mistake::AlreadyEnrolled,
            Mistake::Unknown("点位", "site"),
            Mistake::ItemOfAnotherSet,
            Mistake::NotForThisVisit,
            Mistake::ShowsWhoAsks,
            Mistake::BadSetFile(Bilingual::new(CANARY, CANARY)),
            Mistake::NothingToAsk,
            Mistake::BadValue(mingcha_model::AnswerType::YesNo.parse(CANARY).unwrap_err()),
            Mistake::WrongBasis("x".parse::<mingcha_model::Basis>().unwrap_err()),
            Mistake::NotPermitted(Refusal::Covert),
            Mistake::Submitted,
            Mistake::Void,
            Mistake::Photo(EvidenceError::Truncated),
            Mistake::NoText,
            Mistake::NoDemand,
            Mistake::TextTooLong,
            Mistake::NoPhoto,
            Mistake::NotAPart,
            Mistake::NotNow("已销号", "it is closed"),
            Mistake::Malformed("日期", "a day"),
            Mistake::NoFile,
            Mistake::FileExists,
            Mistake::ReadOnly,
            Mistake::BadParcel(mingcha_sync::ParcelError::Damaged),
            Mistake::OwnParcel,
            Mistake::LargeParcel,
            Mistake::NoParcelKey,
        ];
        let mut all: Vec<MingchaError> = mistakes.into_iter().map(MingchaError::from).collect();
        all.extend([
            MingchaError::Unreachable,
            MingchaError::Stopped,
            MingchaError::NotWelcome(problem()),
            MingchaError::Later(problem()),
            MingchaError::City(problem()),
            MingchaError::City(Problem { code: "code_used".to_owned(), ..problem() }),
            MingchaError::Sync(mingcha_sync::SyncError::Unreadable),
            MingchaError::Sync(mingcha_sync::SyncError::Problem(problem())),
            MingchaError::Store(StoreError::WrongKey),
            MingchaError::Store(StoreError::Damaged),
            MingchaError::Store(StoreError::Newer { found: 9, known: 2 }),
            MingchaError::Store(StoreError::Busy),
            MingchaError::Store(StoreError::BadRow(CANARY)),
            MingchaError::Store(StoreError::Folder(std::io::Error::other(CANARY))),
            MingchaError::KeyLost,
            MingchaError::StoreKeyMissing,
            MingchaError::Full,
            MingchaError::Evidence(EvidenceError::DiskFull),
            MingchaError::Evidence(EvidenceError::NotHere),
            MingchaError::File(std::io::ErrorKind::PermissionDenied),
        ]);
        all
    }

    #[test]
    fn no_error_that_reaches_a_host_carries_what_somebody_wrote() {
        for inner in everything() {
            let error = HostError::from(inner);
            let printed = format!("{error} {error:?}");
            assert!(!printed.contains("金丝雀") && !printed.contains("Canary"), "{printed}");
        }
    }

    #[test]
    fn every_error_has_words_in_both_languages_and_none_of_them_names_a_command() {
        for inner in everything() {
            let error = HostError::from(inner);
            let said = error.to_string();
            let (zh, en) = said.split_once(" / ").unwrap();
            assert!(!zh.is_ascii(), "{said}");
            assert!(en.is_ascii() && !en.is_empty(), "{said}");
            assert!(!said.contains("--") && !said.contains('`'), "{said}");
            assert!(error.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{}", error.code());
        }
    }

    #[test]
    fn what_a_host_decides_follows_from_the_variant() {
        let decided = |error: MingchaError| HostError::from(error);
        assert!(matches!(decided(Mistake::NotEnrolled.into()), HostError::NotEnrolled { .. }));
        assert!(matches!(decided(MingchaError::Unreachable), HostError::Offline { .. }));
        assert!(matches!(decided(MingchaError::Full), HostError::NoSpace { .. }));
        assert!(matches!(decided(MingchaError::Store(StoreError::Busy)), HostError::Busy { .. }));
        assert!(matches!(decided(MingchaError::Store(StoreError::Damaged)), HostError::StoreUnusable { .. }));
        assert!(matches!(decided(MingchaError::Stopped), HostError::Cancelled { .. }));
    }
}
