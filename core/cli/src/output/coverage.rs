//! Coverage, comparisons and what a search found.

use mingcha::{CompareRow, CoverageRow, CoverageView, SearchRow};

use super::criteria::points;
use super::page::or_empty;
use super::{Page, Show, Table, left, right, wrapped};
use crate::texts as t;
use crate::words::{half, word};

impl Show for CoverageView {
    fn show(&self, page: &mut Page) {
        let lang = page.lang();
        let rate = self.rate.map(|rate| format!("{}%", points(rate))).unwrap_or_default();
        page.card(&[
            (t::PERIOD, format!("{} – {}", self.from, self.to)),
            (t::COVERAGE, format!("{}/{} {rate}", self.visited, self.sites)),
            (t::FORMULA, half(lang, &self.formula).to_owned()),
        ]);
        for (title, rows) in [(t::BY_AREA, &self.by_area), (t::BY_KIND, &self.by_kind), (t::BY_MODE, &self.by_mode)] {
            if !rows.is_empty() {
                page.part(title);
                let table = lines(page, rows);
                page.table(&table);
            }
        }
        page.part(t::NEVER_VISITED);
        if self.never.is_empty() {
            page.say(t::ALL_VISITED);
            return;
        }
        let columns = [left(t::CODE), left(t::NAME), left(t::KIND), left(t::AREA), left(t::LAST_VISIT)];
        let mut table = Table::new(&columns);
        for site in &self.never {
            table.row(&[
                site.code.clone(),
                site.name.clone(),
                site.kind.clone(),
                site.area_name.clone(),
                or_empty(site.last_visit),
            ]);
        }
        page.table(&table);
    }
}

fn lines(page: &Page, rows: &[CoverageRow]) -> Table {
    let mut table = Table::new(&[left(t::NAME), right(t::SITES), right(t::VISITED), right(t::VISITS)]);
    for row in rows {
        table.row(&[
            word(page.lang(), &row.name).to_owned(),
            row.sites.to_string(),
            row.visited.to_string(),
            row.visits.to_string(),
        ]);
    }
    table
}

impl Show for Vec<CompareRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NO_COMPARISONS);
            return;
        }
        let lang = page.lang();
        let mut table = Table::new(&[left(t::NAME), right(t::RATE), right(t::PREVIOUS), left(t::TREND), left(t::RANK)]);
        let percent = |rate: Option<u64>| rate.map(|rate| format!("{}%", points(rate))).unwrap_or_default();
        for row in self {
            let among = row.among.as_deref().map(|among| half(lang, among)).unwrap_or_default();
            let rank = row.rank.zip(row.of).map(|(rank, of)| format!("{rank}/{of} {among}"));
            table.row(&[
                half(lang, &row.name).to_owned(),
                percent(row.rate),
                percent(row.previous),
                row.trend.map(|trend| word(lang, trend).to_owned()).unwrap_or_default(),
                or_empty(rank),
            ]);
        }
        page.table(&table);
    }
}

impl Show for Vec<SearchRow> {
    fn show(&self, page: &mut Page) {
        if self.is_empty() {
            page.say(t::NOTHING_FOUND);
            return;
        }
        let lang = page.lang();
        let columns = [left(t::WHAT), left(t::SITE), left(t::ITEM), wrapped(t::TEXT, 56), left(t::ID)];
        let mut table = Table::new(&columns);
        for row in self {
            table.row(&[
                word(lang, row.what).to_owned(),
                row.site_name.clone(),
                row.item.clone().unwrap_or_default(),
                half(lang, &row.text).to_owned(),
                row.id.clone(),
            ]);
        }
        page.table(&table);
    }
}
