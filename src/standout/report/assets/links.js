// What stands elsewhere on the page and leads to the table: bars of the histogram and their rows, rows of causes.

function startLinks() {
  for (const bar of document.querySelectorAll("[data-exposure]")) {
    const range = bar.dataset.exposure.split(" ").map(Number);
    if (bar.tagName === "TH") {
      const button = make("button", { type: "button", class: "open" }, ...bar.childNodes);
      button.addEventListener("click", () => showOnly({ range }));
      bar.replaceChildren(button);
    } else bar.addEventListener("click", () => showOnly({ range }));
  }
  for (const place of document.querySelectorAll("[data-cause]")) {
    const cause = held.causes.indexOf(place.dataset.cause);
    if (cause < 0) continue;
    const button = make(
      "button",
      { type: "button", class: "cause", title: "Show these records in the table" },
      ...place.childNodes,
    );
    button.addEventListener("click", () => showOnly({ cause }));
    place.replaceChildren(button);
  }
}
