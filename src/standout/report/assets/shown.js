// Text and figures as a reader sees them, and elements made of them. Text from data only ever becomes a text node.

const REORDERS = /[\p{Cc}\p{Cs}\p{Cn}\u202a-\u202e\u2066-\u2069]/gu;

/** Text on one line; controls and what turns the order of its neighbours become a visible mark. */
function plain(text) {
  return String(text)
    .replace(/[\t\n\r\v\f\x85\u2028\u2029]/g, " ")
    .replace(REORDERS, "\ufffd");
}

/** Plain text of at most `most` UTF-16 units, with an ellipsis where something is missing; no pair is torn apart. */
function cut(text, most) {
  const whole = String(text);
  if (whole.length <= most) return plain(whole);
  return plain(whole.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")).trimEnd() + "…";
}

/** Text for the chart library, which keeps the widths of texts in a plain object: `__proto__` and its like get a mark
 * that is not seen, or they would name what every object inherits. */
function drawable(text) {
  return text in {} ? "\u2060" + text : text;
}

/** An element of `tag` with attributes and children: elements, or text, which stays text; null is left out. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** The same for a part of a drawing. */
function draw(tag, attributes, ...children) {
  const element = document.createElementNS(document.querySelector("svg").namespaceURI, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Text from data in an element with a writing direction of its own. */
function data(text, most = 60) {
  const short = cut(text, most);
  if (!short.trim()) return make("bdi", { class: "data blank" }, "(blank)");
  return make("bdi", { class: "data", title: String(text).length > most ? cut(text, 300) : null }, short);
}

/** What a row is called: its id, or "record" where the page holds no ids. */
function nameOf(row, most = 60) {
  return held.ids ? data(held.ids[row], most) : make("span", {}, "record");
}

function spoken(row) {
  return held.ids ? "Record " + cut(held.ids[row], 60) : "A record";
}

function count(value) {
  return Math.round(value).toLocaleString("en-US");
}

function plural(value, one, many = one + "s") {
  return count(value) + " " + (value === 1 ? one : many);
}

/** An exposure: whole percents in the middle, a decimal near the ends, never a certain 0% or 100%. */
function chance(value) {
  if (!Number.isFinite(value)) return "not available";
  if (value < 0.0005) return "under 0.1%";
  if (value >= 0.9995) return "over 99.9%";
  return (100 * value).toFixed(value < 0.0995 || value >= 0.9895 ? 1 : 0) + "%";
}

/** A share with two significant digits, one decimal from 1% on. */
function rate(value) {
  if (!Number.isFinite(value)) return "not available";
  const p = 100 * value;
  if (p === 0 || p === 100) return p + "%";
  if (p >= 1) return Math.min(p, 99.9).toFixed(1) + "%";
  return p.toFixed(Math.min(1 - Math.floor(Math.log10(p)), 20)) + "%";
}

/** A rate that somebody chose, as chosen. */
function exactly(value) {
  return Number((100 * value).toFixed(8)) + "%";
}

/** Both ends of an interval, or "" where there is none. */
function between(low, high, how = chance) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "";
  return how(low) === how(high) ? how(low) : how(low) + " to " + how(high);
}

/** A figure with a true minus sign. */
function number(value, decimals = 2) {
  if (!Number.isFinite(value)) return "not available";
  return value
    .toFixed(decimals)
    .replace(/^-(?=0*\.?0*$)/, "")
    .replace("-", "−");
}
