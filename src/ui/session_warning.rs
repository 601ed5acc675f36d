//! Warns before a session ends, and keeps what was typed (WCAG 2.2, 2.2.1 and 2.2.6).

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The words of the warning, chosen by the server: the browser part holds no texts.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WarningTexts {
    pub soon: String,
    pub soon_text: String,
    pub left: String,
    pub seconds: String,
    pub stay: String,
    pub log_out: String,
    pub over: String,
    pub over_text: String,
    pub again: String,
}

/// Where the session stands, as the browser sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(any(feature = "hydrate", test)), expect(dead_code, reason = "only a browser counts down"))]
enum Standing {
    Fine,
    /// Seconds left.
    Soon(u32),
    Over,
}

#[cfg(any(feature = "hydrate", test))]
impl Standing {
    /// WCAG 2.2.1 asks for at least 20 seconds to answer; two minutes leave time to come back to the screen.
    const WARN_FROM: f64 = 120.0;

    fn new(seconds_left: f64) -> Self {
        if seconds_left <= 0.0 {
            Self::Over
        } else if seconds_left <= Self::WARN_FROM {
            Self::Soon(seconds_left.ceil() as u32)
        } else {
            Self::Fine
        }
    }
}

/// A dialog two minutes before the session ends. Staying logged in leaves the page as it is; when the session has ended, logging in
/// opens another tab, so that what was typed here is not lost.
#[island]
pub fn SessionWarning(
    /// Seconds until the session ends if nothing is done.
    seconds: u32,
    /// Seconds until it ends whatever is done.
    seconds_at_most: u32,
    texts: WarningTexts,
    /// Where to stay logged in (POST), to log out (POST), and to log in again.
    stay: String,
    log_out: String,
    log_in: String,
) -> impl IntoView {
    let standing = RwSignal::new(Standing::Fine);
    let dialog = NodeRef::<leptos::html::Dialog>::new();
    #[cfg(feature = "hydrate")]
    let on_stay = browser::watch(standing, dialog, seconds, seconds_at_most, stay);
    #[cfg(not(feature = "hydrate"))]
    let on_stay = {
        let _ = (seconds, seconds_at_most, stay);
        |_: leptos::ev::MouseEvent| ()
    };
    let left = move || match standing.get() {
        Standing::Soon(left) => left.to_string(),
        _ => String::new(),
    };
    let over = move || standing.get() == Standing::Over;
    view! {
        <dialog class="voordeur-session" class:voordeur-session--over=over node_ref=dialog aria-labelledby="sessie-titel">
            <div class="voordeur-stack" hidden=over>
                <h2 class="nl-heading nl-heading--level-2" id="sessie-titel">{texts.soon}</h2>
                <p class="nl-paragraph">{texts.soon_text}</p>
                <p class="nl-paragraph" role="timer">{texts.left} " " <b class="voordeur-number">{left}</b> " " {texts.seconds}</p>
                <div class="utrecht-button-group">
                    <button class="nl-button nl-button--primary" type="button" on:click=on_stay>{texts.stay}</button>
                    <form method="post" action=log_out>
                        <button class="nl-button nl-button--secondary" type="submit">{texts.log_out}</button>
                    </form>
                </div>
            </div>
            <div class="voordeur-stack" role="alert" hidden=move || !over()>
                <h2 class="nl-heading nl-heading--level-2">{texts.over}</h2>
                <p class="nl-paragraph">{texts.over_text}</p>
                <p><a class="nl-button nl-button--primary" href=log_in target="_blank">{texts.again}</a></p>
            </div>
        </dialog>
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::{ev::MouseEvent, html::Dialog, prelude::*, task::spawn_local};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::RequestInit;

    use super::Standing;

    /// Shared by the tabs of one browser, so that reading in one tab does not raise a warning in another.
    const ENDS: &str = "voordeur-session-ends";

    pub(super) fn watch(
        standing: RwSignal<Standing>,
        dialog: NodeRef<Dialog>,
        seconds: u32,
        seconds_at_most: u32,
        stay: String,
    ) -> impl Fn(MouseEvent) + Clone {
        // By the clock and not by counting: a computer that slept must not think the session lasts.
        let loaded = js_sys::Date::now();
        let at_most = loaded + f64::from(seconds_at_most) * 1000.0;
        let ends = move |from: f64| (from + f64::from(seconds) * 1000.0).min(at_most);
        share(ends(loaded));
        set_interval(move || tick(standing, dialog, at_most), std::time::Duration::from_secs(1));
        move |_| {
            let stay = stay.clone();
            spawn_local(async move {
                if extend(&stay).await {
                    share(ends(js_sys::Date::now()));
                } else {
                    share(0.0);
                }
                tick(standing, dialog, at_most);
            });
        }
    }

    fn tick(standing: RwSignal<Standing>, dialog: NodeRef<Dialog>, at_most: f64) {
        let ends = shared().unwrap_or(at_most).min(at_most);
        let now = Standing::new((ends - js_sys::Date::now()) / 1000.0);
        if now == standing.get_untracked() {
            return;
        }
        standing.set(now);
        let Some(dialog) = dialog.get_untracked() else { return };
        match now {
            Standing::Fine => dialog.close(),
            _ if !dialog.open() => _ = dialog.show_modal(),
            _ => {}
        }
    }

    async fn extend(stay: &str) -> bool {
        let init = RequestInit::new();
        init.set_method("POST");
        let answer = JsFuture::from(window().fetch_with_str_and_init(stay, &init)).await;
        answer.is_ok_and(|answer| web_sys::Response::from(answer).ok())
    }

    fn share(ends: f64) {
        if let Ok(Some(storage)) = window().local_storage() {
            _ = storage.set_item(ENDS, &ends.to_string());
        }
    }

    fn shared() -> Option<f64> {
        window().local_storage().ok()??.get_item(ENDS).ok()??.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_comes_two_minutes_before_the_end() {
        assert_eq!(Standing::new(121.0), Standing::Fine);
        assert_eq!(Standing::new(120.0), Standing::Soon(120));
        assert_eq!(Standing::new(0.2), Standing::Soon(1));
        assert_eq!(Standing::new(0.0), Standing::Over);
        assert_eq!(Standing::new(-5.0), Standing::Over);
    }
}
