//! Whether a set may be published beside those that are known: one rule for whoever checks a file and for the city.
//!
//! A published version is never altered, versions only rise, and a code names one thing whatever the size of its
//! letters. What is refused here reads well: it would only mean two things to whoever meets it later.

use super::read::{BadSet, Fault, LARGEST_SET};
use super::{CriteriaSet, Item};

impl CriteriaSet {
    /// Why this set, read from `file`, cannot be published beside those that are known; none where it can, or where
    /// exactly this version is published already.
    ///
    /// ```
    /// use mingcha_model::CriteriaSet;
    ///
    /// let known = CriteriaSet::embedded()?;
    /// let mut changed = known[0].clone();
    /// changed.items[0].points += 100;
    /// let refused = changed.refused_beside("W5.toml", &known).unwrap();
    /// assert_eq!(refused.key.as_deref(), Some("version"));
    /// changed.version += 1;
    /// assert_eq!(changed.refused_beside("W5.toml", &known), None);
    /// # Ok::<(), mingcha_model::BadSet>(())
    /// ```
    #[must_use]
    pub fn refused_beside(&self, file: &str, known: &[Self]) -> Option<BadSet> {
        let of_the_set = |fault: Fault| Some(fault.told(file, None));
        if let Some(other) = known.iter().find(|other| other.code != self.code && same_code(other, self)) {
            let other = &other.code;
            return of_the_set(Fault::at(
                "code",
                &format!("已有标准 {other}，只差大小写；请照写 {other}，或换一个编码"),
                &format!(
                    "the set {other} is there already and differs by the size of letters alone: write {other}, or take \
                     another code"
                ),
            ));
        }
        let versions = || known.iter().filter(|other| other.code == self.code);
        if let Some(same) = versions().find(|other| other.version == self.version) {
            return if same == self { None } else { of_the_set(self.altered()) };
        }
        if let Some(newest) = versions().map(|other| other.version).max().filter(|newest| *newest > self.version) {
            return of_the_set(self.going_back(newest));
        }
        let asked = |other: &Self, item: &Item| other.items.iter().any(|one| same_letters(&one.code, &item.code));
        for item in &self.items {
            if let Some(other) = known.iter().find(|other| other.code != self.code && asked(other, item)) {
                let (item, other) = (&item.code, &other.code);
                let fault = Fault::at(
                    "code",
                    &format!("检查项编码 {item} 已属于标准 {other}，请改用新的编码"),
                    &format!(
                        "the item code {item} belongs to the set {other} already: give this item a code of its own"
                    ),
                );
                return Some(fault.told(file, Some(item.to_string())));
            }
        }
        // A file may be shorter than the same set as this program writes it; an office must be able to carry it on.
        if self.to_toml().len() > LARGEST_SET { of_the_set(Fault::too_large()) } else { None }
    }

    fn altered(&self) -> Fault {
        let (code, version) = (&self.code, self.version);
        Fault::at(
            "version",
            &format!("标准 {code} v{version} 已发布，内容不可更改，请提高 version"),
            &format!("the set {code} v{version} is published and never altered: raise `version`"),
        )
    }

    fn going_back(&self, newest: u32) -> Fault {
        let (code, next) = (&self.code, newest.saturating_add(1));
        Fault::at(
            "version",
            &format!("标准 {code} 已有第 {newest} 版，版本只能升高，请写 {next} 或更大"),
            &format!("the set {code} has version {newest} already and versions only rise: write {next} or more"),
        )
    }
}

fn same_code(one: &CriteriaSet, other: &CriteriaSet) -> bool {
    one.code.as_str().eq_ignore_ascii_case(other.code.as_str())
}

fn same_letters(one: &crate::ItemCode, other: &crate::ItemCode) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn embedded(code: &str) -> CriteriaSet {
        CriteriaSet::embedded().unwrap().into_iter().find(|set| set.code.as_str() == code).unwrap()
    }

    /// The key, the item and the reason.
    fn refused(set: &CriteriaSet, known: &[CriteriaSet]) -> Option<(Option<String>, Option<String>, String)> {
        set.refused_beside("set.toml", known).map(|bad| (bad.key, bad.item, bad.reason.en))
    }

    #[test]
    fn a_code_in_other_letters_an_earlier_version_and_a_taken_item_are_refused() {
        let (mut known, first) = (CriteriaSet::embedded().unwrap(), embedded("W5"));
        assert_eq!(refused(&first, &known), None, "the same again");

        let mut small = first.clone();
        small.code = "w5".parse().unwrap();
        let (key, _, told) = refused(&small, &known).unwrap();
        assert_eq!(key.as_deref(), Some("code"));
        assert!(told.contains("the set W5 is there already"), "{told}");

        let mut seventh = first.clone();
        seventh.version = 7;
        assert_eq!(refused(&seventh, &known), None);
        known.push(seventh);
        let mut third = first.clone();
        third.version = 3;
        let (key, _, told) = refused(&third, &known).unwrap();
        assert_eq!(key.as_deref(), Some("version"));
        assert!(told.contains("has version 7 already") && told.ends_with("write 8 or more"), "{told}");
        assert_eq!(refused(&first, &known), None, "what was published once may be said again");

        let mut other = first.clone();
        (other.code, other.version) = ("OWN".parse().unwrap(), 1);
        other.items[0].code = "OWN-1".parse().unwrap();
        other.items[1].code = "w5-2".parse().unwrap();
        other.items.truncate(2);
        let (key, item, told) = refused(&other, &known).unwrap();
        assert_eq!((key.as_deref(), item.as_deref()), (Some("code"), Some("w5-2")));
        assert!(told.contains("belongs to the set W5"), "{told}");
    }

    #[test]
    fn a_set_that_would_not_travel_is_refused_before_it_is_published() {
        let mut set = embedded("ORD");
        set.version = 2;
        for item in &mut set.items {
            item.help.zh = "长".repeat(1_000);
            item.text.zh = "长".repeat(1_000);
            item.group = Some(item.help.clone());
        }
        let (key, _, told) = refused(&set, &[]).unwrap();
        assert_eq!(key, None);
        assert!(told.contains("over 160 KiB") && told.contains("make two sets"), "{told}");
    }
}
