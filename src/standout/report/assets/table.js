// The table of records: 50 rows at a time, sorted by the buttons in its head.

const PAGE = 50;
const COLUMNS = [
  held.ids && ["record", "Record", false],
  column.label && ["label", "Class", false],
  ["exposure", "Exposure", true],
  ["exposed", "Reported", false],
  ["hits", "Flagged", true],
  ["false_hits", "False alarms", true],
  ["memorization", "Memorization", true],
  ["cause", "Cause", false],
].filter(Boolean);
const table = document.getElementById("records-table");

function startTable() {
  const head = table.tHead.rows[0];
  for (const [name, title, figure] of COLUMNS) {
    const button = make("button", { type: "button", class: "sort", "data-sort": name }, title);
    button.addEventListener("click", () => sortBy(name));
    head.append(make("th", { scope: "col", class: figure ? "num" : null }, button));
  }
  if (!held.ids) head.append(make("th", { scope: "col" }, make("span", { class: "unseen" }, "Open")));
  table.tBodies[0].addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (row && !String(getSelection())) openRecord(Number(row.dataset.row));
  });
  document.getElementById("page-before").addEventListener("click", () => turnTo(state.page - 1));
  document.getElementById("page-after").addEventListener("click", () => turnTo(state.page + 1));
  follow(fillTable);
}

/** A column's first press sorts figures from the largest down and names from the first up; the next turns it round. */
function sortBy(name) {
  const names = name === "record" || name === "label" || name === "cause";
  change({ sort: name, down: state.sort === name ? !state.down : !names });
}

function fillTable() {
  for (const cell of table.tHead.rows[0].cells) {
    const button = cell.querySelector("button");
    if (!button) continue;
    if (button.dataset.sort === state.sort) cell.setAttribute("aria-sort", state.down ? "descending" : "ascending");
    else cell.removeAttribute("aria-sort");
  }
  const from = state.page * PAGE,
    until = Math.min(from + PAGE, state.rows.length);
  table.tBodies[0].replaceChildren(...Array.from(state.rows.subarray(from, until), tableRow));
  document.getElementById("rows-told").textContent = told(state.rows.length);
  document.getElementById("page-told").textContent = state.rows.length
    ? `Rows ${count(from + 1)} to ${count(until)} of ${count(state.rows.length)}`
    : "";
  document.getElementById("page-before").disabled = from === 0;
  document.getElementById("page-after").disabled = until >= state.rows.length;
}

function told(rows) {
  if (rows === n) return `All ${plural(n, "record")}`;
  return rows ? `${count(rows)} of ${plural(n, "record")}` : "No record matches";
}

function tableRow(row) {
  const exposed = column.exposed[row] === 1;
  const cells = COLUMNS.map(([name]) => {
    if (name === "record") return make("th", { scope: "row" }, opener(row, nameOf(row, 40)));
    if (name === "label") return make("td", {}, data(labelOf(row), 30));
    if (name === "exposure") return make("td", { class: "num" }, ...exposureOf(row));
    if (name === "exposed") return make("td", { class: exposed ? "is-exposed" : "muted" }, exposed ? "exposed" : "no");
    if (name === "hits") return make("td", { class: "num" }, ratio(column.hits[row], column.trials[row]));
    if (name === "false_hits")
      return make("td", { class: "num" }, ratio(column.false_hits[row], column.false_trials[row]));
    if (name === "memorization") return make("td", { class: "num" }, number(column.memorization[row]));
    return make("td", {}, causeOf(row) ? make("span", { class: "cause" }, data(causeOf(row), 40)) : "");
  });
  if (!held.ids) cells.push(make("td", {}, opener(row, "open")));
  return make("tr", { "data-row": row, class: exposed ? "found" : null }, ...cells);
}

/** The button that opens a record, with its picture where there is one. */
function opener(row, name) {
  return make("button", { type: "button", class: "open" }, pictureOf(row, ""), name);
}

function exposureOf(row) {
  const ends = between(column.lo[row], column.hi[row]);
  return [make("b", {}, chance(column.exposure[row])), ends ? make("small", {}, ends) : null].filter(Boolean);
}

function ratio(some, all) {
  return all ? `${some}/${all}` : "";
}
