// The form above the table, and a chip for each filter that was set elsewhere: on the map or in a drawing.

let typing = 0; // until a pause, what is typed stands in the field and not yet in the state

function startFilters() {
  const search = document.getElementById("search");
  search.closest("label").hidden = !held.ids;
  const typed = () => {
    typing = 0;
    change({ text: search.value });
  };
  search.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(typed, n > 5000 ? 150 : 0);
  });
  startChoice("filter-class", column.label ? held.labels : [], "label");
  startChoice("filter-cause", held.causes, "cause");
  const exposed = document.getElementById("only-exposed");
  exposed.addEventListener("change", () => change({ exposedOnly: exposed.checked }));
  const least = document.getElementById("least-exposure");
  least.addEventListener("input", () => change({ least: Math.min(Math.max(Number(least.value) || 0, 0), 100) / 100 }));
  document.getElementById("clear-filters").addEventListener("click", () => {
    clearTimeout(typing);
    typing = 0;
    change({ ...EVERYTHING });
  });
  follow(showFilters);
}

/** A choice among the names that some record of the page has; without any, the choice stays hidden. */
function startChoice(id, names, what) {
  const choice = document.getElementById(id);
  const tally = new Uint32Array(names.length);
  if (names.length) for (const place of column[what]) tally[place]++;
  const order = Array.from(names.keys()).filter((place) => tally[place]);
  const collator = new Intl.Collator("en", { numeric: true });
  if (what === "label") order.sort((a, b) => collator.compare(names[a], names[b]));
  if (what === "cause") order.sort((a, b) => !names[a] - !names[b]); // "no cause" last
  for (const place of order) {
    const name = names[place] ? cut(names[place], 60) : what === "cause" ? "no cause given" : "(blank)";
    choice.append(make("option", { value: place }, `${name} (${count(tally[place])})`));
  }
  choice.closest("label").hidden = order.length < 2;
  choice.addEventListener("change", () => change({ [what]: choice.value === "" ? -1 : Number(choice.value) }));
}

/** The form says what the state is, whoever changed it. */
function showFilters(refiltered) {
  if (!refiltered) return;
  const put = (id, value) => {
    const field = document.getElementById(id);
    if (document.activeElement !== field || !value) field.value = value;
  };
  if (!typing) put("search", state.text);
  document.getElementById("filter-class").value = state.label < 0 ? "" : String(state.label);
  document.getElementById("filter-cause").value = state.cause < 0 ? "" : String(state.cause);
  document.getElementById("only-exposed").checked = state.exposedOnly;
  put("least-exposure", state.least ? String(Math.round(state.least * 1000) / 10) : "");
  const chips = [];
  if (state.chosen)
    chips.push(chip(`${plural(state.chosenCount, "record")} of the map`, "chosen", { chosen: null, chosenCount: 0 }));
  if (state.range)
    chips.push(chip(`exposure ${exactly(state.range[0])} to ${exactly(state.range[1])}`, "range", { range: null }));
  document.getElementById("chips").replaceChildren(...chips);
  const { text, label, cause, exposedOnly, least, range, chosen } = state;
  document.getElementById("clear-filters").hidden =
    !text && label < 0 && cause < 0 && !exposedOnly && least <= 0 && !range && !chosen;
}

function chip(text, what, without) {
  const button = make(
    "button",
    { type: "button", class: "chip", "data-clears": what, "aria-label": `${text}: clear this filter` },
    text,
    make("span", { "aria-hidden": "true" }, " ×"),
  );
  button.addEventListener("click", () => {
    change(without);
    document.getElementById("rows-told").focus();
  });
  return button;
}

/** Go to the table with one filter and no other: what links elsewhere on the page do. */
function showOnly(filter) {
  change({ ...EVERYTHING, ...filter });
  document.getElementById("records-h").focus();
  document.getElementById("records-h").scrollIntoView({ block: "start" });
}
