// One record in a dialog: what it is, how exposed, why, what helps, and what lies near.

const drawer = document.getElementById("record-dialog");
let opened = -1;

function startDrawer() {
  document.getElementById("record-close").addEventListener("click", () => drawer.close());
  document.getElementById("record-before").addEventListener("click", () => step(-1));
  document.getElementById("record-after").addEventListener("click", () => step(1));
  drawer.addEventListener("click", (event) => {
    if (event.target === drawer) drawer.close();
  });
  drawer.addEventListener("close", () => (opened = -1));
  drawer.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest(".scroll")) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      step(event.key === "ArrowLeft" ? -1 : 1);
      event.preventDefault();
    }
  });
}

function openRecord(row) {
  hideTip();
  opened = row;
  const title = document.getElementById("record-title");
  title.replaceChildren(held.ids ? "Record " : "A record", held.ids ? data(held.ids[row], 60) : "");
  const place = state.rows.indexOf(row);
  document.getElementById("record-place").textContent =
    place < 0 ? "not among the rows of the table" : `${count(place + 1)} of ${count(state.rows.length)} in the table`;
  document.getElementById("record-before").disabled = place === 0 || !state.rows.length;
  document.getElementById("record-after").disabled = place === state.rows.length - 1 || !state.rows.length;
  const body = document.getElementById("record-body");
  const held_ = body.contains(document.activeElement) || document.activeElement?.disabled;
  body.replaceChildren(...[looks(row), measure(row), why(row), stripOf(row), defended(row), near(row)].filter(Boolean));
  drawer.dataset.row = row;
  if (!drawer.open) drawer.showModal();
  else if (held_) title.focus();
  body.scrollTop = 0;
}

/** The record before or after this one in the table; from a record that is not in it, the table's first. */
function step(by) {
  const place = state.rows.indexOf(opened);
  const next = place < 0 ? 0 : place + by;
  if (next >= 0 && next < state.rows.length) openRecord(state.rows[next]);
}

/** The record beside what is typical of its class: pictures, or cells. */
function looks(row) {
  const label = labelOf(row);
  const typical = Object.hasOwn(held.typical, label) ? held.typical[label] : null;
  const picture = pictureOf(row, spoken(row));
  if (picture) {
    const beside = typical && safePicture(typical.image);
    return make(
      "div",
      { class: "pair" },
      make(
        "figure",
        {},
        picture,
        make("figcaption", {}, "this record", column.label ? ", labelled " : "", column.label ? data(label, 24) : ""),
      ),
      beside
        ? make(
            "figure",
            {},
            make("img", { src: beside, alt: `A typical record labelled ${cut(label, 40)}` }),
            make("figcaption", {}, "a typical ", data(label, 24)),
          )
        : null,
    );
  }
  const lines = [];
  if (column.label) lines.push(make("p", {}, make("span", { class: "muted" }, "labelled "), data(label, 40)));
  const cells = held.cells && held.cells.of[row];
  if (cells) lines.push(cellsTable(cells, new Map((typical && typical.cells) || [])));
  return lines.length ? make("div", {}, ...lines) : null;
}

function safePicture(source) {
  return typeof source === "string" && /^data:image\/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}$/.test(source)
    ? source
    : null;
}

function cellsTable(cells, typical) {
  const rows = cells.map(([place, text]) => {
    const name = held.cells.columns[place];
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, data(name, 40)),
      make("td", {}, data(text, 60)),
      typical.size ? make("td", { class: "muted" }, typical.has(name) ? data(typical.get(name), 60) : "·") : null,
    );
  });
  return make(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": "Cells of this record" },
    make(
      "table",
      { class: "cells" },
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          ...["Column", "here", typical.size ? "typical" : null]
            .filter(Boolean)
            .map((name) => make("th", { scope: "col" }, name)),
        ),
      ),
      make("tbody", {}, ...rows),
    ),
  );
}

function measure(row) {
  const ends = between(column.lo[row], column.hi[row]);
  const flags =
    column.trials[row] + column.false_trials[row]
      ? make(
          "p",
          {},
          "Flagged in ",
          make("b", {}, `${column.hits[row]} of ${column.trials[row]}`),
          " trainings that used it, in ",
          make("b", {}, `${column.false_hits[row]} of ${column.false_trials[row]}`),
          " that did not.",
        )
      : null;
  return make(
    "div",
    { class: "measure" },
    make(
      "p",
      { class: "exposure" },
      make("strong", { class: column.exposed[row] ? null : "low" }, chance(column.exposure[row])),
      make(
        "span",
        {},
        "exposure" +
          (ends ? `; 95% interval ${ends}` : "") +
          (column.exposed[row] ? "; exposed" : "; not reported as exposed"),
      ),
    ),
    scale(column.exposure[row], column.lo[row], column.hi[row], held.above),
    flags,
  );
}

/** A figure in [0, 1] with its interval as dot and line, and a tick at `mark`; silent, for the words say it. */
function scale(value, low, high, mark) {
  const at = (v) => (2 + 96 * Math.min(Math.max(v, 0), 1)).toFixed(1) + "%";
  const line = (from, to, y1, y2, css) => draw("line", { x1: at(from), x2: at(to), y1, y2, class: css });
  const parts = [line(0, 1, 9, 9, "track"), line(mark, mark, 2, 16, "mark")];
  if (Number.isFinite(low) && Number.isFinite(high)) parts.push(line(low, high, 9, 9, "reach"));
  if (Number.isFinite(value)) parts.push(draw("circle", { cx: at(value), cy: 9, r: 5, class: "dot" }));
  return draw("svg", { class: "scale", width: "100%", height: 18, "aria-hidden": "true" }, ...parts);
}

function why(row) {
  const cause = causeOf(row),
    reason = held.reasons[row],
    action = held.actions[row];
  if (!cause && !reason && !action) return null;
  return make(
    "div",
    { class: "why" },
    make(
      "p",
      {},
      make("span", { class: "cause" }, cause ? data(cause, 40) : "no cause given"),
      " ",
      reason ? data(reason, 400) : "",
    ),
    action
      ? make(
          "p",
          { class: "action" },
          make("span", { "aria-hidden": "true" }, "→ "),
          data(action[0].toUpperCase() + action.slice(1), 200),
        )
      : null,
  );
}

/** Exposure of the record under the control and under each defence. */
function defended(row) {
  const place = defences ? defences.place.get(row) : undefined;
  if (place === undefined) return null;
  const lines = [
    ["none", defences.before[place]],
    ...defences.names.map((name, i) => [name, defences.after[i][place]]),
  ];
  return make(
    "div",
    {},
    make("h3", {}, "Under each defence"),
    make(
      "table",
      { class: "small-table" },
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          make("th", { scope: "col" }, "Defence"),
          make("th", { scope: "col", class: "num" }, "Exposure"),
          make("th", { scope: "col" }, make("span", { class: "unseen" }, "On a scale")),
        ),
      ),
      make(
        "tbody",
        {},
        ...lines.map(([name, value]) =>
          make(
            "tr",
            {},
            make("th", { scope: "row" }, data(name, 40)),
            make("td", { class: "num" }, chance(value)),
            make("td", { class: "bar-cell" }, scale(value, NaN, NaN, held.above)),
          ),
        ),
      ),
    ),
  );
}

function near(row) {
  const place = neighbours ? neighbours.place.get(row) : undefined;
  if (place === undefined) return null;
  const rows = Array.from(neighbours.near.subarray(place * neighbours.k, (place + 1) * neighbours.k)).filter(
    (other) => other >= 0,
  );
  if (!rows.length) return null;
  return make(
    "div",
    {},
    make("h3", {}, "Nearest records"),
    make(
      "ul",
      { class: "near" },
      ...rows.map((other) => {
        const button = make(
          "button",
          { type: "button", "data-row": other },
          pictureOf(other, ""),
          make("span", {}, nameOf(other, 24)),
          column.label
            ? make(
                "small",
                { class: labelOf(other) === labelOf(row) ? null : "differs" },
                "labelled ",
                data(labelOf(other), 20),
              )
            : null,
          make("small", {}, column.exposed[other] ? `exposed ${chance(column.exposure[other])}` : "not reported"),
        );
        button.addEventListener("click", () => openRecord(other));
        return make("li", {}, button);
      }),
    ),
  );
}
