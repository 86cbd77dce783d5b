// A record's signal under the models: two lanes of dots, those that trained on it and those that did not, and the side
// on which its own test accuses. It is drawn as wide as its place and has a table beside it.

const LANES = [
  [1, "trained on it"],
  [0, "did not"],
];

/** {values: signal of each model, member and accused: 0 or 1 of each, threshold, side} of a row, or null where it is not
 * held. Values are in steps, for drawing; whom the test accuses was found on the signals themselves. */
function signalsOf(row) {
  const place = signals ? signals.place.get(row) : undefined;
  if (place === undefined) return null;
  const { models } = signals,
    low = signals.low[place],
    step = (signals.high[place] - low) / 255;
  return {
    values: Array.from({ length: models }, (_, j) => low + step * signals.value[place * models + j]),
    member: signals.member.subarray(place * models, (place + 1) * models),
    accused: signals.accused.subarray(place * models, (place + 1) * models),
    threshold: signals.threshold[place],
    side: signals.side[place],
  };
}

/** Values of one lane, in order, and how many of them the test accuses. */
function laneOf({ values, member, accused, threshold }, which) {
  const own = values.filter((_, j) => member[j] === which).sort((a, b) => a - b);
  const found = member.reduce((sum, m, j) => sum + (m === which && accused[j] ? 1 : 0), 0);
  return { own, accused: Number.isFinite(threshold) ? found : null };
}

function stripOf(row) {
  const found = signalsOf(row);
  if (!found) return null;
  const { values, threshold, side } = found;
  const tested = Number.isFinite(threshold) && side !== 0;
  const ends = tested ? [...values, threshold] : values;
  const low = Math.min(...ends),
    wide = Math.max(...ends) - low || 1;
  const width = innerWidth < 640 ? 340 : 520,
    left = 96,
    right = 14,
    at = (value) => left + ((value - low) / wide) * (width - left - right);
  const parts = [];
  if (tested) {
    const edge = at(threshold);
    const [from, to] = side > 0 ? [edge, width] : [left - 12, edge];
    parts.push(draw("rect", { x: from, y: 18, width: Math.max(to - from, 0), height: 74, class: "accused" }));
    parts.push(draw("line", { x1: edge, x2: edge, y1: 18, y2: 92, class: "threshold" }));
    const label = draw(
      "text",
      { x: edge + (side > 0 ? 4 : -4), y: 13, "text-anchor": side > 0 ? "start" : "end" },
      "its test accuses",
    );
    if ((side > 0 && edge > width - 110) || (side < 0 && edge < left + 110))
      label.setAttribute("text-anchor", side > 0 ? "end" : "start");
    parts.push(label);
  }
  const lanes = LANES.map(([which, name], lane) => ({ ...laneOf(found, which), name, which, y: 38 + 36 * lane }));
  for (const { own, name, which, y } of lanes) {
    parts.push(draw("text", { x: 0, y: y + 4 }, name));
    parts.push(draw("line", { x1: left - 12, x2: width, y1: y, y2: y, class: "lane" }));
    own.forEach((value, j) =>
      parts.push(
        draw("circle", { cx: at(value).toFixed(1), cy: y + ((j % 3) - 1) * 5, r: 4, class: which ? "in" : "out" }),
      ),
    );
  }
  const says = tested
    ? `Its test accuses in ${lanes[0].accused} of ${lanes[0].own.length} models that trained on it ` +
      `and in ${lanes[1].accused} of ${lanes[1].own.length} that did not.`
    : "No test could be fitted for this record.";
  return make(
    "figure",
    { class: "strip" },
    draw(
      "svg",
      {
        viewBox: `0 0 ${width} 100`,
        role: "img",
        class: "signal",
        "aria-label":
          `Signal of this record in ${values.length} models, as dots in two lanes. ${says} ` +
          "The table below holds the figures.",
      },
      ...parts,
    ),
    make(
      "figcaption",
      {},
      says,
      tested
        ? ` The test is fitted on these models, so that about ${exactly(held.fpr)} of those that did not train on it are accused.`
        : null,
    ),
    stripTable(lanes, tested, threshold),
  );
}

function stripTable(lanes, tested, threshold) {
  const head = ["Models that", "Models", "Least", "Middle", "Greatest", tested ? "Accused" : null].filter(Boolean);
  const rows = lanes.map(({ own, name, accused }) =>
    [
      name,
      own.length,
      number(own[0]),
      number(own[own.length >> 1]),
      number(own[own.length - 1]),
      tested ? accused : null,
    ].filter((value) => value !== null),
  );
  return make(
    "details",
    {},
    make("summary", {}, "The same as a table"),
    make(
      "table",
      { class: "small-table" },
      make(
        "thead",
        {},
        make("tr", {}, ...head.map((text, i) => make("th", { scope: "col", class: i ? "num" : null }, text))),
      ),
      make(
        "tbody",
        {},
        ...rows.map((cells) =>
          make(
            "tr",
            {},
            ...cells.map((value, i) => make(i ? "td" : "th", i ? { class: "num" } : { scope: "row" }, String(value))),
          ),
        ),
      ),
    ),
    make(
      "p",
      { class: "muted" },
      "The signal is the log odds that a model gives the record’s own class",
      tested ? `; the test’s threshold is ${number(threshold)}` : "",
      ".",
    ),
  );
}
