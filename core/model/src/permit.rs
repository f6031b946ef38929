//! Who may say what, by kind of statement and place, never by state.
//!
//! The same answer on a phone three days offline and in the city. What depends on state is handled by merge rules
//! and derived flags; nothing here looks at a clock.

use minicbor::{Decode, Encode};
use serde::Serialize;

use crate::body::{Body, Channel, Mode, Outcome};
use crate::{AreaId, Kind, UnitId};

/// What a person is (`6-workflow`, People).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 检查员.
    #[n(0)]
    Inspector,
    /// 督查员.
    #[n(1)]
    Supervisor,
    /// 单位联络员.
    #[n(2)]
    Contact,
    /// 文明办.
    #[n(3)]
    Office,
    /// 审计: reads and verifies.
    #[n(4)]
    Auditor,
}

impl Role {
    /// The name in commands and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inspector => "inspector",
            Self::Supervisor => "supervisor",
            Self::Contact => "contact",
            Self::Office => "office",
            Self::Auditor => "auditor",
        }
    }
}

/// The whole of what a person may do.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, Serialize)]
#[cbor(array)]
pub struct Grants {
    /// What they are.
    #[n(0)]
    pub role: Role,
    /// The areas they may work in; the office works in all.
    #[n(1)]
    pub areas: Vec<AreaId>,
    /// The unit that a contact speaks for.
    #[n(2)]
    pub unit: Option<UnitId>,
}

impl Grants {
    /// True when this person may work in the area at all.
    pub fn covers_area(&self, area: AreaId) -> bool {
        matches!(self.role, Role::Office | Role::Auditor) || self.areas.contains(&area)
    }
}

/// Whether work in an area may be given to a person of these grants: never to a unit, which would learn of a visit
/// before it happens, and never to somebody who may not work there.
pub fn may_be_assigned(role: Role, areas: &[AreaId], area: AreaId) -> Result<(), Refusal> {
    let inspects = matches!(role, Role::Inspector | Role::Supervisor);
    if inspects && areas.contains(&area) { Ok(()) } else { Err(Refusal::Assignee) }
}

/// Whether a person may take part in a visit at this place: staff of the area in a visit of staff, a unit's own contacts
/// in its self-check.
pub fn may_take_part(person: &Grants, place: &Place) -> Result<(), Refusal> {
    let fits = match person.role {
        Role::Contact => place.self_check && person.unit == Some(place.unit),
        _ => !place.self_check && person.areas.contains(&place.area),
    };
    if fits { Ok(()) } else { Err(Refusal::Assignee) }
}

/// Where an entity belongs: attributes that the city owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Place {
    /// The area of the site.
    #[n(0)]
    pub area: AreaId,
    /// The unit of the site.
    #[n(1)]
    pub unit: UnitId,
    /// True for an undercover visit and what belongs to it.
    #[n(2)]
    pub covert: bool,
    /// True for a self-check 自查 and what belongs to it.
    #[n(3)]
    pub self_check: bool,
}

/// What the city says of one op.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Folded.
    #[n(0)]
    Accepted,
    /// Kept on its phone under "needs attention"; folded nowhere.
    #[n(1)]
    Refused,
    /// Its entity is not known yet: judged when the creation arrives.
    #[n(2)]
    Parked,
    /// Shown as held; folded when released.
    #[n(3)]
    Held,
}

/// Why an op is refused, parked or held: a code on the wire, a sentence for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// This role does not say such things.
    #[n(0)]
    Role,
    /// Not an area of this person.
    #[n(1)]
    Area,
    /// Not this person's unit.
    #[n(2)]
    Unit,
    /// An undercover visit is written by one inspector alone.
    #[n(3)]
    Covert,
    /// Only the city says such things.
    #[n(4)]
    CityOnly,
    /// The op's body cannot be read.
    #[n(5)]
    Malformed,
    /// The entity exists already, made by somebody else.
    #[n(6)]
    Exists,
    /// The entity is not known.
    #[n(7)]
    UnknownEntity,
    /// The device was revoked.
    #[n(8)]
    DeviceRevoked,
    /// The person had moved away and the statement decides something.
    #[n(9)]
    Moved,
    /// A self-check is written by the unit's contacts alone and raises no findings.
    #[n(10)]
    SelfCheck,
    /// Nothing of the kind was waiting for 35 days.
    #[n(11)]
    Expired,
    /// The visit does not ask this item.
    #[n(12)]
    Item,
    /// Nobody of this id inspects in the area, or may take part in the visit.
    #[n(13)]
    Assignee,
}

impl Refusal {
    /// What happened and what to do, Chinese first.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Role => "此角色无权提交该内容，请交由有权人员办理 / this role may not say this; ask somebody who may",
            Self::Area => "不在您的片区，请由该片区人员提交 / not in your areas; ask somebody of that area",
            Self::Unit => "不属于您的单位 / not your unit",
            Self::Covert => "暗访只能由本人记录 / only its own inspector writes to an undercover visit",
            Self::CityOnly => "只能由市级平台发布 / only the city says this",
            Self::Malformed => {
                "内容无法识别，请更新应用后重新提交 / cannot be read; update the app and propose it again"
            }
            Self::Exists => "编号已被占用，请重新提交 / its id is taken; propose it again",
            Self::UnknownEntity => "所属记录尚未收到 / what it belongs to has not arrived",
            Self::DeviceRevoked => "设备已停用，待主管放行 / this device was revoked; a supervisor may release it",
            Self::Moved => "人员已调离，待主管放行 / the person had moved; a supervisor may release it",
            Self::SelfCheck => "自查只由单位填写，不产生问题 / a self-check is the unit's own and raises no findings",
            Self::Item => {
                "该检查项不在本次检查的标准内，请改在所属标准的检查中作答 / this visit does not ask this item; answer it in a visit that does"
            }
            Self::Assignee => {
                "此人不在该片区承担检查，请改派检查员或督查员 / this person does not inspect in this area; name an inspector or a supervisor who does"
            }
            Self::Expired => "所属记录三十五天未到 / what it belongs to did not arrive in 35 days",
        }
    }
}

/// Whether this person may say this here. `place` is `None` for statements that belong to no site.
///
/// ```
/// use mingcha_model::body::{Body, Nothing};
/// use mingcha_model::{permit, AreaId, Grants, Refusal, Role};
/// let contact = Grants { role: Role::Contact, areas: vec![], unit: None };
/// assert_eq!(permit(&contact, &Body::VisitRemark(Nothing {}), None), Err(Refusal::UnknownEntity));
/// ```
pub fn permit(who: &Grants, said: &Body, place: Option<&Place>) -> Result<(), Refusal> {
    if matches!(said, Body::LogOpen(_)) {
        return Ok(());
    }
    let allowed = roles(said, place)?;
    let Some(place) = place else {
        return Err(Refusal::UnknownEntity);
    };
    if !allowed.contains(&who.role) {
        return Err(Refusal::Role);
    }
    match who.role {
        Role::Contact if who.unit != Some(place.unit) => Err(Refusal::Unit),
        Role::Contact if place.covert => Err(Refusal::Covert),
        Role::Contact => Ok(()),
        _ if !who.covers_area(place.area) => Err(Refusal::Area),
        _ => Ok(()),
    }
}

/// Who may say what this build cannot read: of a kind that it knows in a newer version those who say that kind, of a
/// kind that it does not know the staff, and a contact only where nothing hangs on it.
fn roles_of_unknown(kind: Kind) -> &'static [Role] {
    use Role::{Contact, Inspector, Office, Supervisor};
    match kind {
        Kind::SUBMISSION_ADD | Kind::EXTENSION_ASK | Kind::APPEAL => &[Contact],
        Kind::FINDING_ACKNOWLEDGE | Kind::FINDING_DECLINE => &[Inspector, Supervisor, Contact],
        Kind::REVIEW => &[Supervisor],
        Kind::FINDING_NOTICE
        | Kind::FINDING_VOID
        | Kind::EXTENSION_DECIDE
        | Kind::SUSPEND
        | Kind::APPEAL_DECIDE
        | Kind::ASSIGN
        | Kind::UNASSIGN
        | Kind::RELEASE => &[Supervisor, Office],
        Kind::RESULT => &[Inspector, Supervisor],
        kind if kind.is_critical() => &[Inspector, Supervisor, Office],
        _ => &[Inspector, Supervisor, Contact, Office],
    }
}

/// True for statements that decide something about others' work, tell a unit what cannot be untold, or let through what
/// waited: held, not merged, when their author had moved. `covert` where they speak of an undercover visit, whose
/// feedback is its publication.
pub fn decides(said: &Body, covert: bool) -> bool {
    if matches!(said, Body::FindingFeedback(_) | Body::Unknown(Kind::FINDING_FEEDBACK)) {
        return covert;
    }
    matches!(
        said,
        Body::Review(_)
            | Body::Result(_)
            | Body::FindingNotice(_)
            | Body::Release(_)
            | Body::FindingVoid(_)
            | Body::VisitVoid(_)
            | Body::AppealDecide(_)
            | Body::ExtensionDecide(_)
            | Body::Suspend(_)
            | Body::Unknown(
                Kind::REVIEW
                    | Kind::RESULT
                    | Kind::FINDING_NOTICE
                    | Kind::RELEASE
                    | Kind::FINDING_VOID
                    | Kind::VISIT_VOID
                    | Kind::APPEAL_DECIDE
                    | Kind::EXTENSION_DECIDE
                    | Kind::SUSPEND
            )
    )
}

/// True for what an inspector records of a visit: under cover it stands in the visit's own log alone.
pub fn records(said: &Body) -> bool {
    matches!(
        said,
        Body::VisitOpen(_)
            | Body::Answer(_)
            | Body::VisitSubmit(_)
            | Body::VisitMove(_)
            | Body::VisitRemark(_)
            | Body::VisitPerson(_)
            | Body::PhotoAdd(_)
            | Body::PhotoItem(_)
            | Body::FindingRaise(_)
            | Body::FindingFixed(_)
            | Body::FindingCorrect(_)
    )
}

/// True for what staff decide of a finding towards its unit: of an undercover one it is carried to the published copy.
pub fn acts_on_copy(said: &Body) -> bool {
    matches!(
        said,
        Body::FindingNotice(_)
            | Body::FindingVoid(_)
            | Body::FindingDuplicate(_)
            | Body::Result(_)
            | Body::ExtensionDecide(_)
            | Body::Suspend(_)
            | Body::AppealDecide(_)
    )
}

fn roles(said: &Body, place: Option<&Place>) -> Result<&'static [Role], Refusal> {
    use Role::{Contact, Inspector, Office, Supervisor};
    let self_check = place.is_some_and(|place| place.self_check);
    let covert = place.is_some_and(|place| place.covert);
    Ok(match said {
        Body::VisitOpen(open) if open.mode == Mode::SelfCheck => &[Contact],
        Body::VisitOpen(_) => &[Inspector, Supervisor],
        Body::Answer(_)
        | Body::VisitSubmit(_)
        | Body::VisitMove(_)
        | Body::VisitVoid(_)
        | Body::VisitRemark(_)
        | Body::VisitPerson(_)
            if self_check =>
        {
            &[Contact]
        }
        Body::Answer(_) | Body::VisitSubmit(_) | Body::VisitMove(_) | Body::VisitRemark(_) => &[Inspector, Supervisor],
        Body::VisitPerson(_) if covert => return Err(Refusal::Covert),
        Body::VisitPerson(_) => &[Inspector, Supervisor, Office],
        Body::VisitVoid(_) => &[Inspector, Supervisor, Office],
        Body::PhotoAdd(_) | Body::PhotoItem(_) if self_check => &[Contact],
        Body::PhotoAdd(_) | Body::PhotoItem(_) => &[Inspector, Supervisor, Contact],
        // Whose photo it is, and whether its visit was submitted, is looked at by whoever knows (decision record 22).
        Body::PhotoErase(_) => &[Inspector, Supervisor, Contact, Office],
        Body::FindingRaise(_) if self_check => return Err(Refusal::SelfCheck),
        Body::FindingRaise(_) | Body::FindingFixed(_) | Body::FindingCorrect(_) => &[Inspector, Supervisor],
        // Never at the counter: an undercover finding is fed back by the office or a supervisor (`6-workflow`, 6).
        Body::FindingFeedback(_) if covert => &[Supervisor, Office],
        Body::FindingFeedback(_) | Body::FindingDuplicate(_) => &[Inspector, Supervisor, Office],
        // Signed or refused on paper, before an inspector or a supervisor who writes it down.
        Body::FindingAcknowledge(_) | Body::FindingDecline(_) if covert => &[Contact],
        Body::FindingAcknowledge(acknowledge) if acknowledge.channel != Channel::Phone => {
            &[Inspector, Supervisor, Contact]
        }
        Body::FindingDecline(_) => &[Inspector, Supervisor, Contact],
        Body::FindingAcknowledge(_) | Body::SubmissionAdd(_) | Body::ExtensionAsk(_) | Body::Appeal(_) => &[Contact],
        Body::Result(result) if result.outcome == Outcome::Reopen => &[Supervisor, Office],
        Body::Result(_) => &[Inspector, Supervisor],
        Body::Review(_) => &[Supervisor],
        Body::FindingNotice(_)
        | Body::FindingVoid(_)
        | Body::ExtensionDecide(_)
        | Body::Suspend(_)
        | Body::AppealDecide(_)
        | Body::Assign(_)
        | Body::Unassign(_)
        | Body::Release(_) => &[Supervisor, Office],
        Body::Unknown(kind) => roles_of_unknown(*kind),
        Body::LogOpen(_)
        | Body::AreaSet(_)
        | Body::WindowKindSet(_)
        | Body::CriteriaPublish(_)
        | Body::CalendarYear(_)
        | Body::CampaignSet(_)
        | Body::PolicySet(_)
        | Body::PersonSet(_)
        | Body::UnitSet(_)
        | Body::SiteEnter(_)
        | Body::SiteLeave(_)
        | Body::AuthorSet(_)
        | Body::NumberGive(_)
        | Body::FindingPublish(_)
        | Body::CardWrite(_)
        | Body::CardTell(_)
        | Body::PhotoErased(_)
        | Body::VerdictSay(_)
        | Body::GrantSet(_)
        | Body::DeviceRevoke(_) => return Err(Refusal::CityOnly),
    })
}
