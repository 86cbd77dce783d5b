// The rows of the table as a file: what this page holds of them, as CSV for spreadsheets or JSON, exact.

/** The shortest decimal that reads back as the same 32-bit number. */
function shortest(value) {
  for (let digits = 6; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return text;
  }
  return value;
}

function recordOf(row) {
  const record = {};
  if (held.ids) record.record = held.ids[row];
  if (column.label) record.label = labelOf(row);
  for (const [name, stored] of [
    ["exposure", "exposure"],
    ["exposure_lo", "lo"],
    ["exposure_hi", "hi"],
  ]) {
    record[name] = Number.isFinite(column[stored][row]) ? shortest(column[stored][row]) : null;
  }
  record.exposed = column.exposed[row] === 1;
  for (const name of ["hits", "trials", "false_hits", "false_trials"]) record[name] = column[name][row];
  for (const name of ["memorization", "effect"]) {
    record[name] = Number.isFinite(column[name][row]) ? shortest(column[name][row]) : null;
  }
  record.cause = causeOf(row);
  record.reason = held.reasons[row] || "";
  record.action = held.actions[row] || "";
  return record;
}

/** A cell of a CSV file: quoted by RFC 4180 where it must be; text that a spreadsheet would run is led by a quote. */
function cell(value) {
  if (value === null) return "";
  let text = String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text) && !isNumber(text)) text = "'" + text;
  return /[",\r\n]/.test(text) || text !== text.trim() ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function isNumber(text) {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
}

function csvOf(rows) {
  const records = Array.from(rows, recordOf);
  const names = Object.keys(recordOf(0));
  return [names, ...records.map((record) => names.map((name) => record[name]))]
    .map((cells) => cells.map(cell).join(",") + "\r\n")
    .join("");
}

function jsonOf(rows) {
  return "[" + Array.from(rows, (row) => "\n" + JSON.stringify(recordOf(row))).join(",") + "\n]\n";
}

function save(name, kind, text) {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function startDownloads() {
  const buttons = {
    "download-csv": () => save("records.csv", "text/csv;charset=utf-8", csvOf(state.rows)),
    "download-json": () => save("records.json", "application/json", jsonOf(state.rows)),
  };
  for (const [id, act] of Object.entries(buttons)) document.getElementById(id).addEventListener("click", act);
  follow(() => {
    for (const id of Object.keys(buttons)) document.getElementById(id).disabled = !state.rows.length;
  });
}
