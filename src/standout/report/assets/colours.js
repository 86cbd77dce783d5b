// What the map's colours mean: classes, steps of exposure or causes. Each kind differs in form or size as well.

const SHAPES = {
  circle: "M8 3a5 5 0 1 0 .01 0z",
  rect: "M3.5 3.5h9v9h-9z",
  triangle: "M8 3l5 9.5H3z",
  diamond: "M8 2l5 6-5 6-5-6z",
  plus: "M6 2.5h4V6h3.5v4H10v3.5H6V10H2.5V6H6z",
  wedge: "M3 3.5h10L8 13z",
};
const SYMBOLS = Object.keys(SHAPES);
const CAUSES = ["c0", "c1", "c2", "c3", "c4", "c7"];
const MOST_COLOURS = 10;
const STEPS = [0, 0.01, 0.1, 0.3, 0.6, 1];

/** The classes that get a colour: those with most exposed records, then the largest. */
const colouredClasses = column.label ? mostOf(column.label, held.labels.length) : [];

function mostOf(labels, classes) {
  const many = new Uint32Array(classes),
    exposed = new Uint32Array(classes);
  labels.forEach((label, row) => {
    many[label]++;
    exposed[label] += column.exposed[row];
  });
  const order = Array.from(many.keys()).filter((c) => many[c]);
  return order.sort((a, b) => exposed[b] - exposed[a] || many[b] - many[a] || a - b).slice(0, MOST_COLOURS);
}

/** Ways to colour the map: kinds in the order of drawing, the last on top, and the kind of each row. */
const colourings = {
  class: () => {
    const place = new Map(colouredClasses.map((c, i) => [c, i + 1]));
    return {
      kinds: [
        { name: "other classes", colour: "mx", symbol: "circle" },
        ...colouredClasses.map((c, i) => ({ name: held.labels[c], colour: "m" + i, symbol: SYMBOLS[i % 6], class: c })),
      ],
      of: (row) => place.get(column.label[row]) || 0,
    };
  },
  exposure: () => ({
    kinds: STEPS.slice(0, -1).map((from, i) => ({
      name: `${exactly(from)} to ${exactly(STEPS[i + 1])}`,
      colour: "e" + i,
      symbol: "circle",
      size: 1 + 0.3 * i,
    })),
    of: (row) => {
      const value = column.exposure[row];
      let step = 0;
      while (step < 4 && value >= STEPS[step + 1]) step++;
      return step;
    },
  }),
  cause: () => ({
    kinds: held.causes.map((name, i) =>
      name
        ? { name, colour: CAUSES[(i - 1) % 6], symbol: SYMBOLS[(i - 1) % 6], size: 1.4 }
        : { name: "not reported", colour: "mx", symbol: "circle" },
    ),
    of: (row) => column.cause[row],
  }),
};

/** A shape by its name, as the charts take it. */
function symbolOf({ symbol }) {
  return symbol === "plus" || symbol === "wedge" ? "path://" + SHAPES[symbol] : symbol;
}
