//! The list of sites.

use super::{DisplayDate, LocalizedText, beginning, next_page, rows_of};
use crate::host::SiteScope;
use crate::{MingchaError, Phone};

/// Which sites to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteQuery {
    /// Part of a name, code or address.
    pub search: Option<String>,
    /// Which of them; all when none is given.
    pub scope: Option<SiteScope>,
    /// Without the first so many: where the page before said that the next one begins.
    pub offset: i32,
    /// At most so many rows, 1 to 500; 50 when none is given.
    pub limit: Option<i32>,
}

/// One page of sites.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SitePage {
    /// The sites, by code.
    pub rows: Vec<SiteSummary>,
    /// Where the next page begins; none where this is the last.
    pub next_offset: Option<i32>,
}

/// One site 点位.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteSummary {
    /// Which.
    pub id: String,
    /// The office's own code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The kind of window.
    pub kind: LocalizedText,
    /// The unit that runs it.
    pub unit_name: String,
    /// The area it lies in.
    pub area_name: String,
    /// The day of the last visit known here.
    pub last_visit: Option<DisplayDate>,
    /// The earliest recheck due among its findings.
    pub recheck_due: Option<DisplayDate>,
    /// True when that day has passed.
    pub is_overdue: bool,
}

impl Phone {
    pub(in crate::host) fn site_page(&self, query: &SiteQuery) -> Result<SitePage, MingchaError> {
        let (today, kinds) = (self.today()?, self.kinds()?);
        let (offset, limit) = (beginning(query.offset), rows_of(query.limit));
        let search = query.search.as_deref().map(str::trim).filter(|words| !words.is_empty());
        // One more than a page shows tells whether there is another.
        let wanted = offset.saturating_add(limit).saturating_add(1);
        let filter = crate::SiteFilter {
            due: query.scope == Some(SiteScope::Due),
            search: search.map(str::to_owned),
            limit: Some(wanted),
        };
        let known = self.sites(&filter)?;
        let mut rows = Vec::new();
        for site in known.into_iter().skip(usize::try_from(offset).unwrap_or(usize::MAX)) {
            let english = kinds.get(&site.kind).map(|kind| kind.name.en.clone()).unwrap_or_default();
            rows.push(SiteSummary {
                id: site.site.to_string(),
                code: site.code,
                name: site.name,
                kind: LocalizedText { zh: site.kind_name, en: english },
                unit_name: site.unit_name,
                area_name: site.area_name,
                last_visit: site.last_visit.map(|day| DisplayDate::of(day, today)),
                recheck_due: site.recheck_due.map(|day| DisplayDate::of(day, today)),
                is_overdue: site.recheck_due.is_some_and(|day| day < today),
            });
        }
        let next_offset = next_page(&mut rows, offset, limit);
        Ok(SitePage { rows, next_offset })
    }
}
