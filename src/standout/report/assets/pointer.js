// What lies under the pointer on the map: found among the few points near it, named by the label, marked by a ring. The
// chart itself is not drawn again.

/** Points sorted into 64 by 64 cells, so that the nearest to the pointer is found without a look at all of them. */
function binned({ x, y }) {
  const side = 64,
    starts = new Uint32Array(side * side + 1),
    place = (i) => side * along(y[i], side) + along(x[i], side);
  for (let i = 0; i < x.length; i++) starts[place(i) + 1]++;
  for (let c = 0; c < side * side; c++) starts[c + 1] += starts[c];
  const at = starts.slice(),
    points = new Uint32Array(x.length);
  for (let i = 0; i < x.length; i++) points[at[place(i)]++] = i;
  return { side, starts, points };
}

function along(value, side) {
  return Math.min(Math.max(Math.floor(value * side), 0), side - 1);
}

/** The point within reach of the pointer that is nearest to it, exposed ones first where both are near; -1: none. */
function nearest(panel, event) {
  const box = panel.element.getBoundingClientRect();
  const at = [event.clientX - box.left, event.clientY - box.top];
  const [cx, cy] = panel.chart.convertFromPixel({ gridIndex: 0 }, at);
  const reach = TOUCH ? 18 : 10;
  const [ex, ey] = panel.chart.convertFromPixel({ gridIndex: 0 }, [at[0] + reach, at[1] + reach]);
  const rx = Math.abs(ex - cx),
    ry = Math.abs(ey - cy);
  const { side, starts, points } = panel.grid,
    { row, x, y } = panel.points;
  let best = -1,
    least = 1;
  for (let down = along(cy - ry, side); down <= along(cy + ry, side); down++) {
    for (let right = along(cx - rx, side); right <= along(cx + rx, side); right++) {
      const cell = side * down + right;
      for (let k = starts[cell]; k < starts[cell + 1]; k++) {
        const i = points[k];
        if (!state.inside[row[i]]) continue;
        const away = Math.hypot((x[i] - cx) / rx, (y[i] - cy) / ry) * (column.exposed[row[i]] ? 0.6 : 1);
        if (away < least) [best, least] = [i, away];
      }
    }
  }
  return best;
}

function hover(panel, event) {
  const found = map.tool === "look" ? nearest(panel, event) : -1;
  point(panel, found, event);
}

function point(panel, found, event) {
  panel.element.classList.toggle("on-point", found >= 0);
  panel.ring.hidden = found < 0;
  if (found < 0) return hideTip();
  const [left, top] = panel.chart.convertToPixel({ gridIndex: 0 }, [panel.points.x[found], panel.points.y[found]]);
  panel.ring.style.transform = `translate(${left}px, ${top}px)`;
  if (tip.dataset.row !== String(panel.points.row[found]) || tip.hidden)
    showTip(event, ...tipOf(panel.points.row[found]));
  else showTip(event, ...tip.childNodes);
  tip.dataset.row = panel.points.row[found];
}
