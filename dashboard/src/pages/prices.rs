//! Prices for bills that state none.

use leptos::prelude::*;
use readings::commodity::Commodity;

use super::detection::Tabs;
use crate::format;
use crate::views::{TariffList, TariffRow};

/// The page.
pub fn prices(list: TariffList, may_set: bool) -> AnyView {
    let TariffList { rows, sites } = list;
    let form = may_set.then(|| {
        let sites = sites
            .into_iter()
            .map(|(id, name)| view! { <option value=id.get()>{name}</option> });
        let commodities = Commodity::ALL
            .iter()
            .map(|it| view! { <option value=it.code()>{it.label()}</option> });
        view! {
            <form class="panel set-form" method="post" action="/prices" aria-labelledby="set-heading">
                <h2 id="set-heading">"Set a price"</h2>
                <label><span>"Commodity"</span><select name="commodity">{commodities.collect_view()}</select></label>
                <label><span>"Site"</span><select name="site"><option value="">"All sites"</option>{sites.collect_view()}</select></label>
                <label><span>"Price"</span><input type="text" name="price" inputmode="decimal" required placeholder="0.26" autocomplete="off"/></label>
                <label><span>"Currency"</span><input type="text" name="currency" required placeholder="EUR" maxlength="3" autocomplete="off"/></label>
                <label><span>"For one"</span><input type="text" name="unit" required placeholder="kWh" maxlength="20" autocomplete="off"/></label>
                <label><span>"From"</span><input type="date" name="from" required/></label>
                <button class="primary" type="submit">"Set"</button>
            </form>
        }
    });
    let table = if rows.is_empty() {
        view! {
            <div class="empty">
                <p class="empty-title">"No prices are set."</p>
                <p>"The meter's own bills say what a unit costs. Where they state none, a price that is set here values the excess of an alert."</p>
            </div>
        }
        .into_any()
    } else {
        view! { <Table rows=rows may_set=may_set/> }.into_any()
    };
    view! {
        <Tabs at="/prices"/>
        <div class="page-head">
            <h1>"Prices"</h1>
            <p class="muted">"A meter's own bills come first; then these; then the bills of other meters of the commodity."</p>
        </div>
        {form}
        {table}
    }
    .into_any()
}

#[component]
fn Table(rows: Vec<TariffRow>, may_set: bool) -> impl IntoView {
    let lines = rows.into_iter().map(|row| {
        let withdraw = may_set.then(|| {
            view! {
                <td class="col-action">
                    <form method="post" action=format!("/prices/{}/withdraw", row.tariff_id)>
                        <button class="quiet" type="submit" aria-label=format!("Withdraw the price of {}", row.commodity)>"Withdraw"</button>
                    </form>
                </td>
            }
        });
        let commodity = row.commodity.parse::<Commodity>().map_or(row.commodity.clone(), |it| it.label().to_owned());
        view! {
            <tr>
                <th scope="row">{commodity}</th>
                <td>{row.site.unwrap_or_else(|| "All sites".to_owned())}<span class="under">{row.meter}</span></td>
                <td class="figure">{format::unit_price(row.price, Some(&row.currency), &row.unit)}</td>
                <td>"from "{format::date(row.starts_on)}</td>
                <td class="wide-only">{row.author}</td>
                {withdraw}
            </tr>
        }
    });
    view! {
        <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Prices">
            <table class="plain rows">
                <caption class="visually-hidden">"Prices that are set"</caption>
                <thead><tr>
                    <th scope="col">"Commodity"</th><th scope="col">"Where"</th><th scope="col" class="figure">"Price"</th>
                    <th scope="col">"Valid"</th><th scope="col" class="wide-only">"Set by"</th>
                    {may_set.then(|| view! { <th scope="col"><span class="visually-hidden">"Action"</span></th> })}
                </tr></thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
