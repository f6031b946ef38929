//! Lists of sites, visits, findings and tasks: each entity once, from its home or as this device alone knows it.
//!
//! Nothing here knows what day it is: what is overdue is computed by whoever has the calendar.

use mingcha_model::body::{Datum, Mode, Position};
use mingcha_model::{
    AreaId, CampaignId, Day, EntityId, FeedName, FindingId, ItemCode, LogId, Order, PersonId, Severity, SiteId, Stage,
    TaskId, UnitId, VisitId, VisitStatus,
};
use rusqlite::Row;

use super::sql::Sql;
use crate::{Store, StoreError, pack, refused, summary};

/// A site 点位.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteRow {
    /// Which.
    pub site: SiteId,
    /// The feed that it is shown from.
    pub home: Option<FeedName>,
    /// The unit that runs it.
    pub unit: UnitId,
    /// The area it lies in.
    pub area: AreaId,
    /// The office's own code.
    pub code: String,
    /// The kind of window.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its address; may be empty.
    pub address: String,
    /// Where it is.
    pub position: Option<Position>,
    /// False once it left every feed that knew it.
    pub present: bool,
}

/// A visit 检查, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisitRow {
    /// Which.
    pub visit: VisitId,
    /// The feed that it is shown from; `None` while this device has something to say of it that no feed brought back.
    pub home: Option<FeedName>,
    /// Where.
    pub site: SiteId,
    /// How.
    pub mode: Mode,
    /// Where it stands.
    pub status: VisitStatus,
    /// The log that opened it.
    pub author: LogId,
    /// The order of its opening.
    pub opened: Order,
    /// When it was opened, by its author's clock, in Unix seconds.
    pub opened_at: i64,
    /// The day it was opened.
    pub day: Day,
    /// The day it was submitted.
    pub submitted_day: Option<Day>,
    /// Its campaign.
    pub campaign: Option<CampaignId>,
    /// The task that it fulfils.
    pub task: Option<TaskId>,
}

/// A finding 问题, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindingRow {
    /// Which.
    pub finding: FindingId,
    /// The feed that it is shown from; `None` while this device has something to say of it that no feed brought back.
    pub home: Option<FeedName>,
    /// The visit that saw it.
    pub visit: VisitId,
    /// Where.
    pub site: SiteId,
    /// Which item it fails.
    pub item: ItemCode,
    /// How bad.
    pub severity: Severity,
    /// How far it has come.
    pub stage: Stage,
    /// The official number.
    pub number: Option<String>,
    /// The order of its raising.
    pub raised: Order,
    /// The day it was raised.
    pub raised_day: Day,
    /// The day of its first feedback.
    pub feedback_day: Option<Day>,
    /// Suspended 挂账.
    pub suspended: bool,
    /// Appealed, not decided.
    pub appealed: bool,
    /// Live values of a strict register differ.
    pub contested: bool,
    /// An undercover original whose published copy stands elsewhere.
    pub published: bool,
}

/// One piece of assigned work 任务.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// Which.
    pub task: TaskId,
    /// Where.
    pub site: SiteId,
    /// Who.
    pub person: PersonId,
    /// From which day.
    pub from: Day,
    /// By which day.
    pub due: Day,
    /// For which campaign.
    pub campaign: Option<CampaignId>,
    /// Taken back.
    pub withdrawn: bool,
}

/// Which sites to list; those that left are not.
#[derive(Clone, Debug, Default)]
pub struct SiteFilter {
    /// Whose name, code or address contains this.
    pub search: Option<String>,
    /// Of this area.
    pub area: Option<AreaId>,
    /// Of this unit.
    pub unit: Option<UnitId>,
    /// Of this kind of window.
    pub kind: Option<String>,
    /// Only those that come after this one in the list: the next page, at any depth.
    pub after: Option<SiteId>,
    /// At most so many; 0 for all.
    pub limit: u32,
    /// Without the first so many.
    pub offset: u32,
}

/// Which visits to list, the newest first.
#[derive(Clone, Copy, Debug, Default)]
pub struct VisitFilter {
    /// Of this site.
    pub site: Option<SiteId>,
    /// That stand here.
    pub status: Option<VisitStatus>,
    /// Made so.
    pub mode: Option<Mode>,
    /// Opened in this log.
    pub author: Option<LogId>,
    /// Own ones too that the city refused.
    pub refused: bool,
    /// Only those that come after this one in the list: the next page, at any depth.
    pub after: Option<VisitId>,
    /// At most so many; 0 for all.
    pub limit: u32,
    /// Without the first so many.
    pub offset: u32,
}

/// Which findings to list, the newest first; undercover originals whose copy was published are not.
#[derive(Clone, Copy, Debug, Default)]
pub struct FindingFilter {
    /// At this stage.
    pub stage: Option<Stage>,
    /// Of this site.
    pub site: Option<SiteId>,
    /// Seen by this visit.
    pub visit: Option<VisitId>,
    /// Undercover originals too whose copy was published.
    pub originals: bool,
    /// Neither closed nor void.
    pub open: bool,
    /// With contested verdicts or results only.
    pub contested: bool,
    /// Own ones too whose visit the city refused.
    pub refused: bool,
    /// Only those that come after this one in the list: the next page, at any depth.
    pub after: Option<FindingId>,
    /// At most so many; 0 for all.
    pub limit: u32,
    /// Without the first so many.
    pub offset: u32,
}

/// Which tasks to list, by the day they are due.
#[derive(Clone, Copy, Debug, Default)]
pub struct TaskFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// At this site.
    pub site: Option<SiteId>,
    /// Withdrawn ones too.
    pub withdrawn: bool,
    /// At most so many; 0 for all.
    pub limit: u32,
    /// Without the first so many.
    pub offset: u32,
}

// CROSS JOIN keeps SQLite from walking over every entity: the index of the list's own table gives the order.
const SITE: &str = "e.id, f.name, r.unit, r.area, r.code, r.kind, r.name, r.address, r.latitude_e7, r.longitude_e7,
    r.datum, r.present FROM site r CROSS JOIN entity e ON e.key = r.entity JOIN feed f ON f.key = e.feed WHERE e.shown = 1";
const VISIT: &str = "e.id, f.name, r.site, r.mode, r.status, r.author, r.opened, r.opened_at, r.opened_day,
    r.submitted_day, r.campaign, r.task
    FROM visit r CROSS JOIN entity e ON e.key = r.entity JOIN feed f ON f.key = e.feed WHERE e.shown = 1";
const FINDING: &str = "e.id, f.name, r.visit, r.site, r.item, r.severity, r.stage, r.number, r.raised, r.raised_day,
    r.feedback_day, r.suspended, r.appealed, r.contested, r.published
    FROM finding r CROSS JOIN entity e ON e.key = r.entity JOIN feed f ON f.key = e.feed WHERE e.shown = 1";
const TASK: &str = "e.id, r.site, r.person, r.from_day, r.due_day, r.campaign, r.withdrawn
    FROM task r CROSS JOIN entity e ON e.key = r.entity WHERE e.shown = 1";

impl Store {
    /// Sites by code.
    pub fn sites(&self, filter: &SiteFilter) -> Result<Vec<SiteRow>, StoreError> {
        let mut sql = Sql::select(SITE);
        sql.push(" AND r.present = 1");
        sql.when(" AND r.area = ?", filter.area.map(|area| *area.as_bytes()));
        sql.when(" AND r.unit = ?", filter.unit.map(|unit| *unit.as_bytes()));
        sql.when(" AND r.kind = ?", filter.kind.clone());
        if let Some(search) = &filter.search {
            let words = crate::search::plain(search);
            sql.when(" AND (instr(plain(r.name), ?)", Some(words.clone()));
            sql.when(" OR instr(plain(r.code), ?)", Some(words.clone()));
            sql.when(" OR instr(plain(r.address), ?))", Some(words));
        }
        if let Some(after) = filter.after.and_then(|after| self.site(after).transpose()).transpose()? {
            sql.after("r.code", ">", after.code, *after.site.as_bytes());
        }
        sql.end(" ORDER BY r.code, e.id", filter.limit, filter.offset);
        sql.rows(&self.connection, site)
    }

    /// One site, whether it left or not.
    pub fn site(&self, id: SiteId) -> Result<Option<SiteRow>, StoreError> {
        let mut sql = Sql::select(SITE);
        sql.when(" AND r.entity = (SELECT key FROM entity WHERE id = ? AND shown = 1)", Some(*id.as_bytes()));
        Ok(sql.rows(&self.connection, site)?.into_iter().next())
    }

    /// The sites of this code: one, unless areas use the same.
    pub fn sites_by_code(&self, code: &str) -> Result<Vec<SiteRow>, StoreError> {
        let mut sql = Sql::select(SITE);
        sql.when(" AND r.present = 1 AND r.code = ?", Some(code.to_owned()));
        sql.rows(&self.connection, site)
    }

    /// Visits, the newest first; own pending ones before all others.
    pub fn visits(&self, filter: &VisitFilter) -> Result<Vec<VisitRow>, StoreError> {
        let mut sql = Sql::select(VISIT);
        sql.when(" AND r.site = ?", filter.site.map(|site| *site.as_bytes()));
        sql.when(" AND r.status = ?", filter.status.map(summary::visit_status_code));
        sql.when(" AND r.mode = ?", filter.mode.map(|mode| pack::code(&mode)));
        sql.when(" AND r.author = ?", filter.author.map(|log| log.0));
        if !filter.refused {
            sql.push(&format!(" AND NOT (e.feed = 0 AND {})", refused::is_refused("e.id")));
        }
        if let Some(after) = filter.after {
            let opened = self.place_in_list("SELECT opened FROM visit", after.into())?;
            sql.after("r.opened", "<", opened, *after.as_bytes());
        }
        sql.end(" ORDER BY r.opened DESC, e.id", filter.limit, filter.offset);
        sql.rows(&self.connection, visit)
    }

    /// Findings, the newest first; own pending ones before all others.
    pub fn findings(&self, filter: &FindingFilter) -> Result<Vec<FindingRow>, StoreError> {
        let mut sql = Sql::select(FINDING);
        if !filter.originals {
            sql.push(" AND r.published = 0");
        }
        sql.when(" AND r.stage = ?", filter.stage.map(|stage| pack::code(&stage)));
        sql.when(" AND r.site = ?", filter.site.map(|site| *site.as_bytes()));
        sql.when(" AND r.visit = ?", filter.visit.map(|visit| *visit.as_bytes()));
        if filter.open {
            let done = [Stage::Closed, Stage::Void].map(|stage| pack::code(&stage));
            sql.when(" AND r.stage NOT IN (?", done.first().copied());
            sql.when(", ?)", done.last().copied());
        }
        if filter.contested {
            sql.push(" AND r.contested = 1");
        }
        if !filter.refused {
            sql.push(&format!(" AND NOT (e.feed = 0 AND {})", refused::is_refused("r.visit")));
        }
        if let Some(after) = filter.after {
            let raised = self.place_in_list("SELECT raised FROM finding", after.into())?;
            sql.after("r.raised", "<", raised, *after.as_bytes());
        }
        sql.end(" ORDER BY r.raised DESC, e.id", filter.limit, filter.offset);
        sql.rows(&self.connection, finding)
    }

    /// Findings of an item at a site that were raised before this day and are not void, the newest first.
    pub fn found_before(&self, site: SiteId, item: &ItemCode, day: Day) -> Result<Vec<FindingId>, StoreError> {
        let mut sql = Sql::select(FINDING);
        sql.push(&format!(" AND r.published = 0 AND NOT (e.feed = 0 AND {})", refused::is_refused("r.visit")));
        sql.when(" AND r.site = ?", Some(*site.as_bytes()));
        sql.when(" AND r.item = ?", Some(item.to_string()));
        sql.when(" AND r.raised_day < ?", Some(day.days_after(Day::from_epoch_days(0))));
        sql.when(" AND r.stage <> ?", Some(pack::code(&Stage::Void)));
        sql.end(" ORDER BY r.raised DESC, e.id", 0, 0);
        sql.rows(&self.connection, |row| finding(row).map(|row| row.finding))
    }

    /// One finding as lists show it, published originals too.
    pub fn finding(&self, id: FindingId) -> Result<Option<FindingRow>, StoreError> {
        let mut sql = Sql::select(FINDING);
        sql.when(" AND r.entity = (SELECT key FROM entity WHERE id = ? AND shown = 1)", Some(*id.as_bytes()));
        Ok(sql.rows(&self.connection, finding)?.into_iter().next())
    }

    /// Tasks, the earliest due first.
    pub fn tasks(&self, filter: &TaskFilter) -> Result<Vec<TaskRow>, StoreError> {
        let mut sql = Sql::select(TASK);
        sql.when(" AND r.person = ?", filter.person.map(|person| *person.as_bytes()));
        sql.when(" AND r.site = ?", filter.site.map(|site| *site.as_bytes()));
        if !filter.withdrawn {
            sql.push(" AND r.withdrawn = 0");
        }
        sql.end(" ORDER BY r.due_day, e.id", filter.limit, filter.offset);
        sql.rows(&self.connection, task)
    }

    /// What an entity is sorted by in its list; the front of the list when it is not there.
    fn place_in_list(&self, select: &str, id: EntityId) -> Result<i64, StoreError> {
        let sql = format!("{select} WHERE entity = (SELECT key FROM entity WHERE id = ?1 AND shown = 1)");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id.0.as_slice()])?;
        rows.next()?.map_or(Ok(i64::MAX), |row| Ok(row.get(0)?))
    }

    /// One task.
    pub fn task(&self, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
        let mut sql = Sql::select(TASK);
        sql.when(" AND r.entity = (SELECT key FROM entity WHERE id = ? AND shown = 1)", Some(*id.as_bytes()));
        Ok(sql.rows(&self.connection, task)?.into_iter().next())
    }
}

fn id(row: &Row<'_>, column: usize) -> Result<EntityId, StoreError> {
    pack::id(row.get_ref(column)?.as_blob().unwrap_or_default())
}

fn optional_id(row: &Row<'_>, column: usize) -> Result<Option<EntityId>, StoreError> {
    row.get_ref(column)?.as_blob().ok().map(pack::id).transpose()
}

fn optional_day(row: &Row<'_>, column: usize) -> Result<Option<Day>, StoreError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(pack::day))
}

fn home(row: &Row<'_>) -> Result<Option<FeedName>, StoreError> {
    Ok(row.get_ref(1)?.as_str().unwrap_or_default().parse().ok())
}

fn site(row: &Row<'_>) -> Result<SiteRow, StoreError> {
    let position = match (row.get(8)?, row.get(9)?, row.get::<_, Option<i64>>(10)?) {
        (Some(latitude_e7), Some(longitude_e7), Some(datum)) => {
            let datum: Datum = pack::from_code(datum, "the datum of a position")?;
            Some(Position { latitude_e7, longitude_e7, datum })
        }
        _ => None,
    };
    Ok(SiteRow {
        site: id(row, 0)?.into(),
        home: home(row)?,
        unit: id(row, 2)?.into(),
        area: id(row, 3)?.into(),
        code: row.get(4)?,
        kind: row.get(5)?,
        name: row.get(6)?,
        address: row.get(7)?,
        position,
        present: row.get(11)?,
    })
}

fn visit(row: &Row<'_>) -> Result<VisitRow, StoreError> {
    Ok(VisitRow {
        visit: id(row, 0)?.into(),
        home: home(row)?,
        site: id(row, 2)?.into(),
        mode: pack::from_code(row.get(3)?, "the mode of a visit")?,
        status: match row.get(4)? {
            0 => VisitStatus::Draft,
            1 => VisitStatus::Submitted,
            _ => VisitStatus::Void,
        },
        author: pack::log(row.get_ref(5)?.as_blob().unwrap_or_default())?,
        opened: pack::order(row.get(6)?)?,
        opened_at: row.get(7)?,
        day: pack::day(row.get(8)?),
        submitted_day: optional_day(row, 9)?,
        campaign: optional_id(row, 10)?.map(CampaignId),
        task: optional_id(row, 11)?.map(TaskId),
    })
}

fn finding(row: &Row<'_>) -> Result<FindingRow, StoreError> {
    let item: String = row.get(4)?;
    Ok(FindingRow {
        finding: id(row, 0)?.into(),
        home: home(row)?,
        visit: id(row, 2)?.into(),
        site: id(row, 3)?.into(),
        item: item.parse().map_err(|_| StoreError::BadRow("the code of an item"))?,
        severity: pack::from_code(row.get(5)?, "the severity of a finding")?,
        stage: pack::from_code(row.get(6)?, "the stage of a finding")?,
        number: row.get(7)?,
        raised: pack::order(row.get(8)?)?,
        raised_day: pack::day(row.get(9)?),
        feedback_day: optional_day(row, 10)?,
        suspended: row.get(11)?,
        appealed: row.get(12)?,
        contested: row.get(13)?,
        published: row.get(14)?,
    })
}

fn task(row: &Row<'_>) -> Result<TaskRow, StoreError> {
    Ok(TaskRow {
        task: id(row, 0)?.into(),
        site: id(row, 1)?.into(),
        person: id(row, 2)?.into(),
        from: pack::day(row.get(3)?),
        due: pack::day(row.get(4)?),
        campaign: optional_id(row, 5)?.map(CampaignId),
        withdrawn: row.get(6)?,
    })
}
