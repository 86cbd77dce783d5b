// Which records are shown and in what order. Everything that draws subscribes; nothing else holds a copy.

const EVERYTHING = {
  text: "",
  label: -1,
  cause: -1,
  exposedOnly: false,
  least: 0,
  range: null,
  chosen: null,
  chosenCount: 0,
};
const state = {
  sort: "exposure",
  down: true,
  ...EVERYTHING,
  rows: new Int32Array(0),
  inside: new Uint8Array(n),
  page: 0,
};
const followers = [];
const orders = new Map();
let sought = null;

function follow(follower) {
  followers.push(follower);
}

/** Values by which a column sorts: numbers as they are, names by their place in the order of names. */
function sortable(name) {
  if (name === "record") return ranks(held.ids, n, (row) => row);
  if (name === "label") return ranks(held.labels, n, (row) => column.label[row]);
  if (name === "cause") return ranks(held.causes, n, (row) => column.cause[row]);
  return column[name];
}

/** The place of each row's name among all names in natural order: 2 before 10. */
function ranks(names, many, place) {
  const collator = new Intl.Collator("en", { numeric: true });
  const sorted = Array.from(names.keys());
  const numeric = names.every((name) => /^\d{1,15}$/.test(name));
  if (numeric) sorted.sort((a, b) => names[a] - names[b]);
  else sorted.sort((a, b) => collator.compare(names[a], names[b]));
  const rank = new Float64Array(names.length);
  sorted.forEach((name, i) => (rank[name] = i > 0 && names[name] === names[sorted[i - 1]] ? rank[sorted[i - 1]] : i));
  names.forEach((name, i) => name === "" && (rank[i] = NaN)); // what has no name stands last, whichever way round
  return Float64Array.from({ length: many }, (_, row) => rank[place(row)]);
}

/** All rows in the order of a column; what is no number comes last, ties go by exposure, then by the user's order. */
function ordered(name, down) {
  const key = name + (down ? "-" : "+");
  if (!orders.has(key)) {
    const values = sortable(name),
      sign = down ? -1 : 1;
    const rows =
      key === "exposure-" ? Int32Array.from({ length: n }, (_, row) => row) : ordered("exposure", true).slice();
    orders.set(
      key,
      rows.sort((a, b) => {
        const x = values[a],
          y = values[b];
        if (x < y) return -sign;
        if (x > y) return sign;
        return (x !== x) - (y !== y); // sorting is stable
      }),
    );
  }
  return orders.get(key);
}

function refilter() {
  const text = state.text.trim().toLowerCase();
  if (text && held.ids && !sought) sought = held.ids.map((id) => id.toLowerCase());
  const { label, cause, exposedOnly, least, range, chosen, inside } = state;
  const rows = new Int32Array(n);
  let found = 0;
  for (const row of ordered(state.sort, state.down)) {
    const keep =
      (label < 0 || column.label[row] === label) &&
      (cause < 0 || column.cause[row] === cause) &&
      (!exposedOnly || column.exposed[row] === 1) &&
      (least <= 0 || column.exposure[row] >= Math.fround(least)) &&
      (!range || within(column.exposure[row], range)) &&
      (!chosen || chosen[row] === 1) &&
      (!text || !sought || sought[row].includes(text));
    inside[row] = keep ? 1 : 0;
    if (keep) rows[found++] = row;
  }
  state.rows = rows.subarray(0, found);
}

/** Whether an exposure lies in a part of the histogram: its lower end belongs to it, the last one holds 1 as well. */
function within(value, [low, high]) {
  return value >= Math.fround(low) && (value < Math.fround(high) || high >= 1);
}

/** Change filters or the order, from the first page on, and tell all who follow: true where rows may come or go. */
function change(what) {
  Object.assign(state, { page: 0 }, what);
  refilter();
  const filtered = !("sort" in what);
  for (const follower of followers) follower(filtered);
}

/** Another page of the same rows. */
function turnTo(page) {
  state.page = page;
  for (const follower of followers) follower(false);
}
