//! A criteria set written as its file: what is read back is the same set.
//!
//! Keys that say what would hold anyway are left out, so that a person can read the file.

use toml::Value as Toml;

use super::bands::Bands;
use super::condition::{Comparison, Condition, Demand, Derivation};
use super::{Comparing, CriteriaSet, Definition, Item, Offered, Source, Title};
use crate::Bilingual;

impl CriteriaSet {
    /// The text of its file.
    ///
    /// ```
    /// use mingcha_model::{CriteriaSet, Kinds};
    ///
    /// for set in CriteriaSet::embedded()? {
    ///     assert_eq!(CriteriaSet::parse("again.toml", &set.to_toml(), &Kinds::embedded())?, set);
    /// }
    /// # Ok::<(), mingcha_model::BadSet>(())
    /// ```
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut file = Lines(String::new());
        self.head().into_iter().for_each(|(key, value)| file.pair(key, &value));
        for item in &self.items {
            file.0.push_str("\n[[item]]\n");
            item.pairs(self).into_iter().for_each(|(key, value)| file.pair(key, &value));
        }
        for title in &self.titles {
            file.0.push_str("\n[[title]]\n");
            title.pairs(self).into_iter().for_each(|(key, value)| file.pair(key, &value));
        }
        for one in &self.comparisons {
            file.0.push_str("\n[[comparison]]\n");
            one.pairs(self).into_iter().for_each(|(key, value)| file.pair(key, &value));
        }
        file.0
    }

    /// The keys of the set itself with their values, in the order of the file.
    #[must_use]
    pub fn head(&self) -> Vec<(&'static str, Toml)> {
        let mut pairs = Pairs::default();
        pairs.set("code", text(self.code.as_str()));
        pairs.set("version", number(self.version));
        pairs.set("name", both(&self.name));
        pairs.set("definition", text(self.definition.name()));
        pairs.when(self.assignment != self.definition, "assignment", text(self.assignment.name()));
        pairs.maybe("reason", self.reason.as_ref().map(both));
        pairs.set("scoring", text(self.scoring.name()));
        pairs.when(self.cap != 110, "cap", number(self.cap));
        pairs.when(self.offered == Offered::Default, "offered", text("default"));
        pairs.when(self.placeholder.is_some(), "placeholder", Toml::Boolean(true));
        pairs.maybe("names", self.placeholder.and_then(|one| one.names).map(number));
        pairs.when(!self.source.is_empty(), "source", sources(&self.source));
        pairs.when(!self.notes.is_empty(), "notes", Toml::Array(self.notes.iter().map(both).collect()));
        pairs.0
    }
}

impl Item {
    /// The keys of the item with their values, in the order of the file.
    #[must_use]
    pub fn pairs(&self, set: &CriteriaSet) -> Vec<(&'static str, Toml)> {
        let mut pairs = Pairs::default();
        pairs.set("code", text(self.code.as_str()));
        pairs.maybe("group", self.group.as_ref().map(both));
        pairs.set("text", both(&self.text));
        pairs.set("help", both(&self.help));
        pairs.set("answer", text(self.answer.code()));
        pairs.when(!self.ask.is_empty(), "ask", list(self.ask.iter().map(|way| text(way.name()))));
        pairs.set("photo", text(self.photo.name()));
        pairs.set("kinds", list(self.kinds.iter().map(|kind| text(kind.as_str()))));
        pairs.set("points", number(self.points));
        pairs.maybe("fails_over", self.fails_over.map(number));
        let all_parts = (!self.parts.is_empty() && self.fails_over.is_none())
            .then(|| u32::try_from(self.parts.len()).unwrap_or(u32::MAX));
        pairs.maybe("fails_under", self.fails_under.filter(|least| Some(*least) != all_parts).map(number));
        pairs.when(
            !self.limits.is_empty(),
            "limits",
            list(self.limits.iter().map(|limit| {
                let mut inner = Pairs::default();
                inner.set("kinds", list(limit.kinds.iter().map(|kind| text(kind.as_str()))));
                inner.maybe("fails_over", limit.fails_over.map(number));
                inner.maybe("fails_under", limit.fails_under.map(number));
                inner.table()
            })),
        );
        pairs.when(!self.parts.is_empty(), "parts", list(self.parts.iter().map(both)));
        pairs.when(self.bands != Bands::default(), "bands", {
            let mut inner = Pairs::default();
            inner.maybe("excellent", self.bands.excellent.map(limit));
            inner.maybe("well", self.bands.well.map(limit));
            inner.maybe("standard", self.bands.standard.map(limit));
            inner.table()
        });
        pairs.maybe(
            "levels",
            self.levels.map(|levels| {
                let mut inner = Pairs::default();
                inner.set("qualified", limit(levels.qualified));
                inner.maybe("basic", levels.basic.map(limit));
                inner.table()
            }),
        );
        match &self.derivation {
            None => {}
            Some(Derivation::Condition(one)) => pairs.set("condition", condition(one)),
            Some(Derivation::Classes { excellent, well, standard }) => {
                let mut inner = Pairs::default();
                inner.maybe("excellent", excellent.as_ref().map(condition));
                inner.maybe("well", well.as_ref().map(condition));
                inner.maybe("standard", standard.as_ref().map(condition));
                pairs.set("classes", inner.table());
            }
        }
        pairs.when(self.deduct > 0, "deduct", number(self.deduct));
        pairs.maybe("deduct_most", self.deduct_most.map(number));
        pairs.when(self.bonus > 0, "bonus", number(self.bonus));
        pairs.when(!self.months.is_empty(), "months", list(self.months.iter().map(|month| number((*month).into()))));
        pairs.when(!self.modes.is_empty(), "modes", list(self.modes.iter().map(|mode| text(mode.name()))));
        pairs.when(self.priority != 2, "priority", number(self.priority.into()));
        pairs.maybe("same", self.same.as_deref().map(text));
        pairs.maybe("quick", self.quick.as_ref().map(both));
        pairs.set("source", sources(&self.source));
        pairs.when(self.definition != set.definition, "definition", text(self.definition.name()));
        pairs.when(self.assignment != set.assignment, "assignment", text(self.assignment.name()));
        let inferred = [self.definition, self.assignment].contains(&Definition::Inferred);
        pairs.maybe("reason", own_reason(self.reason.as_ref(), inferred, set));
        pairs.0
    }
}

impl Title {
    /// The keys of the title with their values, in the order of the file.
    #[must_use]
    pub fn pairs(&self, set: &CriteriaSet) -> Vec<(&'static str, Toml)> {
        let mut pairs = Pairs::default();
        pairs.set("code", text(self.code.as_str()));
        pairs.set("name", both(&self.name));
        pairs.set("holder", text(self.holder.name()));
        pairs.maybe("quota", self.quota.map(number));
        pairs.set("source", sources(&self.source));
        pairs.when(self.definition != set.definition, "definition", text(self.definition.name()));
        let inferred = self.definition == Definition::Inferred;
        pairs.maybe("reason", own_reason(self.reason.as_ref(), inferred, set));
        pairs.0
    }
}

impl Comparing {
    /// The keys of the comparison with their values, in the order of the file.
    #[must_use]
    pub fn pairs(&self, set: &CriteriaSet) -> Vec<(&'static str, Toml)> {
        let mut pairs = Pairs::default();
        pairs.set("code", text(self.code.as_str()));
        pairs.set("name", both(&self.name));
        pairs.set("items", list(self.items.iter().map(|item| text(item.as_str()))));
        pairs.set("source", sources(&self.source));
        pairs.when(self.definition != set.assignment, "definition", text(self.definition.name()));
        let inferred = self.definition == Definition::Inferred;
        pairs.maybe("reason", own_reason(self.reason.as_ref(), inferred, set));
        pairs.0
    }
}

/// A reason that the set would not give by itself.
fn own_reason(reason: Option<&Bilingual>, inferred: bool, set: &CriteriaSet) -> Option<Toml> {
    reason.filter(|reason| !inferred || set.reason.as_ref() != Some(reason)).map(both)
}

#[derive(Default)]
struct Pairs(Vec<(&'static str, Toml)>);

impl Pairs {
    fn set(&mut self, key: &'static str, value: Toml) {
        self.0.push((key, value));
    }

    fn when(&mut self, holds: bool, key: &'static str, value: Toml) {
        if holds {
            self.set(key, value);
        }
    }

    fn maybe(&mut self, key: &'static str, value: Option<Toml>) {
        self.0.extend(value.map(|value| (key, value)));
    }

    fn table(self) -> Toml {
        Toml::Table(self.0.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    }
}

/// Lines `key = value`, each value on its own line, whatever it holds.
struct Lines(String);

impl Lines {
    fn pair(&mut self, key: &str, value: &Toml) {
        self.0.push_str(key);
        self.0.push_str(" = ");
        self.0.push_str(&inline(value));
        self.0.push('\n');
    }
}

/// The value on one line; Chinese before English, a document before its clause.
#[must_use]
fn inline(value: &Toml) -> String {
    match value {
        Toml::Array(values) => {
            let values: Vec<String> = values.iter().map(inline).collect();
            format!("[{}]", values.join(", "))
        }
        Toml::Table(table) => {
            let rank = |key: &str| ["zh", "en", "document", "clause", "kinds"].iter().position(|one| *one == key);
            let mut keys: Vec<&String> = table.keys().collect();
            keys.sort_by_key(|key| (rank(key).unwrap_or(usize::MAX), key.as_str()));
            let pairs = keys.into_iter().filter_map(|key| Some(format!("{key} = {}", inline(table.get(key)?))));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
        plain => plain.to_string(),
    }
}

fn text(text: &str) -> Toml {
    Toml::String(text.to_owned())
}

fn number(number: u32) -> Toml {
    Toml::Integer(number.into())
}

fn list(values: impl Iterator<Item = Toml>) -> Toml {
    Toml::Array(values.collect())
}

fn both(pair: &Bilingual) -> Toml {
    let halves = [("zh".to_owned(), text(&pair.zh)), ("en".to_owned(), text(&pair.en))];
    Toml::Table(halves.into_iter().collect())
}

fn limit(limit: Comparison) -> Toml {
    text(&limit.to_string())
}

fn sources(sources: &[Source]) -> Toml {
    list(sources.iter().map(|source| {
        let halves = [("document".to_owned(), text(&source.document)), ("clause".to_owned(), text(&source.clause))];
        Toml::Table(halves.into_iter().collect())
    }))
}

fn condition(one: &Condition) -> Toml {
    let word = if matches!(one, Condition::All(_)) { "all" } else { "any" };
    let demands = list(one.demands().iter().map(|demand| match demand {
        Demand::Answer(..) => text(&demand.to_string()),
        Demand::Inner(inner) => condition(inner),
    }));
    Toml::Table(std::iter::once((word.to_owned(), demands)).collect())
}
