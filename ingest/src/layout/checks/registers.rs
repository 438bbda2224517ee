//! Registers beside and instead of consumption.

use foldhash::{HashMap, HashMapExt as _};
use readings::{ProblemCode, ReadingKind};
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::candidate::{Candidate, Hold, Values};
use super::super::context::Surroundings;
use super::super::find::Table;
use super::super::words::Word;

/// Fewest values of a series in which a rise without a fall is taken for a register.
const RISING: usize = 8;
/// Fewest rises of several series without a fall.
const RISING_TOGETHER: usize = 6;
/// Fewest rises by which some meters show what the numbers of all are.
const LEAST_RISES: usize = 3;

/// Where both registers stand beside the consumption, their difference must be it, perhaps times a transformer ratio: the
/// one that the row states, or else the usual one of its meter or of the table.
pub(super) fn registers_beside(values: &mut Values) {
    let ratio_of = |candidate: &Candidate| {
        let (before, after) = candidate.evidence().registers?;
        let stated = candidate.evidence().multiplier.filter(|stated| !stated.is_zero());
        let difference = forward(before, after) * stated.unwrap_or(Decimal::ONE);
        candidate.number.checked_div(difference).map(|ratio| ratio.round_dp(3))
    };
    let mut all: HashMap<Decimal, usize> = HashMap::new();
    let mut by_series: HashMap<usize, HashMap<Decimal, usize>> = HashMap::new();
    for candidate in
        values.candidates.iter().filter(|candidate| candidate.kind != ReadingKind::RegisterReading)
    {
        let Some(ratio) = ratio_of(candidate) else { continue };
        *all.entry(ratio).or_default() += 1;
        // What states its ratio has none of its own.
        if candidate.evidence().multiplier.is_none() {
            *by_series.entry(candidate.series).or_default().entry(ratio).or_default() += 1;
        }
    }
    // Half of all at least, and of a single meter more than one.
    let usual = |ratios: &HashMap<Decimal, usize>, least: usize| {
        let count: usize = ratios.values().sum();
        let most =
            ratios.iter().max_by_key(|(ratio, number)| (**number, std::cmp::Reverse(**ratio)));
        most.filter(|(_, number)| **number >= least && **number * 2 >= count)
            .map(|(ratio, _)| *ratio)
    };
    let of_table = usual(&all, 1);
    for candidate in values
        .candidates
        .iter_mut()
        .filter(|candidate| candidate.kind != ReadingKind::RegisterReading)
    {
        let own = by_series.get(&candidate.series).and_then(|ratios| usual(ratios, 2));
        let Some(usual) = own.or(of_table) else { continue };
        let off = ratio_of(candidate)
            .is_some_and(|ratio| (ratio - usual).abs() > usual.abs() * dec!(0.02));
        let stuck = candidate
            .evidence()
            .registers
            .is_some_and(|(before, after)| before == after && !candidate.number.is_zero());
        if off || stuck {
            candidate.hold(&Hold::new(
                ProblemCode::Contradiction,
                "The difference of the registers is not the consumption beside it.",
            ));
        }
    }
}

/// From one register to the next; one that is lower began anew after its last digit ran full.
fn forward(before: Decimal, after: Decimal) -> Decimal {
    if after >= before {
        return after - before;
    }
    let mut full = Decimal::ONE;
    while full <= before {
        full *= Decimal::TEN;
    }
    // More than half of all is a register that was read wrong, or exchanged.
    let rolled = after + full - before;
    if rolled * dec!(2) < full { rolled } else { after - before }
}

/// Whether all of several series rise from each value to the next, so often that it is no chance.
pub fn rise_together(lists: impl Iterator<Item = impl Iterator<Item = Decimal>>) -> bool {
    let (mut several, mut steps) = (0usize, 0usize);
    for list in lists {
        let numbers: Vec<Decimal> = list.collect();
        if !numbers.windows(2).all(|pair| pair[1] > pair[0]) {
            return false;
        }
        if numbers.len() > 2 {
            several += 1;
            steps += numbers.len() - 1;
        }
    }
    several > 1 && steps >= RISING_TOGETHER
}

/// Whether numbers fall to less than half of what they had risen to in small steps, as those of an exchanged meter do.
fn was_exchanged(numbers: &[Decimal]) -> bool {
    let Some(fall) = numbers.windows(2).position(|pair| pair[1] < pair[0]) else { return false };
    let before = &numbers[..=fall];
    let largest_step = before.windows(2).map(|pair| pair[1] - pair[0]).max();
    numbers[fall + 1] * dec!(2) < numbers[fall]
        && largest_step.is_some_and(|step| step * dec!(2) < before[0])
}

/// How often the numbers of the series called registers rise and fall.
fn steps(lists: &[Vec<usize>], values: &Values) -> (usize, usize) {
    let (mut rises, mut falls) = (0, 0);
    for pair in lists.iter().flat_map(|list| list.windows(2)) {
        let [before, after] = [pair[0], pair[1]].map(|index| &values.candidates[index]);
        if before.kind == ReadingKind::RegisterReading {
            rises += usize::from(after.number > before.number);
            falls += usize::from(after.number < before.number);
        }
    }
    (rises, falls)
}

/// Whether the register before it stands in its row, and is not above it.
fn follows_its_register(candidate: &Candidate) -> bool {
    candidate.evidence().registers.is_some_and(|(before, after)| before <= after)
}

/// Registers must not fall; numbers that only rise under another heading may be registers.
pub(super) fn registers(table: &Table, values: &mut Values, around: &Surroundings) {
    let called_readings = around.words.has(Word::Register) && !around.says_used;
    let lists: Vec<Vec<usize>> = values
        .by_series()
        .into_iter()
        .map(|mut list| {
            list.retain(|index| values.candidates[*index].period.is_some());
            list.sort_by_key(|index| values.candidates[*index].period);
            list
        })
        .collect();
    let numbers = |list: &Vec<usize>| -> Vec<Decimal> {
        list.iter().map(|index| values.candidates[*index].number).collect()
    };
    // Rises of several meters without a fall show that the numbers of the others are registers, too.
    let (rises, falls) = steps(&lists, values);
    let is_proven_by_others = rises >= LEAST_RISES && falls == 0;
    let all_rise = rise_together(lists.iter().map(|list| numbers(list).into_iter()));
    for list in lists {
        let numbers: Vec<Decimal> =
            list.iter().map(|index| values.candidates[*index].number).collect();
        let rises = numbers.windows(2).filter(|pair| pair[1] > pair[0]).count();
        let falls = numbers.windows(2).filter(|pair| pair[1] < pair[0]).count();
        let Some(first) = list.first() else { continue };
        if values.candidates[*first].kind == ReadingKind::RegisterReading {
            // One fall among many rises is a register that began anew; consumption falls more often.
            let began_anew = falls == 1
                && (numbers.len() >= RISING || rises >= LEAST_RISES && was_exchanged(&numbers));
            let is_alone = numbers.len() < 2
                && !is_proven_by_others
                && !list.iter().all(|index| follows_its_register(&values.candidates[*index]));
            if falls * 20 >= numbers.len() && falls > 0 && !began_anew || is_alone {
                let hold = Hold::new(
                    ProblemCode::KindUnclear,
                    "The heading says meter reading, but the numbers do not rise as a register does.",
                );
                for index in &list {
                    values.candidates[*index].hold(&hold);
                }
            }
            continue;
        }
        let column =
            table.columns.iter().find(|column| column.index == values.candidates[*first].at.column);
        let column_says_used =
            column.is_some_and(|column| column.heading.words.has(Word::Quantity));
        let said_used = around.says_used || column_says_used;
        let called_readings = called_readings && !column_says_used;
        let least = match (called_readings, said_used, table.wide) {
            (true, ..) => 3,
            // The use of several meters does not rise in step, and a ratio is for registers.
            (_, false, _) if all_rise || around.multiplier => 2,
            (_, true, true) => 10,
            (_, true, false) => RISING,
            (_, false, true) => 7,
            (_, false, false) => 5,
        };
        if called_readings && table.wide && numbers.len() < 3 {
            let hold = Hold::new(
                ProblemCode::KindUnclear,
                "The title speaks of readings: are these numbers the registers of a meter or its consumption?",
            );
            for index in &list {
                values.candidates[*index].hold(&hold);
            }
        }
        // Where the title speaks of readings, one fall is a meter that was exchanged.
        let never_falls = falls == 0 || called_readings && falls == 1;
        if never_falls && numbers.len() >= least && rises + 2 >= numbers.len() {
            let hold = Hold::new(
                ProblemCode::KindUnclear,
                "The numbers never fall: they may be the registers of a meter rather than its consumption.",
            );
            for index in &list {
                values.candidates[*index].hold(&hold);
            }
        }
    }
}
