//! The shapes of what comes over the seam, each the core's own. They are written out here because the core has never
//! heard of the seam; one that differs does not compile.

mod cases;
mod choices;
mod figures;
mod moment;
mod words;
mod work;

/// The core's error, under the name that Kotlin and Swift know it by.
pub(crate) type MingchaError = mingcha::host::HostError;

/// Why something was not done, as a decision that an app can take. Nothing that was acknowledged is lost.
///
/// Every case has a stable `code` in snake case for logs and tests, and the words for the person: `zh` in Chinese,
/// `en` in English.
#[uniffi::remote(Error)]
pub enum MingchaError {
    /// Show the words where they belong: what was asked cannot be, and nothing was changed.
    Refused {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Load the page again, then ask again: what was shown has changed.
    OutOfDate {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Lead to enrolment: this phone is nobody's, or its key is not accepted any more.
    NotEnrolled {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Go on without: there is no signal, or the city has no time. Everything is kept, a later sync sends it.
    Offline {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Ask again in a moment: another process is at work, or the phone's keys are locked.
    Busy {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Lead to the system's storage settings.
    NoSpace {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Lead to the app store: a newer version wrote what this one cannot read.
    UpdateRequired {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Keep the folder aside and enrol into an empty one: the store cannot be opened.
    StoreUnusable {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Say nothing: the app stopped this itself.
    Cancelled {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
    /// Say the words and report the code: this should not happen.
    Defect {
        /// The stable code.
        code: String,
        /// What to say, in Chinese.
        zh: String,
        /// What to say, in English.
        en: String,
    },
}
