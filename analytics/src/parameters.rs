//! Every constant of the model in one place.
//!
//! Tuned on the public development data (Cambridge estates, Yale, Santa Monica) described in the crate's README;
//! the optimum is flat: halving or doubling a single one moves the area under the precision-recall curve by .007 at most.

/// Stored with every result; changes whenever a result may change.
pub const MODEL_VERSION: &str = "tables-3";

/// A period is flagged when its score is above this; the origins below put it here.
pub const FLAG_THRESHOLD: f64 = 0.0;
/// The score where nothing can be judged.
pub const NOT_JUDGED: f64 = -20.0;

/// The mean length of a month in days, to which use is normalised.
pub const DAYS_PER_MONTH: f64 = 30.44;

/// How a kind of commodity behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Utility {
    /// Added before the logarithm, as a share of the usual size: seasonal commodities come near zero, where a plain
    /// logarithm would magnify noise.
    pub offset: f64,
    /// How much of the last residual is expected again.
    pub chase: f64,
}

impl Utility {
    /// By the name of the commodity; the spellings of other systems are understood, what is unknown is in the middle.
    pub fn of(commodity: &str) -> Self {
        let name = commodity.to_ascii_lowercase();
        let has = |word: &str| name.contains(word);
        let (offset, chase) = if has("water") && !has("chilled") || has("sewer") {
            (0.05, 0.0)
        } else if has("cool")
            || has("chilled")
            || has("heat")
            || has("steam")
            || has("gas")
            || has("oil")
            || has("propane")
        {
            (0.8, 0.3)
        } else {
            (0.2, 0.3)
        };
        Self { offset, chase }
    }
}

/// The offset of the second view, in which factors and sums are recognised.
pub const LOGARITHMIC_OFFSET: f64 = 0.05;

/// Readings that a meter must have before anything is said about it.
pub const FEWEST_READINGS: usize = 3;
/// From this many months on the meter's own season counts.
pub const SEASONAL_MONTHS: usize = 12;

/// How a meter's memory is set up from its history.
pub mod start {
    /// Ages in months since the first reading at which the memory is set up anew from the whole history.
    pub const AGES: [usize; 3] = [3, 6, 13];
    /// Ages at which only the season is found anew: levels and scale that were learnt month by month are better than
    /// what a look back over the history gives.
    pub const SEASON_AGES: [usize; 1] = [18];
    /// Half the window of the centred median that is the trend.
    pub const TREND_HALF_WINDOW: isize = 6;
    /// A season seen n times weighs n / (n + this) against the group's.
    pub const SEASON_SHRINKAGE: f64 = 3.0;
    /// Limits of a meter's amplitude against the group's profile.
    pub const AMPLITUDE: (f64, f64) = (-1.0, 3.0);
    /// Months behind the starting level.
    pub const LEVEL_MONTHS: usize = 12;
    /// Months of the trailing median against which the scale is measured.
    pub const SCALE_MONTHS: isize = 9;
    /// A variance from n readings weighs n / (n + this) against the group's.
    pub const VARIANCE_SHRINKAGE: f64 = 8.0;
    /// No meter is taken to be more regular than this.
    pub const SCALE_FLOOR: f64 = 0.025;
    /// The scale of a group of which nothing is known.
    pub const USUAL_SCALE: f64 = 0.15;
    /// History is clipped at this many standard deviations.
    pub const CLEANING: f64 = 2.5;
}

/// How the expected value is composed.
pub mod expected {
    /// Weight of the fast level plus season; the slow one has the same.
    pub const LEVEL_WEIGHT: f64 = 0.35;
    /// Weight of last year's month, moved by this share of the change of level since.
    pub const LAST_YEAR_WEIGHT: f64 = 0.3;
    /// See `LAST_YEAR_WEIGHT`.
    pub const LEVEL_CHANGE_SHARE: f64 = 0.6;
    /// The peers' effect is not followed further than this: a larger common move is a finding of its own.
    pub const PEERS_LIMIT: f64 = 0.25;
    /// Fewer other meters than this have no effect.
    pub const FEWEST_PEERS: usize = 6;
    /// The effect of n peers weighs n / (n + this).
    pub const PEERS_SHRINKAGE: f64 = 6.0;
    /// The slope on the peers' effect starts at 1 with this weight.
    pub const SLOPE_PRIOR: f64 = 0.06;
    /// What the slope forgets each month.
    pub const SLOPE_DECAY: f64 = 0.97;
    /// The largest slope.
    pub const SLOPE_LIMIT: f64 = 2.5;
    /// The slope on what degree days say of this month's weather starts at 0 with this weight: the peers tell most of it.
    pub const WEATHER_PRIOR: f64 = 0.1;
    /// Its limit.
    pub const WEATHER_LIMIT: f64 = 1.5;
    /// The last residual is followed up to this many standard deviations.
    pub const CHASE_LIMIT: f64 = 2.0;
}

/// How the kinds of problem are weighed.
pub mod evidence {
    /// The scale of densities is sigma to this power times the usual scale to the rest.
    pub const SCALE_POWER: f64 = 0.85;
    /// The usual scale.
    pub const SCALE_CENTRE: f64 = 0.15;
    /// The share of normal months that are anywhere within six logarithmic units.
    pub const ANYWHERE: f64 = 0.01;
    /// The width of that.
    pub const ANYWHERE_WIDTH: f64 = 6.0;
    /// Prior of a rise.
    pub const SPIKE_PRIOR: f64 = 0.012;
    /// Range of a rise.
    pub const SPIKE_RANGE: (f64, f64) = (1.25, 3.2);
    /// Prior of a fall.
    pub const DROP_PRIOR: f64 = 0.012;
    /// Range of a fall.
    pub const DROP_RANGE: (f64, f64) = (0.2, 0.75);
    /// Points at which a range is integrated.
    pub const RANGE_POINTS: usize = 9;
    /// Factors between units: decimal shift, litre and cubic metre, kilowatt-hour and megajoule, thousand Btu, million
    /// Btu, hundred cubic feet and cubic metre.
    pub const UNIT_FACTORS: [f64; 7] = [10.0, 100.0, 1000.0, 3.6, 3.412, 293.07, 2.83];
    /// Readings further than this many scales from the nearest factor are not tried.
    pub const FACTOR_REACH: f64 = 4.0;
    /// Prior of a factor.
    pub const UNIT_PRIOR: f64 = 0.006;
    /// Prior of a factor where readings do not state their unit.
    pub const UNIT_PRIOR_UNSTATED: f64 = 0.025;
    /// Others of the group that must be there for their vote to count.
    pub const FEWEST_VOTERS: usize = 8;
    /// A smaller factor is no vote: weather moves all meters of a seasonal commodity by as much.
    pub const SMALLEST_VOTED: f64 = 10.0;
    /// The share of them that must show the same factor.
    pub const VOTE: f64 = 0.1;
    /// Prior of a stuck zero.
    pub const ZERO_PRIOR: f64 = 0.006;
    /// What an expected value of the usual size adds to a zero.
    pub const ZERO_SIZE_WEIGHT: f64 = 3.5;
    /// Prior of a repeated reading.
    pub const REPEAT_PRIOR: f64 = 0.012;
    /// What each further repeat adds.
    pub const REPEAT_RUN_WEIGHT: f64 = 0.5;
    /// The chance of a catch-up after a gap, for a meter that never misses.
    pub const CATCH_UP_PRIOR: f64 = 0.25;
    /// How fast that falls with the share of missing readings.
    pub const CATCH_UP_MISSING: f64 = 10.0;
    /// Taken off a catch-up.
    pub const CATCH_UP_HANDICAP: f64 = 0.5;
    /// The longest gap that is looked back over.
    pub const LONGEST_GAP: u32 = 3;
    /// Prior of an exchange.
    pub const SWAP_PRIOR: f64 = 0.01;
    /// The weight of an exchange's likelihoods.
    pub const SWAP_WEIGHT: f64 = 0.8;
    /// Exchanged values must differ by this factor.
    pub const SWAP_DIFFERENCE: f64 = 1.2;
    /// Only meters this many standard deviations off are tried.
    pub const SWAP_LEAST_DEVIATION: f64 = 1.8;
    /// A negative quantity.
    pub const NEGATIVE_WEIGHT: f64 = 40.0;
}

/// The ladder of baselines.
pub mod ladder {
    /// Months with use and temperature that a model of degree days needs.
    pub const TEMPERATURE_MONTHS: usize = 24;
    /// The share of the variance of use that it must explain.
    pub const LEAST_EXPLAINED: f64 = 0.5;
}

/// How evidence becomes one score.
pub mod score {
    /// Weight and limit of the deviation.
    pub const DEVIATION: (f64, f64) = (0.5, 6.0);
    /// Weight and limit of the deviation from last year.
    pub const YEAR_ON_YEAR: (f64, f64) = (0.3, 5.0);
    /// Weight and limit of a mean that wanders off.
    pub const PERSISTENCE: (f64, f64) = (0.15, 4.0);
    /// Added to the score of months, so that 0 lets about 0.25 false alarms per meter and year through on the
    /// development data.
    pub const ORIGIN: f64 = 1.3;
    /// The same for days: about 3 false alarms per meter and year.
    pub const ORIGIN_DAILY: f64 = -0.5;
    /// Taken off the score, divided by the number of readings before: what is odd to a short history often is not.
    pub const SHORT_HISTORY: f64 = 50.0;
    /// A meter further than this many standard deviations from its expectation stirs its group.
    pub const STIR: f64 = 2.5;
    /// Evidence is kept for reports from this score on.
    pub const KEEP_EVIDENCE: f64 = -2.0;
}

/// What the tables of the name look at.
pub mod name {
    /// Readings before that are looked at.
    pub const BEFORE: usize = 6;
    /// Standard deviations beyond which a reading before is limited.
    pub const FAR: f64 = 8.0;
    /// Standard deviations beyond which a reading before belongs to the same run.
    pub const RUNS: f64 = 1.5;
    /// Standard deviations beyond which this reading is limited.
    pub const FARTHEST: f64 = 12.0;
    /// How often the largest of the run this reading is at most.
    pub const LARGEST_JUMP: f64 = 20.0;
    /// Standard deviations from the likeliest factor beyond which it does not matter how many.
    pub const OFF_FACTOR: f64 = 9.0;
}

/// How a meter learns.
pub mod update {
    /// A residual counts up to this many standard deviations.
    pub const CLIP: f64 = 1.75;
    /// A residual is gross beyond this many standard deviations and the factor below.
    pub const GROSS: f64 = 4.0;
    /// See `GROSS`.
    pub const GROSS_FACTOR: f64 = 1.6;
    /// What is left of a gross residual.
    pub const GROSS_SHARE: f64 = 0.25;
    /// The mean of agreeing residuals must be beyond this many standard deviations.
    pub const AGREEING_MEAN: f64 = 1.2;
    /// The residual then counts up to this many standard deviations.
    pub const AGREEING_CLIP: f64 = 4.0;
    /// How quickly a meter learns.
    #[derive(Debug, Clone, Copy)]
    pub struct Pace {
        /// The fast level follows by this share.
        pub fast: f64,
        /// The slow level follows by this share.
        pub slow: f64,
        /// The season follows by this share.
        pub season: f64,
        /// The variance forgets by this share.
        pub variance: f64,
        /// Residuals that must agree for a new level to be accepted.
        pub agreeing: usize,
    }
    /// By months.
    pub const MONTHLY: Pace =
        Pace { fast: 0.35, slow: 0.10, season: 0.25 * 0.65, variance: 0.05, agreeing: 4 };
    /// By days.
    pub const DAILY: Pace =
        Pace { fast: 0.12, slow: 0.02, season: 0.03, variance: 0.02, agreeing: 10 };
    /// The fast level returns to the slow one by this share.
    pub const RETURN: f64 = 0.05;
    /// A wandering mean enters the usual one up to this many standard deviations.
    pub const WANDER_CLIP: f64 = 4.0;
    /// Cleaned values stay within this many standard deviations.
    pub const CLEANED: f64 = 1.75;
    /// From the mean absolute deviation of a normal distribution to its standard deviation.
    pub const ABSOLUTE_TO_STANDARD: f64 = 1.25;
    /// A residual enters the variance up to this many standard deviations.
    pub const VARIANCE_CLIP: f64 = 3.0;
}

/// When a meter has moved for good.
pub mod moved {
    /// Slots that a meter must have behind it: in its first years a season is as good an explanation.
    pub const AGE: usize = 30;
    /// Readings in a row that must agree: an error of a sender is put right before.
    pub const READINGS: usize = 4;
    /// They are at least this far from what was expected before the first of them, on the logarithmic scale: more than
    /// a step, to which the levels climb by themselves.
    pub const LEAST: f64 = 0.8;
    /// Each is beyond everything of its season by this factor.
    pub const OUTSIDE: f64 = 2.0;
    /// None is further than this factor from their median.
    pub const APART: f64 = 2.5;
}

/// How the 95 % interval is found.
pub mod interval {
    /// The quantiles of past standardised residuals.
    pub const QUANTILES: (f64, f64) = (0.047, 0.953);
    /// The same for days, whose residuals have heavier tails.
    pub const QUANTILES_DAILY: (f64, f64) = (0.033, 0.967);
    /// The interval is wider by this over the number of readings before.
    pub const SHORT_HISTORY: f64 = 1.0;
    /// Where nothing is known, this many standard deviations.
    pub const USUAL: f64 = 2.3;
    /// n past residuals weigh n / (n + this).
    pub const SHRINKAGE: f64 = 100.0;
    /// Months with a larger score are left out.
    pub const LARGEST_SCORE: f64 = 7.5;
}

/// What is different for days.
pub mod daily {
    /// Ages in days at which the memory is set up anew; later ones only find the week anew.
    pub const AGES: [usize; 4] = [91, 182, 364, 546];
    /// From this many days on a meter has seen its seasons.
    pub const SEASONAL_DAYS: usize = 364;
    /// Half the window of the centred median that is the trend.
    pub const TREND_HALF_WINDOW: isize = 10;
    /// Days of the trailing median against which the scale is measured.
    pub const SCALE_DAYS: isize = 28;
    /// Days behind the starting level.
    pub const LEVEL_DAYS: isize = 28;
    /// Added before the logarithm, as a share of the usual size.
    pub const OFFSET: f64 = 0.1;
    /// How much of the last residual is expected again.
    pub const CHASE: f64 = 0.3;
    /// The same day of the week a year ago.
    pub const LAST_YEAR_DAYS: usize = 364;
    /// Its weight.
    pub const LAST_YEAR_WEIGHT: f64 = 0.35;
    /// It moves by this share of the change of level since.
    pub const LEVEL_CHANGE_SHARE: f64 = 0.6;
    /// The peers' effect is followed further than for months: holidays empty all houses at once.
    pub const PEERS_LIMIT: f64 = 0.5;
    /// Prior of a factor.
    pub const UNIT_PRIOR: f64 = 0.006;
    /// Saturday, counted from Monday.
    pub const FIRST_WEEKEND_DAY: usize = 5;
    /// Prior of a weekend at the level of working days.
    pub const WEEKEND_PRIOR: f64 = 0.1;
    /// Working days must differ by at least this much.
    pub const WEEKEND_DIFFERENCE: f64 = 0.15;
    /// Windows in days whose means show steps and slow rises.
    pub const WINDOWS: [usize; 4] = [7, 14, 28, 45];
    /// A day enters a window up to this far from its expectation.
    pub const WINDOW_LIMIT: f64 = 0.4;
    /// What the usual square of a window's mean remembers.
    pub const WINDOW_MEMORY: f64 = 0.995;
    /// A window weighs this much per standard deviation, up to that many, less a handicap.
    pub const WINDOW_WEIGHT: (f64, f64, f64) = (1.0, 5.0, 6.0);
}

/// Which months of the stored history are judged and raised.
pub mod analysis {
    /// A month counts when at least this share of its days is covered (`CalTRACK` 2.2.1: 90 %).
    pub const COVERAGE: f64 = 0.9;
    /// Open problems of this many last months are raised.
    pub const MONTHS: i32 = 12;
    /// An episode goes on over a period with at least this score, when it is flagged again after it.
    pub const GOES_ON: f64 = -1.0;
    /// A live alert is closed without a corrected reading only when all its periods score below this.
    pub const CLEARLY_GONE: f64 = -2.0;
    /// A change of a figure by less than this share is not worth an event.
    pub const WORTH_TELLING: f64 = 0.01;
}

/// How use is turned into money.
pub mod price {
    /// The last bills behind a price.
    pub const RECENT_BILLS: usize = 12;
    /// Fewer bills say no price.
    pub const FEWEST_BILLS: usize = 2;
}

/// How what was charged is set against what was to be expected.
pub mod money {
    /// A bill within this share of the expected amount is in order.
    pub const IN_ORDER: f64 = 0.25;
}

/// When many meters are one finding.
pub mod portfolio {
    /// Fewer meters are no common shift.
    pub const FEWEST_METERS: usize = 5;
    /// The share of a group's meters that must have moved alike.
    pub const SHARE: f64 = 0.12;
    /// An onset this many periods apart is the same one: bills of different senders end on different days.
    pub const ONSET_REACH: usize = 1;
}

/// When two opposite deviations are one wrong split of the same use.
pub mod twins {
    /// The periods between the two at the most.
    pub const REACH: usize = 1;
}

/// How much an alert matters.
pub mod severity {
    /// From this cost on (in the currency of the bills) it is high.
    pub const HIGH_COST: f64 = 1000.0;
    /// From this cost on it is medium.
    pub const MEDIUM_COST: f64 = 150.0;
    /// From this score on it is one step higher: there is hardly another explanation.
    pub const CERTAIN: f64 = 5.0;
    /// Without a price: medium from this share of the expected use on.
    pub const MEDIUM_SHARE: f64 = 0.5;
}
