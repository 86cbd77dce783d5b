// Records of the map within a line drawn around them, or a box. The line has a drawing of its own above the chart, so
// that no dot is drawn again while it grows.

/** The sheet above a panel's chart that takes the pointer while the lasso or the box is chosen. */
function pen(panel) {
  const line = draw("path", {});
  const sheet = draw("svg", { class: "pen", "aria-hidden": "true" }, line);
  let drawn = null;
  const at = (event) => {
    const box = sheet.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    sheet.setPointerCapture(event.pointerId);
    drawn = [at(event)];
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!drawn) return;
    if (map.tool === "box") drawn = box(drawn[0], at(event));
    else drawn.push(at(event));
    line.setAttribute("d", "M" + drawn.map((point) => point.map((v) => v.toFixed(1)).join(" ")).join("L") + "Z");
  });
  const end = (event) => {
    const around = drawn;
    drawn = null;
    line.removeAttribute("d");
    if (event.type === "pointerup" && around && around.length > 2) {
      choose(
        panel,
        around.map((point) => panel.chart.convertFromPixel({ gridIndex: 0 }, point)),
      );
    }
  };
  sheet.addEventListener("pointerup", end);
  sheet.addEventListener("pointercancel", end);
  return sheet;
}

function box([x0, y0], [x1, y1]) {
  return [
    [x0, y0],
    [x1, y0],
    [x1, y1],
    [x0, y1],
  ];
}

/** Filter to the panel's records within a closed line; a line around none leaves the filter as it was. */
function choose(panel, line) {
  const { row, x, y } = panel.points,
    chosen = new Uint8Array(n);
  let found = 0;
  for (let i = 0; i < row.length; i++) if (encloses(line, x[i], y[i])) found += chosen[row[i]] = 1;
  if (found) change({ chosen, chosenCount: found });
}

/** Whether a closed line encloses a point: by how often a ray from it meets the line. */
function encloses(line, x, y) {
  let within = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [ax, ay] = line[i],
      [bx, by] = line[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}
