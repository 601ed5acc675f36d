// Shows what may help already, below what somebody writes. The next page of the form shows the same without script.
const place = document.querySelector("[data-suggest]");
const form = place?.closest("form");
if (form) {
  let timer;
  let asked = "";
  const ask = async () => {
    const fields = new URLSearchParams({ soort: place.dataset.kind });
    for (const name of ["titel", "tekst"]) fields.set(name, form.elements[name]?.value ?? "");
    const text = fields.toString();
    if (text === asked || fields.get("tekst").length + fields.get("titel").length < 12) return;
    asked = text;
    const answer = await fetch(place.dataset.suggest, { method: "POST", body: fields, headers: { accept: "text/html" } }).catch(() => undefined);
    if (answer?.ok && text === asked) place.innerHTML = await answer.text();
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 700);
  });
}
