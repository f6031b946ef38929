//! A score in words: which rule made a line, by which limit, how many times, and what was left out of a figure.
//!
//! Whoever reads them can work the figure out again on paper, in either language. Nothing is decided here.

use super::line::{Rule, ScoreLine};
use super::model::SetScore;
use crate::{AnswerType, Bilingual, Class, ItemCode, Level, ScoringModel, Value};

impl ScoreLine {
    /// Why the line brings what it brings: 不得分（超过 8 分钟）, no points (over 8min).
    #[must_use]
    pub fn words(&self) -> Bilingual {
        let mut told = match (self.rule, self.tier) {
            (Rule::Deducted, _) => self.deducted(),
            (Rule::Bonus, _) => {
                let added = hundredths(self.obtained.unsigned_abs());
                Bilingual { zh: format!("加 {added}"), en: format!("{added} added") }
            }
            (Rule::Unanswered, _) if self.derived => return self.waiting(),
            (Rule::Decides, _) => {
                let (zh, en) = (listed(&self.decides, "、"), listed(&self.decides, ", "));
                Bilingual { zh: format!("由 {zh} 计，不单独计"), en: format!("counts in {en}, not alone") }
            }
            (Rule::HasLevel, Some(tier)) => Bilingual::new(tier.rank().0, tier.rank().1),
            (rule, _) => Bilingual::new(rule.words().0, rule.words().1),
        };
        let counted = self.ruler.answer == AnswerType::Occurrences && self.rule == Rule::Deducted;
        if let Some(aside) = self.aside().filter(|_| self.rule.counts() && !counted) {
            told =
                Bilingual { zh: format!("{}（{}）", told.zh, aside.zh), en: format!("{} ({})", told.en, aside.en) };
        }
        if let Some(because) = &self.because {
            told =
                Bilingual { zh: format!("{}，{}", told.zh, because.zh), en: format!("{}, {}", told.en, because.en) };
        } else if self.derived && !self.operands.is_empty() {
            let (zh, en) = (listed(&self.operands, "、"), listed(&self.operands, ", "));
            told = Bilingual { zh: format!("{}，由 {zh} 得出", told.zh), en: format!("{}, from {en}", told.en) };
        }
        told
    }

    /// Which answers are missing before anything can be worked out.
    fn waiting(&self) -> Bilingual {
        let (zh, en) = (listed(&self.waits_for, "、"), listed(&self.waits_for, ", "));
        if self.waits_for.is_empty() {
            return Bilingual::new("尚不能得出，不计入总分", "not worked out yet, left out of the total");
        }
        Bilingual {
            zh: format!("尚不能得出，未答：{zh}"), en: format!("not worked out yet, without an answer: {en}")
        }
    }

    /// What is taken off: each time, how often, and where it ends.
    fn deducted(&self) -> Bilingual {
        let each = hundredths(self.ruler.deduct.into());
        let (mut zh, mut en) = (format!("扣 {each}"), format!("{each} deducted"));
        let mut whole = u64::from(self.ruler.deduct);
        if let (AnswerType::Occurrences, Some(Value::Count(seen))) = (self.ruler.answer, self.answer) {
            let times = self.ruler.beyond(seen);
            whole = whole.saturating_mul(times.into());
            let sum = hundredths(whole);
            zh = format!("每次扣 {each}，{times} 次共 {sum}");
            en = format!("{each} each time, {times} times {sum}");
            if let Some(passed) = self.ruler.fails_over.filter(|most| *most > 0) {
                zh = format!("{seen} 次中 {passed} 次不计，{zh}");
                en = format!("{passed} of {seen} times let pass, {en}");
            }
        }
        if let Some(most) = self.ruler.deduct_most.filter(|most| u64::from(*most) < whole) {
            let most = hundredths(most.into());
            zh = format!("{zh}，此项最多扣 {most}");
            en = format!("{en}, at most {most} for this item");
        }
        Bilingual { zh, en }
    }

    /// The limit that was passed or kept, or the class that was reached.
    fn aside(&self) -> Option<Bilingual> {
        let (ruler, answer) = (&self.ruler, self.answer?);
        Some(match answer {
            Value::Ratio { .. } if self.rule == Rule::DoesNotConform => {
                Bilingual::new("须全部符合", "all of them must")
            }
            Value::Ratio { seen, of } => {
                let least = ruler.fails_under?.min(100);
                let under = u64::from(seen).saturating_mul(100) < u64::from(least).saturating_mul(of.into());
                let (zh, en) = if under { ("低于", "under") } else { ("不低于", "at least") };
                Bilingual { zh: format!("{zh} {least}%"), en: format!("{en} {least}%") }
            }
            Value::Count(seen) if ruler.answer == AnswerType::Occurrences => {
                let passed = ruler.fails_over.unwrap_or(0).min(seen);
                let (mut zh, mut en) = (Vec::new(), Vec::new());
                if passed > 0 {
                    zh.push(format!("{seen} 次中 {passed} 次不计"));
                    en.push(format!("{passed} of {seen} times let pass"));
                }
                if self.model == ScoringModel::InstanceRate && self.rule == Rule::Failed {
                    zh.push("每次计一个实例".to_owned());
                    en.push("each time is an instance".to_owned());
                }
                if zh.is_empty() {
                    return None;
                }
                Bilingual { zh: zh.join("，"), en: en.join(", ") }
            }
            Value::Band(measured) => {
                let classes = ruler.bands.classes();
                let (reached, lowest) = (ruler.bands.class(measured)?, classes.last()?);
                match classes.iter().find(|(class, _)| *class == reached) {
                    Some((class, limit)) => class_words(*class, &limit.to_string()),
                    None => Bilingual {
                        zh: format!("未到{} {}", Value::Class(lowest.0).in_chinese(), lowest.1),
                        en: format!("not {} {}", Value::Class(lowest.0), lowest.1),
                    },
                }
            }
            Value::Level(level) => {
                let levels = ruler.levels?;
                let least = levels.basic.unwrap_or(levels.qualified);
                let (reached, limit) = match level {
                    Level::Qualified => (level, levels.qualified),
                    Level::Basic => (level, least),
                    Level::Unqualified if levels.basic.is_some() => (Level::Basic, least),
                    Level::Unqualified => (Level::Qualified, least),
                };
                let missed = level == Level::Unqualified;
                let (zh, en) = if missed { ("未到", "not ") } else { ("", "") };
                let reached = Value::Level(reached);
                Bilingual {
                    zh: format!("{zh}{} {limit}%", reached.in_chinese()),
                    en: format!("{en}{reached} {limit}%"),
                }
            }
            Value::Class(Class::Below) => return None,
            Value::Class(class) => class_words(class, ""),
            _ => return self.quantity(&answer),
        })
    }

    /// The limits of a quantity in its own unit.
    fn quantity(&self, answer: &Value) -> Option<Bilingual> {
        let (number, unit): (u32, fn(u32) -> Value) = match answer {
            Value::Count(n) => (*n, Value::Count),
            Value::Minutes(n) => (*n, Value::Minutes),
            Value::Hours(n) => (*n, Value::Hours),
            Value::WorkingDays(n) => (*n, Value::WorkingDays),
            Value::Trips(n) => (*n, Value::Trips),
            _ => return None,
        };
        let told = |limit: u32, zh: &str, en: &str| {
            let limit = unit(limit);
            Bilingual { zh: format!("{zh} {}", limit.in_chinese()), en: format!("{en} {limit}") }
        };
        match (self.ruler.fails_over, self.ruler.fails_under) {
            (Some(most), _) if number > most => Some(told(most, "超过", "over")),
            (_, Some(least)) if number < least => Some(told(least, "少于", "under")),
            (Some(most), _) => Some(told(most, "不超过", "at most")),
            (None, Some(least)) => Some(told(least, "不少于", "at least")),
            (None, None) => None,
        }
    }
}

/// The figure of a visit from those of its sets: which sets make it, what stands beside it, and why.
pub(super) fn of_visit(sets: &[SetScore], lines: &[ScoreLine], (obtained, obtainable): (u64, u64)) -> Bilingual {
    let (counted, beside): (Vec<&SetScore>, Vec<&SetScore>) = sets.iter().partition(|set| set.counted);
    let each = |sets: &[&SetScore]| {
        let told = |formula: fn(&SetScore) -> &str, colon: &str, between: &str| {
            let each = sets.iter().map(|set| format!("{}{colon}{}", set.set, formula(set)));
            each.collect::<Vec<_>>().join(between)
        };
        Bilingual { zh: told(|set| &set.formula.zh, "：", "；"), en: told(|set| &set.formula.en, ": ", "; ") }
    };
    let mut told = match (&counted[..], sets) {
        (_, []) => return Bilingual::new("没有检查项", "no items"),
        (_, [only]) => return only.formula.clone(),
        ([], _) => return each(&beside),
        ([_], _) => each(&counted),
        _ => {
            let codes = |between: &str| counted.iter().map(|set| set.set.to_string()).collect::<Vec<_>>().join(between);
            let of_them: Vec<&ScoreLine> =
                lines.iter().filter(|line| counted.iter().any(|set| set.set == line.set)).collect();
            let (out, obtained, obtainable) = (left_out(&of_them), hundredths(obtained), hundredths(obtainable));
            Bilingual {
                zh: format!("{} 合计：得分 {obtained} ÷ 应得 {obtainable}{}", codes("、"), out.zh),
                en: format!("{} together: {obtained} of {obtainable}{}", codes(", "), out.en),
            }
        }
    };
    if !beside.is_empty() {
        let named = |word: fn(ScoringModel) -> &'static str, open: &str, close: &str, between: &str| {
            let each = beside.iter().map(|set| format!("{}{open}{}{close}", set.set, word(set.model)));
            each.collect::<Vec<_>>().join(between)
        };
        let zh = named(|model| model_words(model).0, "（", "）", "、");
        let en = named(|model| model_words(model).1, " (", ")", ", ");
        told.zh = format!("{}；计分方式不同、不并入的：{zh}", told.zh);
        told.en = format!("{}; scored otherwise and not added up: {en}", told.en);
    }
    told
}

/// What a figure does not count: `；不适用 2 项、未答 35 项不计`. Nothing where it counts everything.
pub(super) fn left_out(lines: &[&ScoreLine]) -> Bilingual {
    let count =
        |wanted: fn(&ScoreLine) -> bool| lines.iter().filter(|line| line.decides.is_empty() && wanted(line)).count();
    let counts = [
        (count(|line| line.rule == Rule::NotApplicable), "不适用", "not applicable"),
        (count(|line| line.is_open() && !line.derived), "未答", "not answered"),
        (count(|line| line.is_open() && line.derived), "尚不能得出", "not worked out yet"),
    ];
    let told: Vec<_> = counts.into_iter().filter(|(count, ..)| *count > 0).collect();
    if told.is_empty() {
        return Bilingual::new("", "");
    }
    let zh: Vec<String> = told.iter().map(|(count, zh, _)| format!("{zh} {count} 项")).collect();
    let en: Vec<String> = told.iter().map(|(count, _, en)| format!("{count} {en}")).collect();
    Bilingual { zh: format!("；{}不计", zh.join("、")), en: format!("; left out: {}", en.join(", ")) }
}

/// A model in words.
fn model_words(model: ScoringModel) -> (&'static str, &'static str) {
    match model {
        ScoringModel::ItemPoints => ("逐项计分", "item points"),
        ScoringModel::Base100 => ("百分制扣分加分", "base 100"),
        ScoringModel::InstanceRate => ("按观察实例", "rate over instances"),
        ScoringModel::AllConform => ("须全部符合", "all must conform"),
        ScoringModel::Levels => ("按等次", "levels"),
        ScoringModel::Information => ("仅作记录", "information only"),
    }
}

fn class_words(class: Class, limit: &str) -> Bilingual {
    let class = Value::Class(class);
    let (zh, en) = (format!("{} {limit}", class.in_chinese()), format!("{class} {limit}"));
    Bilingual { zh: zh.trim_end().to_owned(), en: en.trim_end().to_owned() }
}

fn listed(codes: &[ItemCode], between: &str) -> String {
    codes.iter().map(ItemCode::as_str).collect::<Vec<_>>().join(between)
}

/// Hundredths as people write them: `9.50`.
pub(super) fn hundredths(number: u64) -> String {
    format!("{}.{:02}", number.div_euclid(100), number.rem_euclid(100))
}
