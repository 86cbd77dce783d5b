// The map of records. What the table's filters leave out turns pale; a lasso or box on the map is a filter itself.

const map = { by: "class", tool: "look", charts: [], colouring: null };

function startMap() {
  document.getElementById("map-part").hidden = !panels.length;
  if (!panels.length) return;
  if (!column.label) {
    document.querySelector('[name="map-by"][value="class"]').closest("label").hidden = true;
    map.by = "exposure";
  }
  document.querySelector(`[name="map-by"][value="${map.by}"]`).checked = true;
  map.colouring = colourings[map.by]();
  for (const radio of document.querySelectorAll('[name="map-by"]')) {
    radio.addEventListener("change", () => {
      map.by = radio.value;
      map.colouring = colourings[map.by]();
      showLegend();
      map.charts.forEach((panel) => panel.repaint());
    });
  }
  for (const radio of document.querySelectorAll('[name="map-tool"]')) {
    radio.addEventListener("change", () => {
      map.tool = radio.value;
      for (const { element } of map.charts) element.classList.toggle("selects", map.tool !== "look");
    });
  }
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => map.charts.forEach((panel) => zoom(panel, Number(button.dataset.zoom))));
  }
  panels.forEach(addPanel);
  showLegend();
  follow((refiltered) => {
    if (refiltered) soon(() => map.charts.forEach((panel) => panel.repaint()));
  });
}

let next = 0;
function soon(act) {
  cancelAnimationFrame(next);
  next = requestAnimationFrame(act);
}

function addPanel(points, place) {
  const element = make("div", { class: "map-chart", role: "img", "data-panel": place });
  const figure = make("figure", {}, element, make("figcaption", {}, plain(points.title)));
  document.getElementById("map").append(figure);
  const panel = {
    points,
    element,
    grid: binned(points),
    span: [0, 100, 0, 100],
    ring: make("i", { class: "ring", hidden: true }),
  };
  chartIn(element, (chart) => paintMap(panel, chart));
  panel.repaint = () => paintMap(panel, panel.chart);
  element.append(panel.ring);
  map.charts.push(panel);
  element.append(pen(panel));
  panel.chart.on("datazoom", () => noteZoom(panel));
  element.addEventListener("mousemove", (event) => hover(panel, event));
  element.addEventListener("mouseleave", () => point(panel, -1));
  let pressed = null;
  element.addEventListener("pointerdown", (event) => (pressed = event));
  element.addEventListener("click", (event) => {
    const dragged = pressed && Math.hypot(event.clientX - pressed.clientX, event.clientY - pressed.clientY) > 4;
    const found = map.tool === "look" && !dragged ? nearest(panel, event) : -1;
    if (found >= 0) openRecord(points.row[found]);
  });
}

/** The sentence for those who do not see the panel, by what is shown in it now. */
function sentence(panel, shown) {
  const { row } = panel.points;
  return (
    `${plain(panel.points.title)}: ${plural(row.length, "record")} as dots, coloured by ${map.by}; ` +
    `${count(shown)} of them pass the filters of the table, which lists them.`
  );
}

function paintMap(panel, chart) {
  panel.chart = chart;
  const { row, x, y } = panel.points;
  const { kinds, of } = map.colouring;
  const many = row.length > 4000;
  const series = kinds.map(() => ({ plain: [], ringed: [] }));
  const pale = [];
  let shown = 0;
  for (let i = 0; i < row.length; i++) {
    if (!state.inside[row[i]]) pale.push(x[i], y[i]);
    else {
      shown++;
      const kind = series[of(row[i])];
      (column.exposed[row[i]] ? kind.ringed : kind.plain).push(x[i], y[i]);
    }
  }
  const base = many ? 3 : 5;
  const common_ = {
    type: "scatter",
    dimensions: ["x", "y"],
    silent: true,
    cursor: "default",
    emphasis: { disabled: true },
  };
  const drawn = [
    {
      ...common_,
      id: "pale",
      data: Float32Array.from(pale),
      large: true,
      largeThreshold: 500,
      symbolSize: base,
      itemStyle: { color: veiled("mx", 0.28) },
      z: 1,
    },
  ];
  kinds.forEach((kind, i) => {
    drawn.push({
      ...common_,
      id: "plain" + i,
      data: Float32Array.from(series[i].plain),
      large: true,
      largeThreshold: 500,
      symbol: symbolOf(kind),
      symbolSize: base * (kind.size || 1),
      itemStyle: { color: veiled(kind.colour, 0.72) },
      z: 2,
    });
  });
  kinds.forEach((kind, i) => {
    const crowd = series[i].ringed.length > 1000;
    drawn.push({
      ...common_,
      id: "ringed" + i,
      data: Float32Array.from(series[i].ringed),
      symbol: symbolOf(kind),
      symbolSize: (crowd ? 6 : 9) * (kind.size || 1),
      large: true,
      largeThreshold: 100,
      itemStyle: { color: colour(kind.colour), borderColor: colour("ink"), borderWidth: crowd ? 1 : 1.75 },
      z: 3,
    });
  });
  drawn.push(classNames(panel, kinds));
  const axis = { type: "value", min: -0.02, max: 1.02, show: false };
  chart.setOption(
    {
      ...common(),
      grid: { left: 0, right: 0, top: 0, bottom: 0 },
      xAxis: axis,
      yAxis: axis,
      series: drawn,
      dataZoom: ["x", "y"].map((side, i) => ({
        type: "inside",
        id: side,
        [side + "AxisIndex"]: 0,
        filterMode: "none",
        zoomOnMouseWheel: "ctrl",
        moveOnMouseWheel: false,
        moveOnMouseMove: false,
        start: panel.span[2 * i],
        end: panel.span[2 * i + 1],
      })),
    },
    { replaceMerge: ["series"] },
  );
  panel.element.setAttribute("aria-label", sentence(panel, shown));
}

/** Names of classes at the median of their records: a reader need not tell colours apart. */
function classNames(panel, kinds) {
  panel.middles ||= middlesOf(panel.points);
  const named = kinds
    .filter((kind) => panel.middles.has(kind.class))
    .map((kind) => ({ value: panel.middles.get(kind.class), text: drawable(cut(kind.name, 14)) }));
  return {
    type: "scatter",
    id: "names",
    data: named,
    symbolSize: 0,
    silent: true,
    z: 5,
    label: {
      show: true,
      formatter: (item) => item.data.text,
      color: colour("ink"),
      fontSize: 15,
      fontWeight: 650,
      textBorderColor: colour("soft"),
      textBorderWidth: 4,
      position: "inside",
    },
  };
}

/** The middle of each class that has a colour. */
function middlesOf({ row, x, y }) {
  const own = new Map(colouredClasses.map((place) => [place, []]));
  row.forEach((r, i) => own.get(column.label && column.label[r])?.push(i));
  return new Map(
    Array.from(own)
      .filter(([, places]) => places.length)
      .map(([label, places]) => [label, [median(places.map((i) => x[i])), median(places.map((i) => y[i]))]]),
  );
}

function median(values) {
  values.sort((a, b) => a - b);
  return values[values.length >> 1];
}

/** Nearer (1), farther (-1) or the whole map (0), about the middle of what is seen. */
function zoom(panel, nearer) {
  for (const side of [0, 1]) {
    const [start, end] = panel.span.slice(2 * side, 2 * side + 2);
    const half = nearer ? Math.min(((end - start) / 2) * (nearer > 0 ? 0.6 : 1 / 0.6), 50) : 50;
    const middle = Math.min(Math.max((start + end) / 2, half), 100 - half);
    panel.span[2 * side] = middle - half;
    panel.span[2 * side + 1] = middle + half;
    panel.chart.dispatchAction({ type: "dataZoom", dataZoomIndex: side, start: middle - half, end: middle + half });
  }
}

/** Once it is zoomed the map can be dragged; before, a finger on it scrolls the page. */
function noteZoom(panel) {
  panel.span = panel.chart.getOption().dataZoom.flatMap((zoomed) => [zoomed.start, zoomed.end]);
  const zoomed = panel.span.some((end, i) => Math.abs(end - (i % 2 ? 100 : 0)) > 0.01);
  panel.chart.setOption({ dataZoom: ["x", "y"].map((id) => ({ id, moveOnMouseMove: zoomed })) });
}

function showLegend() {
  const seen = new Set();
  for (const { row } of panels) for (const own of row) seen.add(map.colouring.of(own));
  const entries = map.colouring.kinds
    .filter((_, i) => seen.has(i))
    .map((kind) =>
      make(
        "li",
        {},
        draw(
          "svg",
          {
            width: 16,
            height: 16,
            "aria-hidden": "true",
            class: "mark " + kind.symbol,
            style: `--own: var(--${kind.colour})`,
          },
          draw("path", { d: SHAPES[kind.symbol] }),
        ),
        data(kind.name, 24),
      ),
    );
  const ring = draw(
    "svg",
    { width: 16, height: 16, "aria-hidden": "true" },
    draw("circle", { cx: 8, cy: 8, r: 5.5, class: "large mx" }),
  );
  document.getElementById("map-key").replaceChildren(make("li", {}, ring, "ringed and large: exposed"), ...entries);
}
