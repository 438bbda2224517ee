//! How a figure comes about, for somebody who manages energy and no software; with the sources of each method.

use leptos::prelude::*;

use super::detection::Tabs;

/// The page.
pub fn method() -> AnyView {
    view! {
        <Tabs at="/method"/>
        <article class="prose">
            <h1>"How this is calculated"</h1>
            <p class="lead">"Every alert says what was expected, what came, why it was raised and what it costs. This page says how each of these figures comes about."</p>

            <h2>"From bills to months"</h2>
            <p>"A bill's consumption is spread evenly over its days and summed by calendar month. Registers become differences, power becomes energy. Where two readings cover the same days, one of them counts: never both. A month counts when at least 90 % of its days are covered."</p>
            <p class="source">"CalTRACK 2.2.1 (data sufficiency, 90 % coverage), 3.3.3 (use per day)."</p>

            <h2>"What was to be expected"</h2>
            <p>"Each meter has a level that follows slowly, a season of its own and a usual scatter. The expected month is put together from level and season, from the same month of last year, and from what the other meters of the same commodity did in this very month beyond their own expectation, so that a cold month alarms nobody. Where the outdoor temperature is known and two years are there, use per degree of heating or cooling is found as well: the balance points at which heating and cooling begin are searched, not assumed."</p>
            <p>"At each month only what was known until then is used, and never the month itself. Months that were out of the ordinary are clipped before the meter learns from them, so that a leak does not become the usual. After a change that lasts, a new level is accepted."</p>
            <dl class="ladder">
                <div><dt>"Under 3 months"</dt><dd>"Rules on bills only; nothing is judged from history."</dd></div>
                <div><dt>"3 to 11 months"</dt><dd>"The level is the meter's own, the season is borrowed from its peers."</dd></div>
                <div><dt>"12 months and more"</dt><dd>"Level and season are the meter's own, drawn a little towards its peers."</dd></div>
                <div><dt>"24 months with temperature"</dt><dd>"Use per degree-day besides level and season."</dd></div>
                <div><dt>"Days or hours"</dt><dd>"A profile of the week: working days, weekends, nights."</dd></div>
            </dl>
            <p class="source">"Whole-facility comparison of metered use with a baseline: IPMVP Core Concepts (EVO 10000-1), Option C. Degree days with searched balance points: CalTRACK 3.1 to 3.4; ASHRAE Guideline 14, change-point models."</p>

            <h2>"The range beside it"</h2>
            <p>"\u{201c}12,300 ± 900 kWh\u{201d} means: of a hundred normal months about 95 lie between 11,400 and 13,200. The width comes from how far past months of this meter and of its commodity lay from what was expected of them, counted, not assumed to be bell-shaped."</p>
            <p class="source">"How well a baseline fits is told by CV(RMSE) and NMBE as in ASHRAE Guideline 14 (limits there for monthly data: 15 % and ±5 %)."</p>

            <h2>"Why an alert is raised"</h2>
            <p>"Named problems compete: a single jump or fall, a lasting step, a slow rise, zero where there is always use, a repeated reading, a factor between units, a moved decimal mark, two periods in one, a negative quantity, two meters exchanged. For each the question is how much better it explains the reading than a normal month would. The pieces of evidence and their weights stand on the alert; their sum is the score. Rules over bills need no score: overlapping or missing days, a bill sent twice, cost without use, use without cost, a unit price out of range, a bill for a closed or unknown meter."</p>
            <p>"Months in a row with one cause are one alert that grows. Many meters that move alike at the same time are one finding that names them all. A corrected reading that removes the cause closes the alert by itself: \u{201c}resolved by restatement\u{201d}."</p>

            <h2>"How many false alarms"</h2>
            <p>"You set how many false alarms a meter may raise in a year. The threshold of the score follows from your own history: nearly all months are normal, so the upper part of their scores shows how fast normal months thin out. Verdicts on alerts make a rule weigh more or less. Any other number can be replayed on the stored history before it is accepted."</p>

            <h2>"What it costs"</h2>
            <p>"The excess, observed minus expected, times the price of a unit: the median of the meter's last bills; else a price that you have set; else, where all bills are in one currency, the median of other meters of the commodity. The range of the cost is that of the expected use. Costs are summed from the first month of the alert to the last."</p>
            <p>"Where the reading itself is wrong, its excess was never used and times a price it is no money. Then the cost is what the bills charge beyond the expected use, as far as they say it; else there is none until the reading is corrected."</p>
            <p class="source">"Cost avoidance as avoided use at the present unit cost: EnergyCAP glossary; avoided use as counterfactual minus actual: CalTRACK 1.4.5."</p>

            <h2>"What people know"</h2>
            <p>"Closures, works, new tenants and new usual levels are entered with their author and period. Their months are neither judged nor learnt from; with a new tenant or a new usual level, such as a step that was found right, the baseline begins anew."</p>
            <p class="source">"Non-routine adjustments: IPMVP, and the EVO guide on non-routine events."</p>

            <h2>"Where a number came from"</h2>
            <p>"Each reading names its mail, file, sheet and cell. A correction never overwrites: the earlier value stays, marked as superseded."</p>
        </article>
    }
    .into_any()
}
