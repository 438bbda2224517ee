//! The way in.

use leptos::prelude::*;

/// The form; `anybody` says whether there is a user at all.
pub fn sign_in(message: Option<&str>, name: &str, next: &str, anybody: bool) -> AnyView {
    let message =
        message.map(|text| view! { <p class="notice failed" role="alert">{text.to_owned()}</p> });
    let first = (!anybody).then(|| {
        view! {
            <div class="notice">
                <p>"There is no user yet. Add the first one on the machine that runs meterwatch: "<code>"meterwatch user add NAME --role admin"</code></p>
            </div>
        }
    });
    view! {
        <div class="sign-in">
            <h1>"Sign in"</h1>
            {first}
            {message}
            <form class="stack" method="post" action="/sign-in">
                <input type="hidden" name="next" value=next.to_owned()/>
                <label><span>"Name"</span><input name="name" value=name.to_owned() autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus/></label>
                <label><span>"Password"</span><input name="password" type="password" autocomplete="current-password" required/></label>
                <button class="primary" type="submit">"Sign in"</button>
            </form>
        </div>
    }
    .into_any()
}
