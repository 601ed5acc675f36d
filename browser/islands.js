// Starts the browser part: each island on the page, outer ones first, is a function of that name in the WebAssembly.
// `cargo xtask site` puts the real file names in.
import init, * as part from "./voordeur.js";

// Tells of messages that come while the page is looked at. A hidden page does not listen: a browser has few connections to a site.
const news = document.getElementById("nieuws");
if (news) {
  const badge = document.getElementById("ongelezen");
  let known = Number(news.dataset.unread ?? NaN);
  let source;
  const tell = ({ data }) => {
    const unread = Number(data);
    if (badge) {
      badge.hidden = unread === 0;
      for (const part of badge.children) part.textContent = part.textContent.replace(/\d+/, unread);
    }
    const words = document.getElementById("nieuws-tekst");
    if (unread > known && words && !news.firstChild) news.append(words.content.cloneNode(true));
    known = unread;
  };
  const follow = () => {
    source?.close();
    if (document.hidden) return;
    source = new EventSource(news.dataset.stream);
    source.addEventListener("message", tell);
  };
  document.addEventListener("visibilitychange", follow);
  // Who clicks on at once is not listened for.
  setTimeout(follow, 2000);
}

await init({ module_or_path: new URL("./voordeur.wasm", import.meta.url) });
part.hydrate();
for (const island of document.querySelectorAll("leptos-island")) part[island.dataset.component]?.(island);
