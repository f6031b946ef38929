//! Feeding a finding back: the words that its unit reads, and the photos that it may see.
//!
//! Nothing goes along that a person did not look at. It refuses to publish an undercover finding without words chosen for
//! others, because its own are for those who know of the visit.

use mingcha_model::body::{Body, Channel, FindingFeedback, PhotoShown, Rectangle};
use mingcha_model::{Case, Item, ItemCode};

use crate::say::Saying;
use crate::{MingchaError, Mistake, Phone, Staged};

impl Phone {
    /// Feeds a finding back to its unit; photos go along only when a person checked them.
    ///
    /// An undercover finding is published by it: what comes back is its copy, which everybody acts on from then on. Its
    /// demand must be worded, because nothing else of it is read by others.
    pub fn finding_feedback(
        &mut self,
        id: &str,
        demand: Option<&str>,
        photos_checked: bool,
    ) -> Result<Staged, MingchaError> {
        self.finding_feedback_blurred(id, demand, photos_checked, &[])
    }

    /// The same with parts of photos made unrecognisable before anybody else sees them, each as
    /// `PHOTO=LEFT,TOP,WIDTH,HEIGHT` in thousandths of the upright picture.
    pub fn finding_feedback_blurred(
        &mut self,
        id: &str,
        demand: Option<&str>,
        photos_checked: bool,
        blur: &[String],
    ) -> Result<Staged, MingchaError> {
        let (case, place) = self.case_recorded(id)?;
        let permitted = FindingFeedback { channel: Channel::Written, photos: Vec::new() };
        self.may_say(&place, &Body::FindingFeedback(permitted))?;
        if case.feedback.is_some() {
            return Err(Mistake::NotNow("已反馈", "it was fed back already").into());
        }
        let demand = match demand {
            Some(demand) => demand.to_owned(),
            None if place.covert => String::new(),
            None => demand_of(&case.raise.item, self.item_of_case(&case)?.as_ref()),
        };
        if place.covert && demand.trim().is_empty() {
            return Err(Mistake::NoDemand.into());
        }
        let photos = self.photos_shown(&case, photos_checked, blur)?;
        let channel = if place.covert { Channel::Afterwards } else { Channel::Written };
        let body = Body::FindingFeedback(FindingFeedback { channel, photos });
        self.say(&place, vec![Saying::new(case.finding, body).with_text(&demand)])?;
        self.staged(self.acted_on(case.finding)?)
    }

    /// The photos of a finding as its unit may see them; none unless a person looked at them.
    fn photos_shown(&self, case: &Case, checked: bool, blur: &[String]) -> Result<Vec<PhotoShown>, MingchaError> {
        let mut blurred = Vec::new();
        for typed in blur {
            let (photo, rectangle) = blurred_part(typed)?;
            let [photo] = self.photo_ids(&[photo.to_owned()])?.as_slice().try_into().map_err(|_| Mistake::NotAPart)?;
            blurred.push((photo, rectangle));
        }
        let foreign = blurred.iter().any(|(photo, _)| !case.raise.photos.contains(photo));
        if foreign || (!blurred.is_empty() && !checked) {
            return Err(Mistake::NotAPart.into());
        }
        let photos = if checked { case.raise.photos.as_slice() } else { &[] };
        Ok(photos
            .iter()
            .map(|photo| PhotoShown {
                photo: *photo,
                checked: true,
                blur: blurred.iter().filter(|(of, _)| of == photo).map(|(_, rectangle)| *rectangle).collect(),
            })
            .collect())
    }

    /// What the unit was told to put right: the words chosen for it, else the item; empty while it was told nothing.
    pub(crate) fn demand_told(&self, case: &Case) -> Result<String, MingchaError> {
        Ok(demand_of_case(case, self.item_of_case(case)?.as_ref()))
    }
}

/// The same, where the item is known already.
pub(crate) fn demand_of_case(case: &Case, item: Option<&Item>) -> String {
    let fed_back = case.feedback.iter().map(|feedback| &feedback.demand);
    let noticed = case.notices.iter().rev().map(|notice| &notice.text);
    if let Some(words) = fed_back.chain(noticed).find(|words| !words.is_empty()) {
        return words.clone();
    }
    let told = case.feedback.is_some() || !case.notices.is_empty() || case.fixed_day.is_some();
    if told { demand_of(&case.raise.item, item) } else { String::new() }
}

/// What a unit must put right where nobody worded it: the item, never the finding's own words.
pub(crate) fn demand_of(item: &ItemCode, known: Option<&Item>) -> String {
    known.map_or_else(|| format!("整改检查项 {item}"), |known| format!("整改：{}", known.text.zh))
}

/// Reads `PHOTO=LEFT,TOP,WIDTH,HEIGHT`: a part of the picture, in thousandths of its width and height.
fn blurred_part(typed: &str) -> Result<(&str, Rectangle), Mistake> {
    let (photo, numbers) = typed.split_once('=').ok_or(Mistake::NotAPart)?;
    let numbers: Vec<u16> = numbers
        .split(',')
        .map(|number| number.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| Mistake::NotAPart)?;
    let [left, top, width, height] = numbers.as_slice().try_into().map_err(|_| Mistake::NotAPart)?;
    let inside = |from: u16, long: u16| long > 0 && from.checked_add(long).is_some_and(|end| end <= 1_000);
    if !inside(left, width) || !inside(top, height) {
        return Err(Mistake::NotAPart);
    }
    Ok((photo, Rectangle { left, top, width, height }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_photo_is_named_in_thousandths_and_lies_within_it() {
        let (photo, part) = blurred_part("0a1b=100, 0,900,1000").unwrap();
        assert_eq!((photo, part), ("0a1b", Rectangle { left: 100, top: 0, width: 900, height: 1_000 }));
        for wrong in [
            "0a1b",
            "0a1b=1,2,3",
            "0a1b=1,2,3,4,5",
            "0a1b=0,0,0,10",
            "0a1b=101,0,900,10",
            "0a1b=a,0,1,1",
            "0a1b=1,1,65535,1",
        ] {
            assert!(blurred_part(wrong).is_err(), "{wrong}");
        }
    }
}
