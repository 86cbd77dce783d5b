// The charts' colours are those of the page; when the page turns dark or light, they are drawn again.

const repaints = [];
const TOUCH = matchMedia("(pointer: coarse)").matches;

/** The value of one of the page's colours, such as "found" for --found. */
function colour(name) {
  return getComputedStyle(document.documentElement)
    .getPropertyValue("--" + name)
    .trim();
}

/** A colour of the page with less of it to be seen. */
function veiled(name, opacity) {
  const hex = colour(name).slice(1);
  const part = (at) => parseInt(hex.slice(at, at + 2), 16);
  return `rgba(${part(0)}, ${part(2)}, ${part(4)}, ${opacity})`;
}

/** A chart in `element` that paint(chart) fills; it follows the width of its place and the theme. */
function chartIn(element, paint) {
  const chart = echarts.init(element, null, { renderer: "canvas" });
  for (const canvas of element.querySelectorAll("canvas")) canvas.setAttribute("aria-hidden", "true");
  const repaint = () => paint(chart);
  repaint();
  repaints.push(repaint);
  new ResizeObserver(() => {
    const { clientWidth: width, clientHeight: height } = element;
    if (width && height && (width !== chart.getWidth() || height !== chart.getHeight())) chart.resize();
  }).observe(element);
  return chart;
}

/** What all charts have in common: no animation, the letters of the page, no mark of its own on hover. */
function common() {
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: colour("ink") },
  };
}

function axisStyle() {
  return {
    axisLine: { show: true, lineStyle: { color: colour("strong-rule") } },
    axisTick: { show: false },
    axisLabel: { color: colour("muted"), fontSize: 12 },
    nameTextStyle: { color: colour("muted"), fontSize: 13 },
    splitLine: { show: true, lineStyle: { color: colour("rule") } },
    minorSplitLine: { show: false },
    minorTick: { show: false },
  };
}

function startTheme() {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => repaints.forEach((repaint) => repaint()));
}

// One small label follows the pointer for all charts. It says nothing that the tables do not, so it stays silent.
const tip = make("div", { class: "tip", "aria-hidden": "true", hidden: true });

function showTip(event, ...children) {
  tip.replaceChildren(...children.filter(Boolean));
  tip.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
  const top = Math.min(event.clientY + 14, innerHeight - height - 8);
  tip.style.transform = `translate(${Math.max(left, 4)}px, ${Math.max(top, 4)}px)`;
}

function hideTip() {
  tip.hidden = true;
}

/** What the label says of a row: its picture, what it is, how exposed and why. */
function tipOf(row) {
  const exposed = column.exposed[row] === 1;
  return [
    pictureOf(row, ""),
    make(
      "div",
      {},
      make(
        "p",
        {},
        make("b", {}, nameOf(row, 40)),
        column.label ? " · labelled " : null,
        column.label ? data(labelOf(row), 30) : null,
      ),
      make("p", {}, "exposure ", make("b", {}, chance(column.exposure[row])), exposed ? ", exposed" : ", not reported"),
      causeOf(row) ? make("p", {}, data(causeOf(row), 40)) : null,
    ),
  ];
}
