//! How it begins: a city with its sample, and six phones that become somebody's.
//!
//! Who may see what is not arranged here: each phone tells how many sites reached it.

use mingcha::SiteFilter;
use mingcha_model::Role;

use super::city::SITE;
use super::telling::Who;
use super::{Story, Trouble};
use crate::texts::Lang;

/// The city begins, and six phones become somebody's.
pub fn enrol(story: &mut Story) -> Result<(), Trouble> {
    story.at("2026-03-02T08:30:00+08:00")?;
    let url = story.city.url.clone();
    let figures = story.city.figures()?;
    let (areas, units, sites) = (figures.areas, figures.units, figures.sites);
    story.tell.check(
        Who::City,
        (areas, sites) == (3, 40) && units >= 10,
        &format!("示例平台在 {url}：{areas} 个片区，{units} 个单位，{sites} 个点位"),
        &format!("sample city: {areas} areas, {units} units, {sites} sites"),
        ("3 个片区，十来个单位，40 个点位", "3 areas, a dozen units, 40 sites"),
    );
    for (who, role) in [
        (Who::Inspector, Role::Inspector),
        (Who::Colleague, Role::Inspector),
        (Who::Undercover, Role::Inspector),
        (Who::Contact, Role::Contact),
        (Who::Supervisor, Role::Supervisor),
        (Who::Deputy, Role::Supervisor),
    ] {
        let code = story.city.code_for(role, who.name(Lang::Chinese))?;
        let person = story.person(who)?;
        person.phone.enrol(&url, &code)?;
        person.sync()?;
        let (status, sites) = (person.phone.status()?, person.phone.sites(&SiteFilter::default())?);
        let known = sites.iter().find(|site| site.code == SITE);
        let name = known.map(|site| site.name.clone()).unwrap_or_default();
        let (clock_zh, clock_en) = clock_words(status.clock_offset_ms);
        story.tell.check(
            who,
            status.role == Some(role) && known.is_some() && status.waiting_ops == 0,
            &format!("登记完成：看得到 {} 个点位，有“{name}”{clock_zh}", sites.len()),
            &format!("enrolled; sees {} sites{clock_en}", sites.len()),
            ("角色相符，看得到本次点位", "its role, and the site of the story"),
        );
    }
    Ok(())
}

/// How far a phone's clock is from the city's, as it found when they met; nothing within five seconds.
fn clock_words(city_minus_phone_millis: i64) -> (String, String) {
    let seconds = city_minus_phone_millis.saturating_add(500).div_euclid(1000);
    if seconds.unsigned_abs() < 5 {
        return (String::new(), String::new());
    }
    let (zh, en) = if seconds < 0 { ("快", "fast") } else { ("慢", "slow") };
    let (minutes, rest) = (seconds.unsigned_abs().div_euclid(60), seconds.unsigned_abs().rem_euclid(60));
    (format!("，本机{zh} {minutes}:{rest:02}"), format!(", clock {minutes}:{rest:02} {en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_behind_the_city_is_slow_and_one_ahead_is_fast() {
        assert_eq!(clock_words(420_100).0, "，本机慢 7:00");
        assert_eq!(clock_words(-40_000).1, ", clock 0:40 fast");
        assert_eq!(clock_words(3_000), (String::new(), String::new()));
    }
}
