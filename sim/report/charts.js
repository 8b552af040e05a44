// All charts of the page, which show the same stretch of time.
"use strict";

const page = JSON.parse(document.getElementById("data").textContent);
const marks = page.marks.map(([run, from, to, text]) => ({
  run,
  from: from * 1000,
  to: to === null ? null : to * 1000,
  text,
}));
marks.forEach((mark, i) => {
  const number = marks.slice(0, i + 1).filter((m) => m.run === mark.run).length;
  mark.label = page.runs < 2 ? String(number) : "AB"[mark.run] + number;
});

// Where the pointer is, what was done then.
const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
tip.setAttribute("role", "tooltip");
document.body.append(tip);

function showTip(event, dygraph) {
  const box = dygraph.graphDiv.getBoundingClientRect();
  const x = event.clientX - box.left;
  const found = marks.filter((mark) => {
    const from = dygraph.toDomXCoord(mark.from);
    const to = mark.to === null ? from : dygraph.toDomXCoord(mark.to);
    return x >= from - 5 && x <= to + 5;
  });
  tip.hidden = found.length === 0;
  if (tip.hidden) return;
  tip.replaceChildren(
    ...found.slice(0, 6).map((mark) => {
      const line = document.createElement("div");
      const text = document.createElement("bdi");
      text.textContent = mark.text;
      line.append(mark.label + "  ", text);
      return line;
    }),
  );
  if (found.length > 6) tip.append(`and ${found.length - 6} more`);
  const left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8);
  tip.style.left = Math.max(8, left) + scrollX + "px";
  tip.style.top = event.clientY + 18 + scrollY + "px";
}

const charts = []; // of time
let isBusy = false; // one chart tells the others

class TimeChart {
  constructor(id, options) {
    this.chart = page.charts[id];
    this.chart.stacked = options.stacked;
    this.isOfTime = options.isOfTime !== false;
    this.labels = this.chart.series.map((series) => labelOf(series, page.runs));
    this.dashes = this.chart.series.map((series, i) =>
      dashOf(series, i, this.chart, page.runs),
    );
    this.legend = new Legend(document.getElementById("legend-" + id), this.chart, this.labels);
    this.format = options.format || grouped;
    const rows = joined(this.chart, options.toX || ((second) => second * 1000));
    if (this.isOfTime) rows.forEach((row) => (row[0] = new Date(row[0])));
    this.plot = document.getElementById("chart-" + id);
    if (rows.length === 0) {
      this.plot.textContent = "Nothing to draw.";
      this.plot.classList.add("empty");
      return;
    }
    this.dygraph = new Dygraph(this.plot, rows, this.options(rows, options));
    this.paint();
  }

  options(rows, { stacked, steps, isOfTime, format, xText }) {
    const axis = { axisLabelFontSize: 12 };
    const series = {};
    this.labels.forEach((label, i) => {
      series[label] = { strokePattern: this.dashes[i], stepPlot: Boolean(steps) };
    });
    return {
      labels: ["x", ...this.labels],
      series,
      stackedGraph: Boolean(stacked),
      stackedGraphNaNFill: "none",
      fillAlpha: 0.75,
      strokeWidth: stacked ? 1 : 2,
      connectSeparatedPoints: true,
      includeZero: true,
      labelsUTC: true,
      legend: "never",
      highlightCircleSize: 4,
      xRangePad: 0,
      rightGap: 8,
      titleHeight: 0,
      axes: {
        x: isOfTime === false ? { ...axis, axisLabelFormatter: xText } : axis,
        y: { ...axis, axisLabelWidth: 58, axisLabelFormatter: format || grouped },
      },
      ...this.colours(stacked),
      underlayCallback: (g, area, dygraph) => {
        if (this.isOfTime) drawMarks(g, area, dygraph, marks, page.runs);
      },
      drawCallback: (dygraph, isFirst) => {
        const g = dygraph.hidden_ctx_;
        if (stacked && g) drawNames(g, dygraph.getArea(), dygraph, this.labels);
        if (!isFirst && this.isOfTime) zoomAll(this, dygraph.xAxisRange());
      },
      highlightCallback: (event, x, points, row) => {
        this.tell(row);
        if (this.isOfTime) pointAll(this, x);
      },
      unhighlightCallback: () => {
        this.legend.show("", []);
        if (this.isOfTime) pointAll(this, null);
      },
      xText,
    };
  }
  colours() {
    return {
      colors: this.chart.series.map((series) => theme.colour("c-" + series.key)),
      gridLineColor: theme.colour("grid"),
      axisLineColor: theme.colour("muted"),
    };
  }
  paint() {
    if (!this.dygraph) return;
    const colours = this.colours();
    isBusy = true;
    this.dygraph.updateOptions(colours);
    isBusy = false;
    this.legend.paint(colours.colors, this.dashes, this.chart.stacked);
  }
  tell(row) {
    const x = this.dygraph.getValue(row, 0);
    const values = this.labels.map((_, i) => {
      const value = this.dygraph.getValue(row, i + 1);
      return value === null || value === undefined ? "" : this.format(value);
    });
    const xText = this.dygraph.getOption("xText");
    this.legend.show(xText ? xText(x) : momentText(x), values);
  }
  // The row that is nearest, or nothing.
  point(x) {
    if (!this.dygraph) return;
    if (x === null) {
      this.dygraph.clearSelection();
      this.legend.show("", []);
      return;
    }
    let low = 0;
    let high = this.dygraph.numRows() - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.dygraph.getValue(middle, 0) < x) low = middle + 1;
      else high = middle;
    }
    this.dygraph.setSelection(low);
    this.tell(low);
  }
}

function others(chart, act) {
  if (isBusy) return;
  isBusy = true;
  charts.filter((c) => c !== chart && c.dygraph).forEach(act);
  isBusy = false;
}
function zoomAll(from, range) {
  others(from, (chart) => chart.dygraph.updateOptions({ dateWindow: range }));
}
function pointAll(from, x) {
  others(from, (chart) => chart.point(x));
}

charts.push(new TimeChart("population", { stacked: page.runs < 2 }));
charts.push(new TimeChart("service", {}));
charts.push(new TimeChart("doings", { steps: true }));
if (page.charts.line) {
  charts.push(new TimeChart("line", {}));
  charts.push(new TimeChart("served", { steps: true }));
  const hoursText = (hours) => `${+hours.toFixed(1)} h`;
  charts.push(new TimeChart("waits", { steps: true, format: hoursText }));
}
const daysText = (days) => `${+days.toFixed(1)} d`;
const survival = new TimeChart("survival", {
  isOfTime: false,
  toX: (second) => second / 86400,
  xText: daysText,
  format: (share) => `${+(100 * share).toFixed(1)} %`,
});

for (const chart of charts) {
  if (!chart.dygraph) continue;
  chart.plot.addEventListener("mousemove", (event) => showTip(event, chart.dygraph));
  chart.plot.addEventListener("mouseleave", () => (tip.hidden = true));
}

// ---- Zoom by buttons, for those without a pointer ----
function widest() {
  const all = charts.filter((c) => c.dygraph).map((c) => c.dygraph.xAxisExtremes());
  return [Math.min(...all.map((r) => r[0])), Math.max(...all.map((r) => r[1]))];
}
function zoomTo([from, to]) {
  const [first, last] = widest();
  const length = Math.min(to - from, last - first);
  from = Math.max(first, Math.min(from, last - length));
  charts
    .filter((c) => c.dygraph)
    .forEach((c) => c.dygraph.updateOptions({ dateWindow: [from, from + length] }));
}
function zoomBy(factor, shift) {
  const chart = charts.find((c) => c.dygraph);
  const [from, to] = chart.dygraph.xAxisRange();
  const middle = (from + to) / 2 + shift * (to - from);
  const half = ((to - from) / 2) * factor;
  zoomTo([middle - half, middle + half]);
}
if (charts.some((c) => c.dygraph)) {
  const tools = document.getElementById("zoom-tools");
  const hint = document.createElement("span");
  hint.textContent = "Drag over a chart to look closer.";
  const buttons = [
    ["All of it", () => zoomTo(widest())],
    ["Closer", () => zoomBy(0.5, 0)],
    ["Wider", () => zoomBy(2, 0)],
    ["Earlier", () => zoomBy(1, -0.5)],
    ["Later", () => zoomBy(1, 0.5)],
  ].map(([words, does]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => {
      isBusy = true;
      does();
      isBusy = false;
    });
    return button;
  });
  tools.append(...buttons, hint);
  buttons[0].click();
}

const paintAll = () => [...charts, survival].forEach((chart) => chart.paint());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintAll);
addEventListener("beforeprint", () => {
  document.querySelectorAll("details.values").forEach((d) => (d.open = true));
});
