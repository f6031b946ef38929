//! `form`: what a visit would ask that is opened now, as the phones of the area cut it.

use std::fmt::Write as _;

use mingcha_city::FormPreview;
use mingcha_model::{Day, Item, Mode};
use serde_json::{Value, json};

use super::Data;
use super::failure::Failure;
use super::speech::Said;

const MODES: [&str; 6] = ["open", "undercover", "recheck", "self", "special", "joint"];

#[derive(clap::Args)]
#[command(after_help = "示例 / Examples:
  mingcha-city form --data ./city GOV-01 --mode open
  mingcha-city form --data ./city GOV-01 --mode undercover --set W5 --day 2026-03-16

只查看，不记录任何内容。同步到同一位置的手机得出同样的检查表。
Nothing is recorded. A phone that is synced as far cuts the same form.")]
pub(crate) struct Form {
    #[command(flatten)]
    data: Data,
    /// 点位编号或编码 / the site's id or code
    #[arg(value_name = "SITE")]
    site: String,
    /// open 明察，undercover 暗访，recheck 复查，self 自查，special 专项，joint 联合 / how the visit would be made
    #[arg(long, value_name = "M", value_parser = MODES, hide_possible_values = true)]
    mode: String,
    /// 只用这些标准，可重复；不写则按当前专项 / these sets only; else those of the campaign that runs
    #[arg(long = "set", value_name = "S")]
    sets: Vec<String>,
    /// 哪一天，不写则今天 / on which day; else today
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
}

impl Form {
    pub(crate) fn run(&self) -> Result<Said, Failure> {
        let bad_day = || Failure::mistake("malformed", "日期应写 YYYY-MM-DD", "a day is written YYYY-MM-DD");
        let day: Option<Day> =
            self.day.as_deref().map(|typed| typed.trim().parse().map_err(|_| bad_day())).transpose()?;
        // The parser let only the names of modes through.
        let mode = Mode::named(&self.mode).unwrap_or(Mode::Open);
        let preview = self.data.open()?.form(&self.site, mode, &self.sets, day)?;
        Ok(Said::new(
            written(&preview),
            page(&preview, |item| &item.text.zh, &ZH),
            page(&preview, |item| &item.text.en, &EN),
        ))
    }
}

fn written(preview: &FormPreview) -> Value {
    let items = (1..).zip(&preview.asked.parts).flat_map(|(part, items)| {
        items.iter().map(move |item| {
            json!({
                "item": item.code.as_str(),
                "text": item.text.zh,
                "text_en": item.text.en,
                "set": item.set.as_str(),
                "answer": item.answer.code(),
                "ask": item.ask.iter().map(|ask| ask.name()).collect::<Vec<_>>(),
                "part": part,
            })
        })
    });
    let short = |items: &[Item]| -> Vec<Value> {
        items.iter().map(|item| json!({ "item": item.code.as_str(), "text": item.text.zh })).collect()
    };
    json!({
        "site": preview.site.site,
        "code": preview.site.code,
        "kind": preview.site.kind,
        "mode": preview.mode.name(),
        "day": preview.day.to_string(),
        "position": preview.position,
        "campaign": preview.campaign,
        "sets": preview.sets.iter().map(|set| format!("{}@{}", set.code, set.version)).collect::<Vec<_>>(),
        "items": items.collect::<Vec<_>>(),
        "left_out": short(&preview.asked.left_out),
        "waiting": short(&preview.waiting),
    })
}

/// The headings of the page in one language.
struct Words {
    form: &'static str,
    part: &'static str,
    cut: &'static str,
    waiting: &'static str,
}

const ZH: Words =
    Words {
        form: "检查表", part: "部分 ", cut: "为便于现场填答未列入：", waiting: "此种检查方式不能查，留待明察："
    };
const EN: Words = Words {
    form: "form",
    part: "part ",
    cut: "Left out to keep the form short:",
    waiting: "Not to be found out in this mode, for an open visit:",
};

fn page(preview: &FormPreview, text: impl Fn(&Item) -> &str, words: &Words) -> String {
    let sets: Vec<&str> = preview.sets.iter().map(|set| set.code.as_str()).collect();
    let count = preview.asked.parts.iter().map(Vec::len).sum::<usize>();
    let mut page = format!(
        "{} {} {} {} {}: {count}",
        preview.site.code,
        preview.mode.name(),
        preview.day,
        words.form,
        sets.join(" ")
    );
    let mut list = |title: Option<String>, items: &[Item]| {
        if items.is_empty() {
            return;
        }
        // Writing into a string cannot fail.
        if let Some(title) = title {
            let _ = write!(page, "\n{title}");
        }
        for item in items {
            let _ = write!(page, "\n  {:<10}  {}", item.code.as_str(), text(item));
        }
    };
    let several = preview.asked.parts.len() > 1;
    for (part, items) in (1..).zip(&preview.asked.parts) {
        list(several.then(|| format!("{}{part}", words.part)), items);
    }
    list(Some(words.cut.to_owned()), &preview.asked.left_out);
    list(Some(words.waiting.to_owned()), &preview.waiting);
    page
}
