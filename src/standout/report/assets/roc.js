// ROC curves on log-log axes: attacks switched on and off, bands, values under the pointer; greyed, what n cannot tell.

const DASHES = [
  "solid",
  [9, 3],
  [5, 3],
  [9, 3, 2, 3],
  [2.5, 2.5],
  [14, 4],
  [5, 2, 1.5, 2, 1.5, 2],
  [1.5, 4],
  [7, 2, 1, 2],
];
const roc = { off: new Set(), floor: -3 };

function startRoc() {
  const place = document.getElementById("roc-live");
  if (!place || !held.roc.length) return;
  document.getElementById("attacks").classList.add("has-live-roc");
  roc.floor = Math.min(Math.floor(Math.log10(held.supported * 0.99)), -1);
  roc.element = make("div", { class: "roc-chart", role: "img", "aria-label": rocSentence() });
  place.replaceChildren(roc.element);
  document
    .getElementById("roc-key")
    .replaceChildren(...held.roc.map(rocSwitch), make("li", {}, swatch("chance"), "chance"));
  roc.chart = chartIn(roc.element, paintRoc);
  const guide = make("i", { class: "guide", hidden: true });
  roc.element.append(guide);
  roc.element.addEventListener("mousemove", (event) => readRoc(event, guide));
  roc.element.addEventListener("mouseleave", () => {
    guide.hidden = true;
    hideTip();
  });
  document.getElementById("roc-twin").append(rocTable());
}

function rocSentence() {
  return (
    `ROC curves of ${plural(held.roc.length, "attack")} on logarithmic axes, with the line of chance. Below a ` +
    `false-alarm rate of ${rate(held.supported)} the data support no figure. The table below holds values.`
  );
}

function swatch(css) {
  return draw(
    "svg",
    { width: 34, height: 10, "aria-hidden": "true" },
    draw("path", { d: "M1 5H33", class: css === "chance" ? css : "curve " + css }),
  );
}

function rocSwitch(curve, i) {
  const box = make("input", { type: "checkbox", checked: true, "data-attack": i });
  box.addEventListener("change", () => {
    if (box.checked) roc.off.delete(i);
    else roc.off.add(i);
    paintRoc(roc.chart);
  });
  return make(
    "li",
    {},
    make(
      "label",
      {},
      box,
      swatch("s" + (i % 9)),
      data(curve.name, 40),
      Number.isFinite(curve.auc) ? make("small", {}, "AUC " + number(curve.auc, 3)) : null,
    ),
  );
}

/** Points of a curve from the floor of the axes on; what lies below it starts there. */
function aboveFloor(fprs, values) {
  const floor = 10 ** roc.floor,
    points = [];
  let start = 0;
  fprs.forEach((fpr, i) => {
    if (fpr <= floor) start = Math.max(start, values[i]);
    else points.push([fpr, Math.max(values[i], floor)]);
  });
  return [[floor, Math.max(start, floor)], ...points];
}

function paintRoc(chart) {
  const floor = 10 ** roc.floor,
    series = [];
  held.roc.forEach((curve, i) => {
    if (roc.off.has(i)) return;
    if (curve.band) series.push(bandOf(curve.band, i));
    series.push({
      type: "line",
      id: "curve" + i,
      data: aboveFloor(curve.fpr, curve.tpr),
      step: "end",
      symbol: "none",
      silent: true,
      lineStyle: { color: colour("c" + (i % 9)), width: i ? 1.75 : 3, type: DASHES[i % 9] },
      z: 10 - Math.min(i, 8),
      emphasis: { disabled: true },
    });
  });
  const greyed = held.supported > floor ? [[{ xAxis: floor }, { xAxis: held.supported }]] : [];
  series.push({
    type: "line",
    id: "chance",
    data: [
      [floor, floor],
      [1, 1],
    ],
    symbol: "none",
    silent: true,
    z: 1,
    lineStyle: { color: colour("muted"), width: 1, type: [1, 4], cap: "round" },
    markArea: {
      silent: true,
      data: greyed,
      itemStyle: { color: colour("veil") },
      label: {
        show: chart.getWidth() > 480,
        formatter: "too few false\nalarms to tell",
        position: "insideTopLeft",
        color: colour("muted"),
        align: "left",
        fontSize: 12,
        lineHeight: 15,
      },
    },
    markLine: {
      silent: true,
      symbol: "none",
      precision: 12,
      label: { show: false },
      lineStyle: { color: colour("muted"), type: [2, 3], width: 1 },
      data: greyed.length ? [{ xAxis: held.supported }] : [],
    },
  });
  const axis = (name, gap) => ({
    ...axisStyle(),
    type: "log",
    min: floor,
    max: 1,
    name,
    nameLocation: "middle",
    nameGap: gap,
    axisLabel: { ...axisStyle().axisLabel, formatter: exactly },
  });
  chart.setOption(
    {
      ...common(),
      grid: { left: 66, right: 18, top: 14, bottom: 52 },
      xAxis: axis("false-alarm rate (FPR)", 30),
      yAxis: axis("share recognised (TPR)", 50),
      series,
    },
    { replaceMerge: ["series"] },
  );
}

/** The interval of a curve as a soft area. */
function bandOf(band, i) {
  const first = band.fpr.find((fpr) => fpr > 0) ?? 1; // none is known before
  const within = (points) => points.filter(([fpr]) => fpr >= first);
  const low = within(aboveFloor(band.fpr, band.lo)),
    high = within(aboveFloor(band.fpr, band.hi));
  return {
    type: "custom",
    id: "band" + i,
    silent: true,
    z: 0.5 - 0.01 * i,
    clip: true,
    data: [[low[0][0], low[0][1]]],
    renderItem: (_, api) => ({
      type: "polygon",
      shape: { points: [...high, ...low.toReversed()].map((point) => api.coord(point)) },
      style: { fill: veiled("c" + (i % 9), 0.16) },
    }),
  };
}

/** The value of a step function at x: that of the last point at or before it. */
function stepAt(xs, values, x) {
  let low = 0,
    high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (xs[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low ? values[low - 1] : 0;
}

function bandAt(band, x) {
  return band ? between(stepAt(band.fpr, band.lo, x), stepAt(band.fpr, band.hi, x), rate) : "";
}

function readRoc(event, guide) {
  const box = roc.element.getBoundingClientRect();
  const [x] = roc.chart.convertFromPixel({ gridIndex: 0 }, [event.clientX - box.left, event.clientY - box.top]);
  guide.hidden = !(x >= 10 ** roc.floor && x <= 1);
  if (guide.hidden) return hideTip();
  guide.style.transform = `translateX(${event.clientX - box.left}px)`;
  const lines = held.roc.map((curve, i) => {
    if (roc.off.has(i)) return null;
    const ends = bandAt(curve.band, x);
    return make(
      "p",
      {},
      swatch("s" + (i % 9)),
      " ",
      data(curve.name, 30),
      " ",
      make("b", {}, rate(stepAt(curve.fpr, curve.tpr, x))),
      ends ? ` [${ends}]` : "",
    );
  });
  showTip(
    event,
    make(
      "div",
      {},
      make("p", {}, `At a false-alarm rate of ${rate(x)}`),
      ...(x < held.supported ? [make("p", { class: "muted" }, "too few false alarms to tell")] : lines),
    ),
  );
}

/** The table twin: each attack's share at whole powers of ten that the data support. */
function rocTable() {
  const rates = [];
  for (let power = -1; power >= roc.floor; power--) if (10 ** power >= held.supported) rates.push(10 ** power);
  return make(
    "table",
    {},
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        make("th", { scope: "col" }, "Attack"),
        ...rates.map((x) => make("th", { scope: "col", class: "num" }, "TPR at FPR ", exactly(x))),
      ),
    ),
    make(
      "tbody",
      {},
      ...held.roc.map((curve) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, data(curve.name, 40)),
          ...rates.map((x) => {
            const ends = bandAt(curve.band, x);
            return make(
              "td",
              { class: "num" },
              make("b", {}, rate(stepAt(curve.fpr, curve.tpr, x))),
              ends ? make("small", {}, ` [${ends}]`) : null,
            );
          }),
        ),
      ),
    ),
  );
}
