//! Warns before a session ends, and keeps what was typed (WCAG 2.2, 2.2.1 and 2.2.6).

use leptos::prelude::*;

/// Shows the dialog inside it two minutes before the session ends. Staying logged in leaves the page as it is; when the session has
/// ended, logging in opens another tab, so that what was typed here is not lost. The dialog is made by the server
/// (`session_dialog`): the browser part holds no texts, and needs no props to carry them.
#[island]
pub fn SessionWarning(children: Children) -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::watch();
    children()
}

/// What the dialog says, and where its buttons lead.
#[cfg(feature = "ssr")]
pub struct SessionDialog {
    /// Seconds until the session ends if nothing is done, and whatever is done.
    pub seconds: i64,
    pub seconds_at_most: i64,
    /// Where to stay logged in (POST), to log out (POST), and to log in again.
    pub stay: String,
    pub log_out: String,
    pub log_in: String,
    pub soon: &'static str,
    pub soon_text: &'static str,
    pub left: &'static str,
    pub left_unit: &'static str,
    pub stay_label: &'static str,
    pub log_out_label: &'static str,
    pub over: &'static str,
    pub over_text: &'static str,
    pub again: &'static str,
}

#[cfg(feature = "ssr")]
impl SessionDialog {
    pub fn view(self) -> impl IntoView {
        view! {
            <SessionWarning>
                <dialog
                    class="voordeur-session"
                    id="sessie"
                    aria-labelledby="sessie-titel"
                    data-seconds=self.seconds.to_string()
                    data-seconds-at-most=self.seconds_at_most.to_string()
                    data-stay=self.stay
                >
                    <div class="voordeur-stack" id="sessie-bijna">
                        <h2 class="nl-heading nl-heading--level-2" id="sessie-titel">{self.soon}</h2>
                        <p class="nl-paragraph">{self.soon_text}</p>
                        <p class="nl-paragraph" role="timer">
                            {self.left} " " <b class="voordeur-number" id="sessie-tijd"></b> " " {self.left_unit}
                        </p>
                        <div class="utrecht-button-group">
                            <button class="nl-button nl-button--primary" type="button" id="sessie-blijf">{self.stay_label}</button>
                            <form method="post" action=self.log_out>
                                <button class="nl-button nl-button--secondary" type="submit">{self.log_out_label}</button>
                            </form>
                        </div>
                    </div>
                    <div class="voordeur-stack" id="sessie-voorbij" role="alert" hidden>
                        <h2 class="nl-heading nl-heading--level-2" id="sessie-voorbij-titel">{self.over}</h2>
                        <p class="nl-paragraph">{self.over_text}</p>
                        <p><a class="nl-button nl-button--primary" id="sessie-opnieuw" href=self.log_in target="_blank">{self.again}</a></p>
                    </div>
                </dialog>
            </SessionWarning>
        }
    }
}

/// Where the session stands, as the browser sees it.
#[cfg(any(feature = "hydrate", test))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Fine,
    /// Seconds left.
    Soon(u32),
    Over,
}

#[cfg(any(feature = "hydrate", test))]
impl Standing {
    /// WCAG 2.2.1 asks for at least 20 seconds to answer; two minutes leave time to come back to the screen.
    const WARN_FROM: u32 = 120;

    /// Whole numbers only: printing and reading fractions would make the browser part a tenth larger.
    fn new(milliseconds_left: i64) -> Self {
        match u32::try_from((milliseconds_left + 999) / 1000) {
            Ok(0) | Err(_) => Self::Over,
            Ok(seconds) if seconds <= Self::WARN_FROM => Self::Soon(seconds),
            Ok(_) => Self::Fine,
        }
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::Cell, rc::Rc, time::Duration};

    use leptos::{
        prelude::{document, set_interval, window},
        task::spawn_local,
        wasm_bindgen::{JsCast, closure::Closure},
    };
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{Element, Event, HtmlDialogElement, HtmlElement, RequestInit};

    use super::Standing;

    /// Shared by the tabs of one browser, so that reading in one tab does not raise a warning in another.
    const ENDS: &str = "voordeur-session-ends";

    pub(super) fn watch() {
        let Some(dialog) = Dialog::find() else { return };
        let dialog = Rc::new(dialog);
        dialog.shared_end(now() + dialog.milliseconds("data-seconds"));
        let stay = {
            let dialog = Rc::clone(&dialog);
            Closure::<dyn FnMut(Event)>::new(move |event: Event| {
                // Escape stays logged in too; once the session is over it must not uncover the page.
                event.prevent_default();
                if dialog.shown.get() != Standing::Over {
                    let dialog = Rc::clone(&dialog);
                    spawn_local(async move { dialog.stay().await });
                }
            })
        };
        let on = stay.as_ref().unchecked_ref();
        _ = dialog.element.add_event_listener_with_callback("cancel", on);
        if let Some(button) = element("sessie-blijf") {
            _ = button.add_event_listener_with_callback("click", on);
        }
        // Lives as long as the page.
        stay.forget();
        set_interval(move || dialog.tick(), Duration::from_secs(1));
    }

    struct Dialog {
        element: HtmlDialogElement,
        /// Milliseconds since 1970. By the clock and not by counting: a computer that slept must not think the session lasts.
        at_most: i64,
        shown: Cell<Standing>,
    }

    impl Dialog {
        fn find() -> Option<Self> {
            let element: HtmlDialogElement = element("sessie")?.dyn_into().ok()?;
            let mut dialog = Self { element, at_most: 0, shown: Cell::new(Standing::Fine) };
            dialog.at_most = now() + dialog.milliseconds("data-seconds-at-most");
            Some(dialog)
        }

        fn milliseconds(&self, attribute: &str) -> i64 {
            self.element.get_attribute(attribute).and_then(|seconds| seconds.parse::<i64>().ok()).unwrap_or(0) * 1000
        }

        fn tick(&self) {
            let ends = shared().unwrap_or(self.at_most).min(self.at_most);
            let standing = Standing::new(ends - now());
            if standing != self.shown.replace(standing) {
                self.show(standing);
            }
            match standing {
                Standing::Fine => self.element.close(),
                _ if self.element.open() => {}
                // Also when a browser closed it in spite of us.
                _ => {
                    _ = self.element.show_modal();
                    focus(standing);
                }
            }
        }

        fn show(&self, standing: Standing) {
            if let (Standing::Soon(seconds), Some(left)) = (standing, element("sessie-tijd")) {
                left.set_text_content(Some(&seconds.to_string()));
            }
            let over = standing == Standing::Over;
            hide("sessie-bijna", over);
            hide("sessie-voorbij", !over);
            _ = self.element.class_list().toggle_with_force("voordeur-session--over", over);
            let title = if over { "sessie-voorbij-titel" } else { "sessie-titel" };
            _ = self.element.set_attribute("aria-labelledby", title);
            if over && self.element.open() {
                focus(standing);
            }
        }

        async fn stay(&self) {
            let init = RequestInit::new();
            init.set_method("POST");
            let address = self.element.get_attribute("data-stay").unwrap_or_default();
            let answer = JsFuture::from(window().fetch_with_str_and_init(&address, &init)).await;
            let stayed = answer.is_ok_and(|answer| web_sys::Response::from(answer).ok());
            self.shared_end(if stayed { now() + self.milliseconds("data-seconds") } else { 0 });
            self.tick();
        }

        fn shared_end(&self, ends: i64) {
            if let Ok(Some(storage)) = window().local_storage() {
                _ = storage.set_item(ENDS, &ends.to_string());
            }
        }
    }

    fn shared() -> Option<i64> {
        window().local_storage().ok()??.get_item(ENDS).ok()??.parse().ok()
    }

    fn now() -> i64 {
        js_sys::Date::now() as i64
    }

    fn element(id: &str) -> Option<Element> {
        document().get_element_by_id(id)
    }

    /// What one most likely wants to do next.
    fn focus(standing: Standing) {
        let id = if standing == Standing::Over { "sessie-opnieuw" } else { "sessie-blijf" };
        if let Some(element) = element(id).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            _ = element.focus();
        }
    }

    fn hide(id: &str, hidden: bool) {
        if let Some(element) = element(id) {
            _ = element.toggle_attribute_with_force("hidden", hidden);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_warning_comes_two_minutes_before_the_end() {
        assert_eq!(Standing::new(120_001), Standing::Fine);
        assert_eq!(Standing::new(120_000), Standing::Soon(120));
        assert_eq!(Standing::new(1), Standing::Soon(1));
        assert_eq!(Standing::new(0), Standing::Over);
        assert_eq!(Standing::new(-5_000), Standing::Over);
    }
}
