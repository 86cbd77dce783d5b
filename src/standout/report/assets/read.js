// The data that the page holds, decoded once. A row is a place among the records of this page, never one in a table.

const held = JSON.parse(document.getElementById("explorer").textContent);

/** A typed array of what Python packed as {"t": kind, "b": base64, little endian}. */
function unpacked(packed) {
  const kinds = { f4: Float32Array, i4: Int32Array, u4: Uint32Array, u2: Uint16Array, u1: Uint8Array, i1: Int8Array };
  const text = atob(packed.b);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return new kinds[packed.t](bytes.buffer);
}

/** Where each row stands in a list of rows: a Map from row to place. */
function placesOf(rows) {
  const places = new Map();
  rows.forEach((row, place) => places.set(row, place));
  return places;
}

const n = held.rows; // 0 where the page may name no record: then there are curves alone
const column = {};
if (n)
  for (const name of [
    "cause",
    "exposure",
    "lo",
    "hi",
    "exposed",
    "hits",
    "trials",
    "false_hits",
    "false_trials",
    "memorization",
    "effect",
  ])
    column[name] = unpacked(held[name]);
column.label = held.label ? unpacked(held.label) : null;

const panels = (held.map ? held.map.panels : []).map((panel) => ({
  title: panel.title,
  row: unpacked(panel.row),
  x: unpacked(panel.x),
  y: unpacked(panel.y),
}));

const signals = n > 0 &&
  held.signals && {
    models: held.signals.models,
    place: placesOf(unpacked(held.signals.row)),
    low: unpacked(held.signals.low),
    high: unpacked(held.signals.high),
    value: unpacked(held.signals.value),
    member: unpacked(held.signals.marks).map((mark) => mark & 1),
    accused: unpacked(held.signals.marks).map((mark) => mark >> 1),
    threshold: unpacked(held.signals.threshold),
    side: unpacked(held.signals.side),
  };

const neighbours = held.neighbours && {
  k: held.neighbours.k,
  place: placesOf(unpacked(held.neighbours.row)),
  near: unpacked(held.neighbours.near),
};

const defences = held.defences && {
  names: held.defences.names,
  row: unpacked(held.defences.row),
  place: placesOf(unpacked(held.defences.row)),
  before: unpacked(held.defences.before),
  after: held.defences.after.map(unpacked),
};

/** The name of a row's class, or "" where none is known. */
function labelOf(row) {
  return column.label ? held.labels[column.label[row]] : "";
}

/** The name of a row's cause, or "" where none is given. */
function causeOf(row) {
  return held.causes[column.cause[row]] || "";
}
