// Starts the browser part: each island on the page, outer ones first, is a function of that name in the WebAssembly.
// `cargo xtask site` puts the real file names in.
import init, * as part from "./voordeur.js";

await init({ module_or_path: new URL("./voordeur.wasm", import.meta.url) });
part.hydrate();
for (const island of document.querySelectorAll("leptos-island")) part[island.dataset.component]?.(island);
