//! `enrol`, `grant` and `revoke`: who may come in, and where they may work.
//!
//! Areas and units are named by code or by id. Which role needs what is checked here with a sentence for each, and
//! once more by the city.

use mingcha_city::load::{Known, LONGEST_NAME};
use mingcha_city::{City, CityError, NewPerson};
use mingcha_model::{AreaId, PersonId, Role, UnitId};
use serde_json::json;

use super::Data;
use super::failure::Failure;
use super::speech::Said;

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city enrol --data ./city --role inspector --area DH --area XL
  mingcha-city enrol --data ./city --role contact --unit MC-TAX --json
  mingcha-city enrol --data ./city --role office
  mingcha-city enrol --data ./city --role inspector --person PERSON    # 下一部手机 the next phone")]
pub(crate) struct Enrol {
    #[command(flatten)]
    data: Data,
    /// 角色 / what they are
    #[arg(long, value_enum)]
    role: RoleWord,
    /// 片区代码或编号，可多次；检查员、督查员至少一个 / an area by code or id, may be repeated; inspectors and supervisors need one
    #[arg(long = "area", value_name = "AREA")]
    areas: Vec<String>,
    /// 单位代码或编号，联络员必填 / the unit of a contact, by code or id
    #[arg(long, value_name = "UNIT")]
    unit: Option<String>,
    /// 同事间的称呼；单位看不到 / what colleagues call them; units never see it
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// 已登记的人员，换或加一部手机 / somebody known, for their next phone
    #[arg(long, value_name = "PERSON")]
    person: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum RoleWord {
    /// 检查员
    Inspector,
    /// 督查员
    Supervisor,
    /// 单位联络员
    Contact,
    /// 文明办
    Office,
    /// 审计
    Auditor,
}

impl RoleWord {
    fn role(self) -> Role {
        match self {
            Self::Inspector => Role::Inspector,
            Self::Supervisor => Role::Supervisor,
            Self::Contact => Role::Contact,
            Self::Office => Role::Office,
            Self::Auditor => Role::Auditor,
        }
    }

    /// What somebody without a name is called.
    fn in_chinese(self) -> &'static str {
        match self {
            Self::Inspector => "检查员",
            Self::Supervisor => "督查员",
            Self::Contact => "单位联络员",
            Self::Office => "文明办",
            Self::Auditor => "审计",
        }
    }
}

impl Enrol {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let city = self.data.open()?;
        self.check()?;
        let known = city.known()?;
        let areas = self.areas.iter().map(|area| area_of(&known, area)).collect::<Result<_, _>>()?;
        let unit = self.unit.as_ref().map(|unit| unit_of(&known, unit)).transpose()?;
        let person = self.person.as_deref().map(person_of).transpose()?;
        let name = self.name.as_deref().map_or(self.role.in_chinese(), str::trim).to_owned();
        let made = city.enrol_code(NewPerson { role: self.role.role(), areas, unit, name, person })?;
        let (code, person) = (made.code, made.person);
        Ok(Said::new(
            json!({ "code": code, "person": person }),
            format!("{code}\n七天内在手机上输入此代码一次即可登记，只显示这一次。人员编号 {person}。"),
            format!(
                "{code}\nType this code into the phone once within seven days; it is shown only now. Person {person}."
            ),
        ))
    }

    /// Whether the role has what it needs, and nothing else.
    fn check(&self) -> Result<(), Failure> {
        let refuse = |zh: &str, en: &str| Err(Failure::mistake("role_needs", zh, en));
        let fits =
            |name: &str| (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if self.name.as_deref().is_some_and(|name| !fits(name.trim())) {
            return Err(Failure::mistake(
                "name_invalid",
                format!("称呼须为一行 1 到 {LONGEST_NAME} 字"),
                format!("a name is one line of 1 to {LONGEST_NAME} characters"),
            ));
        }
        match self.role {
            RoleWord::Inspector | RoleWord::Supervisor if self.unit.is_some() => refuse(
                "检查员、督查员不属于单位，请去掉 --unit",
                "an inspector or supervisor has no unit: leave out --unit",
            ),
            RoleWord::Inspector | RoleWord::Supervisor if self.areas.is_empty() && self.person.is_none() => refuse(
                "检查员、督查员至少要一个片区，请加 --area",
                "an inspector or supervisor needs at least one area: add --area",
            ),
            RoleWord::Contact if !self.areas.is_empty() => {
                refuse("联络员只对应单位，请去掉 --area", "a contact has a unit and no area: leave out --area")
            }
            RoleWord::Contact if self.unit.is_none() && self.person.is_none() => {
                refuse("联络员须有一个单位，请加 --unit", "a contact needs exactly one unit: add --unit")
            }
            RoleWord::Office | RoleWord::Auditor if self.unit.is_some() || !self.areas.is_empty() => refuse(
                "文明办和审计不限片区和单位，请去掉 --area 和 --unit",
                "the office and auditors work everywhere: leave out --area and --unit",
            ),
            _ => Ok(()),
        }
    }
}

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city grant --data ./city PERSON --area XL
  mingcha-city revoke --data ./city PERSON --area XL")]
pub(crate) struct Grant {
    #[command(flatten)]
    data: Data,
    /// 人员编号，enrol 和 devices 会给出 / the person's id, as `enrol` and `devices` print it
    #[arg(value_name = "PERSON")]
    person: String,
    /// 片区代码或编号 / the area, by code or id
    #[arg(long, value_name = "AREA")]
    area: String,
}

impl Grant {
    /// Grants the area, or takes it away.
    pub(crate) fn run(&self, give: bool) -> Result<Said, Failure> {
        let city: City = self.data.open()?;
        let (person, area) = (person_of(&self.person)?, area_of(&city.known()?, &self.area)?);
        let told = json!({ "person": person, "area": area });
        if give {
            city.grant(person, area)?;
            Ok(Said::new(told, "已允许，下次同步生效。", "Granted; the phone learns of it when it syncs."))
        } else {
            city.revoke(person, area)?;
            Ok(Said::new(told, "已取消，下次同步生效。", "Revoked; the phone learns of it when it syncs."))
        }
    }
}

fn area_of(known: &Known, word: &str) -> Result<AreaId, Failure> {
    let by_id = || word.parse().ok().filter(|id| known.areas.values().any(|area| area == id));
    let found = known.areas.get(word).copied().or_else(by_id);
    found.ok_or_else(|| CityError::UnknownArea.into())
}

fn unit_of(known: &Known, word: &str) -> Result<UnitId, Failure> {
    let by_id = || word.parse().ok().filter(|id| known.units.values().any(|(unit, _)| unit == id));
    let found = known.units.get(word).map(|(unit, _)| *unit).or_else(by_id);
    found.ok_or_else(|| CityError::UnknownUnit.into())
}

fn person_of(word: &str) -> Result<PersonId, Failure> {
    word.parse().map_err(|_| CityError::UnknownPerson.into())
}
