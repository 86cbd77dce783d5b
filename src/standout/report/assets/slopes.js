// Before and after of each exposed record under one defence: across, under the control; up, under it.

const SHOWN = 200;
const slopes = { which: 0 };

function startSlopes() {
  const place = document.getElementById("slopes-live");
  if (!place || !defences) return;
  const choice = document.getElementById("which-defence");
  defences.names.forEach((name, i) => choice.append(make("option", { value: i }, cut(name, 60))));
  choice.addEventListener("change", () => {
    slopes.which = Number(choice.value);
    paintSlopes(slopes.chart);
  });
  slopes.element = make("div", { class: "slopes-chart", role: "img" });
  place.replaceChildren(slopes.element);
  slopes.chart = chartIn(slopes.element, paintSlopes);
  slopes.element.addEventListener("mousemove", (event) => {
    const row = slopeNear(event);
    slopes.element.classList.toggle("on-point", row >= 0);
    if (row < 0) return hideTip();
    const at = defences.place.get(row);
    showTip(
      event,
      pictureOf(row, ""),
      make(
        "div",
        {},
        make("p", {}, make("b", {}, nameOf(row, 40))),
        make("p", {}, "control ", make("b", {}, chance(defences.before[at]))),
        make(
          "p",
          {},
          data(defences.names[slopes.which], 30),
          " ",
          make("b", {}, chance(defences.after[slopes.which][at])),
        ),
      ),
    );
  });
  slopes.element.addEventListener("mouseleave", hideTip);
  slopes.element.addEventListener("click", (event) => {
    const row = slopeNear(event);
    if (row >= 0) openRecord(row);
  });
  document.getElementById("slopes-twin").append(slopesTable());
}

function paintSlopes(chart) {
  const { before, row } = defences,
    after = defences.after[slopes.which],
    name = cut(defences.names[slopes.which], 40);
  const lower = before.filter((value, i) => after[i] < value).length;
  const some = `${count(lower)} of ${plural(row.length, "exposed record")} ${lower === 1 ? "is" : "are"}`;
  const said = `${some} less exposed under ${name} than under the control.`;
  document.getElementById("slopes-told").textContent = said;
  slopes.element.setAttribute(
    "aria-label",
    `Exposure of each exposed record under ${name} against that under the control. ${said} ` +
      "The table below holds the values.",
  );
  const axis = (title, gap) => ({
    ...axisStyle(),
    type: "value",
    min: 0,
    max: 1,
    interval: 0.25,
    name: title,
    nameLocation: "middle",
    nameGap: gap,
    axisLabel: { ...axisStyle().axisLabel, formatter: exactly },
  });
  const line = (ends, type) => ({
    type: "line",
    data: ends,
    symbol: "none",
    silent: true,
    z: 1,
    lineStyle: { color: colour("muted"), width: 1, type },
  });
  chart.setOption({
    ...common(),
    grid: { left: 62, right: 16, top: 14, bottom: 50 },
    xAxis: axis("exposure under the control", 30),
    yAxis: axis("under the defence", 46),
    series: [
      line(
        [
          [0, 0],
          [1, 1],
        ],
        [1, 4],
      ),
      line(
        [
          [0, held.above],
          [1, held.above],
        ],
        [4, 3],
      ),
      {
        type: "scatter",
        silent: true,
        symbolSize: 9,
        z: 2,
        data: Array.from(before, (value, i) => [value, after[i]]),
        itemStyle: { color: veiled("found", 0.75), borderColor: colour("page"), borderWidth: 1 },
        emphasis: { disabled: true },
      },
    ],
  });
}

/** The row whose dot is nearest to the pointer, within reach of it; -1: none. */
function slopeNear(event) {
  const box = slopes.element.getBoundingClientRect(),
    after = defences.after[slopes.which];
  const [left, bottom] = slopes.chart.convertToPixel({ gridIndex: 0 }, [0, 0]);
  const [right, top] = slopes.chart.convertToPixel({ gridIndex: 0 }, [1, 1]);
  const x = (event.clientX - box.left - left) / (right - left),
    y = (event.clientY - box.top - bottom) / (top - bottom);
  let best = -1,
    least = 12;
  for (let i = 0; i < after.length; i++) {
    const away = Math.hypot((defences.before[i] - x) * (right - left), (after[i] - y) * (top - bottom));
    if (away < least) [best, least] = [defences.row[i], away];
  }
  return best;
}

function slopesTable() {
  const order = Array.from(defences.row.keys())
    .sort((a, b) => defences.before[b] - defences.before[a])
    .slice(0, SHOWN);
  const table = make(
    "table",
    {},
    make(
      "thead",
      {},
      make(
        "tr",
        {},
        ...["Record", "none", ...defences.names.map((name) => cut(name, 40))].map((name, i) =>
          make("th", { scope: "col", class: i ? "num" : null }, name),
        ),
      ),
    ),
    make(
      "tbody",
      {},
      ...order.map((i) => {
        const open = make("button", { type: "button", class: "open" }, nameOf(defences.row[i], 40));
        open.addEventListener("click", () => openRecord(defences.row[i]));
        return make(
          "tr",
          {},
          make("th", { scope: "row" }, open),
          ...[defences.before, ...defences.after].map((values) => make("td", { class: "num" }, chance(values[i]))),
        );
      }),
    ),
  );
  const rest = defences.row.length - order.length;
  return make(
    "div",
    {},
    table,
    rest
      ? make("p", { class: "muted" }, `The ${SHOWN} most exposed; ${count(rest)} more open from the table of records.`)
      : null,
  );
}
