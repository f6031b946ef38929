//! Whether the coded data of a JPEG is all there: every block of every scan is walked, and none is turned into pixels.
//!
//! Decoders paint what is missing in one colour and call it a picture. Here data that ends early, or that no encoder would
//! write, is damage, whatever marker was put behind it. Clauses are those of ITU-T T.81.

use super::bits::{Bits, Codes};
use super::{END, Frame, next_marker, next_segment};
use crate::EvidenceError;
use crate::EvidenceError::{Damaged, Truncated};

/// Follows all scans of a JPEG that [`super::survey`] has let in.
///
/// Of a progressive one it holds which coefficients are known, one bit each.
///
/// # Errors
/// `Truncated` when a scan ends before its last block, `Damaged` for codes that cannot be.
pub(crate) fn check(bytes: &[u8]) -> Result<(), EvidenceError> {
    let mut walk = Walk::default();
    let mut rest = bytes.get(2..).ok_or(Truncated)?;
    loop {
        let (marker, body, behind) = next_segment(rest)?;
        rest = behind;
        match marker {
            END => return walk.end(),
            0xc0..=0xc2 => walk.frame(&Frame::read(marker == 0xc2, body).ok_or(Damaged)?).ok_or(Damaged)?,
            0xc4 => walk.tables(body).ok_or(Damaged)?,
            0xda => rest = walk.scan(body, behind)?,
            0xdd => walk.interval = body.first_chunk().map(|two| u16::from_be_bytes(*two)).ok_or(Damaged)?,
            _ => {}
        }
    }
}

#[derive(Default)]
struct Walk {
    is_progressive: bool,
    components: Vec<Component>,
    /// How many units of all components there are in an interleaved scan.
    units: usize,
    dc: [Option<Codes>; 4],
    ac: [Option<Codes>; 4],
    /// Units between two restarts; 0 when there are none.
    interval: u16,
}

struct Component {
    id: u8,
    /// Blocks in one unit of an interleaved scan.
    in_unit: usize,
    /// Blocks in a scan of its own (A.2.2).
    alone: usize,
    is_begun: bool,
    /// Of each block the coefficients that are not zero, as bits; empty until the first scan that needs them.
    known: Vec<u64>,
}

/// What a scan tells of each block.
#[derive(Clone, Copy)]
enum Tells {
    /// All of it (F.2.2).
    Everything,
    /// Its mean, or one more bit of it (G.1.2.1).
    Mean { is_first: bool },
    /// Its waves from one to another, or one more bit of them (G.1.2.2 and G.1.2.3).
    Waves { is_first: bool, from: u32, to: u32 },
}

impl Tells {
    fn begins(self) -> bool {
        matches!(self, Self::Everything | Self::Mean { is_first: true })
    }
}

impl Walk {
    /// Makes room for a picture; nothing where it has two frames.
    fn frame(&mut self, frame: &Frame) -> Option<()> {
        if !self.components.is_empty() {
            return None;
        }
        let across = frame.components.iter().map(|one| one.across).max()?;
        let down = frame.components.iter().map(|one| one.down).max()?;
        let product = |across: u32, down: u32| usize::try_from(u64::from(across).checked_mul(down.into())?).ok();
        let units = |length: u32, most: u32| Some(length.div_ceil(most.checked_mul(8)?));
        self.is_progressive = frame.progressive;
        self.units = product(units(frame.width, across)?, units(frame.height, down)?)?;
        for one in &frame.components {
            let blocks =
                |length: u32, factor: u32, most: u32| Some(length.checked_mul(factor)?.div_ceil(most).div_ceil(8));
            self.components.push(Component {
                id: one.id,
                in_unit: product(one.across, one.down)?,
                alone: product(blocks(frame.width, one.across, across)?, blocks(frame.height, one.down, down)?)?,
                is_begun: false,
                known: Vec::new(),
            });
        }
        Some(())
    }

    fn tables(&mut self, mut body: &[u8]) -> Option<()> {
        while let Some((&place, behind)) = body.split_first() {
            let (counts, behind) = behind.split_first_chunk::<16>()?;
            let length = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, behind) = behind.split_at_checked(length)?;
            let class = if place >> 4 == 0 { &mut self.dc } else { &mut self.ac };
            *class.get_mut(usize::from(place & 0x0f))? = Some(Codes::new(counts, symbols)?);
            body = behind;
        }
        Some(())
    }

    /// Walks one scan, and gives what stands behind it.
    fn scan<'a>(&mut self, body: &[u8], data: &'a [u8]) -> Result<&'a [u8], EvidenceError> {
        let (&count, behind) = body.split_first().ok_or(Damaged)?;
        let (named, behind) = behind.split_at_checked(usize::from(count).saturating_mul(2)).ok_or(Damaged)?;
        let &[from, to, bits, ..] = behind else { return Err(Damaged) };
        let tells = match (self.is_progressive, from, bits >> 4) {
            (false, ..) => Tells::Everything,
            (true, 0, first) => Tells::Mean { is_first: first == 0 },
            (true, from, first) if from <= to && to < 64 && count == 1 => {
                Tells::Waves { is_first: first == 0, from: from.into(), to: to.into() }
            }
            _ => return Err(Damaged),
        };
        let mut parts = Vec::new();
        for pair in named.chunks_exact(2) {
            let &[id, tables] = pair else { return Err(Damaged) };
            let place = self.components.iter().position(|component| component.id == id).ok_or(Damaged)?;
            let table = |class: &[Option<Codes>; 4], number: u8| class.get(usize::from(number)).cloned().flatten();
            parts.push((place, table(&self.dc, tables >> 4), table(&self.ac, tables & 0x0f)));
        }
        match parts.as_slice() {
            [] => Err(Damaged),
            [(place, dc, ac)] => {
                let component = self.components.get_mut(*place).ok_or(Damaged)?;
                component.is_begun |= tells.begins();
                if let Tells::Waves { .. } = tells {
                    component.known.resize(component.alone, 0);
                }
                let mut known = component.known.iter_mut();
                let mut run = 0;
                units(component.alone, self.interval, data, |bits, is_restarted| {
                    if is_restarted {
                        run = 0;
                    }
                    let mut none = 0;
                    block(bits, tells, dc.as_ref(), ac.as_ref(), known.next().unwrap_or(&mut none), &mut run)
                })
            }
            several => {
                let mut in_unit = Vec::new();
                for (place, ..) in several {
                    let component = self.components.get_mut(*place).ok_or(Damaged)?;
                    component.is_begun |= tells.begins();
                    in_unit.push(component.in_unit);
                }
                units(self.units, self.interval, data, |bits, _| {
                    for ((_, dc, ac), blocks) in several.iter().zip(&in_unit) {
                        for _ in 0..*blocks {
                            block(bits, tells, dc.as_ref(), ac.as_ref(), &mut 0, &mut 0)?;
                        }
                    }
                    Ok(())
                })
            }
        }
    }

    fn end(&self) -> Result<(), EvidenceError> {
        let is_whole = !self.components.is_empty() && self.components.iter().all(|component| component.is_begun);
        if is_whole { Ok(()) } else { Err(Truncated) }
    }
}

/// How many bytes may stand between the last block of a scan and the marker behind it: some cameras write a few. Data that
/// was lost or overwritten leaves thousands, because what took its place makes blocks of fewer bits.
const LEFT_OVER: usize = 64;

/// The marker behind a scan or an interval, unless much was left over before it.
fn marker_behind(rest: &[u8]) -> Result<(u8, &[u8]), EvidenceError> {
    let (marker, behind) = next_marker(rest)?;
    let left = rest.len().saturating_sub(behind.len());
    if left > LEFT_OVER { Err(Damaged) } else { Ok((marker, behind)) }
}

/// Walks so many units, with a restart after each interval (F.1.1.5.2), and gives what stands behind them.
fn units(
    count: usize,
    interval: u16,
    data: &[u8],
    mut unit: impl FnMut(&mut Bits<'_>, bool) -> Result<(), EvidenceError>,
) -> Result<&[u8], EvidenceError> {
    let interval = if interval == 0 { count } else { interval.into() };
    let mut bits = Bits::new(data);
    let mut left = count;
    for restart in (0_u8..8).cycle() {
        let these = left.min(interval);
        for number in 0..these {
            unit(&mut bits, number == 0)?;
        }
        left = left.saturating_sub(these);
        if left == 0 {
            break;
        }
        match marker_behind(bits.rest())? {
            (marker, behind) if marker == 0xd0 | restart => bits = Bits::new(behind),
            (0xd0..=0xd7, _) => return Err(Damaged),
            _ => return Err(Truncated),
        }
    }
    marker_behind(bits.rest())?;
    Ok(bits.rest())
}

fn block(
    bits: &mut Bits<'_>,
    tells: Tells,
    dc: Option<&Codes>,
    ac: Option<&Codes>,
    known: &mut u64,
    run: &mut u32,
) -> Result<(), EvidenceError> {
    match tells {
        Tells::Everything => {
            mean(bits, dc.ok_or(Damaged)?)?;
            let mut more = 0;
            first_waves(bits, ac.ok_or(Damaged)?, (1, 63), &mut 0, &mut more)?;
            // Only a progressive picture ends several blocks at once.
            if more == 0 { Ok(()) } else { Err(Damaged) }
        }
        Tells::Mean { is_first: true } => mean(bits, dc.ok_or(Damaged)?),
        Tells::Mean { is_first: false } => bits.skip(1),
        Tells::Waves { is_first: true, from, to } => first_waves(bits, ac.ok_or(Damaged)?, (from, to), known, run),
        Tells::Waves { is_first: false, from, to } => more_of_waves(bits, ac.ok_or(Damaged)?, (from, to), known, run),
    }
}

fn mean(bits: &mut Bits<'_>, codes: &Codes) -> Result<(), EvidenceError> {
    let length = bits.symbol(codes, |length| length.min(16))?;
    if length <= 16 { Ok(()) } else { Err(Damaged) }
}

/// How many zeros come before a wave, and how many bits it has (F.1.2.2.1).
fn wave(symbol: u8) -> (u32, u32) {
    (u32::from(symbol >> 4), u32::from(symbol & 0x0f))
}

/// The waves of a block from one to another, or their first bits (F.2.2.2 and G.1.2.2).
fn first_waves(
    bits: &mut Bits<'_>,
    codes: &Codes,
    (from, to): (u32, u32),
    known: &mut u64,
    run: &mut u32,
) -> Result<(), EvidenceError> {
    if *run > 0 {
        *run = run.saturating_sub(1);
        return Ok(());
    }
    let mut at = from;
    while at <= to {
        let (zeros, length) = wave(bits.symbol(codes, |symbol| symbol & 0x0f)?);
        if length == 0 && zeros < 15 {
            *run = blocks_without(bits, zeros)?.saturating_sub(1);
            return Ok(());
        }
        at = at.saturating_add(zeros);
        if at > to {
            return Err(Damaged);
        }
        if length > 0 {
            *known |= 1_u64.wrapping_shl(at);
        }
        at = at.saturating_add(1);
    }
    Ok(())
}

/// How many blocks, this one included, say no more in this scan (figure G.4).
fn blocks_without(bits: &mut Bits<'_>, length: u32) -> Result<u32, EvidenceError> {
    Ok(1_u32.wrapping_shl(length).saturating_add(bits.take(length)?))
}

/// One more bit of some waves of a block, and those that were zero until now (G.1.2.3).
fn more_of_waves(
    bits: &mut Bits<'_>,
    codes: &Codes,
    (from, to): (u32, u32),
    known: &mut u64,
    run: &mut u32,
) -> Result<(), EvidenceError> {
    let mut at = from;
    while *run == 0 && at <= to {
        let (mut zeros, length) = wave(bits.symbol(codes, |symbol| symbol & 0x0f)?);
        match length {
            0 if zeros < 15 => {
                *run = blocks_without(bits, zeros)?;
                break;
            }
            0 | 1 => {}
            _ => return Err(Damaged),
        }
        while at <= to {
            if known.wrapping_shr(at) & 1 == 1 {
                bits.skip(1)?;
            } else if zeros == 0 {
                break;
            } else {
                zeros = zeros.saturating_sub(1);
            }
            at = at.saturating_add(1);
        }
        if length == 1 {
            if at > to {
                return Err(Damaged);
            }
            *known |= 1_u64.wrapping_shl(at);
        }
        at = at.saturating_add(1);
    }
    if *run > 0 {
        while at <= to {
            if known.wrapping_shr(at) & 1 == 1 {
                bits.skip(1)?;
            }
            at = at.saturating_add(1);
        }
        *run = run.saturating_sub(1);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

    use super::*;

    /// A picture of 40 by 25 dots as libjpeg writes it: ten scans, six of them one more bit of what came before.
    const PROGRESSIVE: &[u8] = include_bytes!("../../tests/progressive.jpg");

    /// No block of it is like another, and its sides end inside a block.
    fn written(width: u16, height: u16, set: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
        let dots =
            (0..u32::from(width) * u32::from(height) * 3).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]);
        let mut bytes = Vec::new();
        let mut encoder = Encoder::new(&mut bytes, 90);
        set(&mut encoder);
        encoder.encode(&dots.collect::<Vec<_>>(), width, height, ColorType::Rgb).unwrap();
        bytes
    }

    fn kinds() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("baseline", written(41, 27, |_| {})),
            ("a quarter of the colours", written(41, 27, |encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2))),
            ("restarts", written(41, 27, |encoder| encoder.set_restart_interval(2))),
            ("own codes", written(41, 27, |encoder| encoder.set_optimized_huffman_tables(true))),
            ("progressive", written(41, 27, |encoder| encoder.set_progressive(true))),
            ("progressive by bits", PROGRESSIVE.to_vec()),
        ]
    }

    /// From where to where the data of each scan goes.
    fn scans(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
        let starts = bytes.windows(2).enumerate().filter(|(_, two)| *two == [0xff, 0xda]);
        let data = starts.map(|(at, _)| at + 2 + usize::from(u16::from_be_bytes([bytes[at + 2], bytes[at + 3]])));
        data.map(|from| {
            let is_end = |two: &[u8]| two[0] == 0xff && !matches!(two[1], 0x00 | 0xd0..=0xd7 | 0xff);
            from..from + bytes[from..].windows(2).position(is_end).unwrap()
        })
        .collect()
    }

    #[test]
    fn whole_pictures_of_every_kind_are_let_in() {
        for (kind, bytes) in kinds() {
            assert_eq!(check(&bytes), Ok(()), "{kind}");
        }
    }

    #[test]
    fn a_picture_cut_anywhere_in_its_data_is_refused_whatever_end_was_put_behind_it() {
        for (kind, bytes) in kinds() {
            for at in scans(&bytes).into_iter().flatten() {
                let cut = [&bytes[..at], &[0xff, 0xd9]].concat();
                assert!(check(&cut).is_err(), "{kind}, cut at {at} of {}", bytes.len());
            }
        }
    }

    #[test]
    fn data_with_every_37th_byte_altered_is_refused() {
        for (kind, whole) in [
            ("baseline", written(640, 480, |_| {})),
            ("progressive", written(640, 480, |encoder| encoder.set_progressive(true))),
        ] {
            let mut bytes = whole;
            for at in scans(&bytes).into_iter().flatten().step_by(37) {
                if bytes[at] < 0xfe && bytes[at - 1] != 0xff {
                    bytes[at] ^= 0x55;
                }
            }
            assert!(check(&bytes).is_err(), "{kind}");
        }
    }

    #[test]
    fn data_of_which_the_second_half_was_written_over_with_zeros_is_refused() {
        for (kind, whole) in [
            ("baseline", written(640, 480, |_| {})),
            ("restarts", written(640, 480, |encoder| encoder.set_restart_interval(20))),
            ("own codes", written(640, 480, |encoder| encoder.set_optimized_huffman_tables(true))),
            ("progressive", written(640, 480, |encoder| encoder.set_progressive(true))),
        ] {
            let data = scans(&whole).pop().unwrap();
            for part in [2, 10] {
                let mut bytes = whole.clone();
                bytes[data.end - data.len() / part..data.end].fill(0);
                assert!(check(&bytes).is_err(), "{kind}: the last of {part} parts");
            }
        }
    }

    #[test]
    fn a_few_bytes_behind_the_last_block_are_no_damage() {
        let whole = written(41, 27, |_| {});
        let end = whole.len() - 2;
        for (extra, expected) in [(8, Ok(())), (200, Err(Damaged))] {
            let bytes = [&whole[..end], vec![0; extra].as_slice(), &whole[end..]].concat();
            assert_eq!(check(&bytes), expected, "{extra}");
        }
    }

    #[test]
    fn more_rows_than_there_are_blocks_are_refused() {
        let mut bytes = written(64, 64, |_| {});
        let frame = bytes.windows(2).position(|two| two == [0xff, 0xc0]).unwrap();
        bytes[frame + 5] = 8;
        assert_eq!(check(&bytes), Err(Truncated));
    }

    #[test]
    fn a_component_without_its_first_scan_is_missing() {
        let first = scans(PROGRESSIVE).remove(0);
        let head = PROGRESSIVE.windows(2).position(|two| two == [0xff, 0xda]).unwrap();
        let without = [&PROGRESSIVE[..head], &PROGRESSIVE[first.end..]].concat();
        assert_eq!(check(&without), Err(Truncated));
    }
}
