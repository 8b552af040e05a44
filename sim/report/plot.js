// How one chart is drawn: series on one axis of time, colours of the theme, marks over all of it.
"use strict";

const theme = {
  colour(key) {
    return getComputedStyle(document.documentElement).getPropertyValue("--" + key).trim() || "#888";
  },
};

// The values of all series at every moment that one of them has: [[x, v, v, ...], ...].
function joined(chart, toX) {
  const rows = new Map();
  chart.series.forEach((series, s) => {
    series.v.forEach((value, i) => {
      const x = toX(Math.min(series.first + i * series.step, series.last));
      if (!rows.has(x)) rows.set(x, new Array(chart.series.length).fill(null));
      rows.get(x)[s] = value;
    });
  });
  return [...rows].sort((a, b) => a[0] - b[0]).map(([x, values]) => [x, ...values]);
}

function labelOf(series, runs) {
  const words = series.key.replaceAll("-", " ").replace("re registration", "re-registration");
  return runs < 2 ? words : `${"AB"[series.run]} ${words}`;
}

const DASHES = [null, [7, 4], [2, 3], [8, 3, 2, 3]];

// Lines are told apart by their dashes too: two runs by run, else one after the other.
function dashOf(series, index, chart, runs) {
  if (chart.stacked) return null;
  return DASHES[(runs < 2 ? index : series.run) % DASHES.length];
}

function twoDigits(n) {
  return String(n).padStart(2, "0");
}
function momentText(ms) {
  const t = new Date(ms);
  const date = `${t.getUTCFullYear()}-${twoDigits(t.getUTCMonth() + 1)}-${twoDigits(t.getUTCDate())}`;
  return `${date} ${twoDigits(t.getUTCHours())}:${twoDigits(t.getUTCMinutes())}`;
}
const grouped = (n) => n.toLocaleString("en-US");

// A legend: every series with its line, and its value where the pointer is.
class Legend {
  constructor(element, chart, labels) {
    this.element = element;
    this.items = labels.map((label, i) => {
      const item = document.createElement("span");
      item.className = "entry";
      const sample = document.createElement("canvas");
      sample.width = 44;
      sample.height = 16;
      sample.setAttribute("aria-hidden", "true");
      const value = document.createElement("b");
      const name = document.createElement("span");
      name.textContent = label;
      item.append(sample, name, value);
      return { item, sample, value };
    });
    this.when = document.createElement("span");
    this.when.className = "when";
    element.replaceChildren(...this.items.map((i) => i.item), this.when);
  }
  paint(colours, dashes, filled) {
    this.items.forEach(({ sample }, i) => {
      const g = sample.getContext("2d");
      g.clearRect(0, 0, 44, 16);
      if (filled) {
        g.fillStyle = colours[i];
        g.fillRect(8, 1, 28, 14);
        return;
      }
      g.strokeStyle = colours[i];
      g.lineWidth = 4;
      g.setLineDash((dashes[i] || []).map((d) => d * 2));
      g.beginPath();
      g.moveTo(0, 8);
      g.lineTo(44, 8);
      g.stroke();
    });
  }
  show(when, values) {
    this.when.textContent = when;
    this.items.forEach(({ value }, i) => {
      value.textContent = values[i] === undefined ? "" : values[i];
    });
  }
}

// Bands and lines under a chart, with the numbers by which the table names them.
function drawMarks(g, area, dygraph, marks, runs) {
  g.save();
  g.beginPath();
  g.rect(area.x, 0, area.w, area.y + area.h);
  g.clip();
  g.font = "11px system-ui, sans-serif";
  g.textAlign = "center";
  let last = [-100, -100];
  for (const mark of marks) {
    const from = dygraph.toDomXCoord(mark.from);
    const to = mark.to === null ? from : dygraph.toDomXCoord(mark.to);
    if (to < area.x || from > area.x + area.w) continue;
    if (mark.to !== null) {
      g.fillStyle = theme.colour("mark-band");
      g.fillRect(from, area.y, Math.max(to - from, 1), area.h);
    }
    g.strokeStyle = theme.colour("mark-line");
    g.setLineDash(mark.run === 0 ? [3, 3] : [1, 3]);
    for (const x of mark.to === null ? [from] : [from, to]) {
      g.beginPath();
      g.moveTo(x, area.y);
      g.lineTo(x, area.y + area.h);
      g.stroke();
    }
    const middle = Math.max(area.x + 10, Math.min((from + to) / 2, area.x + area.w - 10));
    if (middle - last[mark.run] < 18) continue;
    last[mark.run] = middle;
    g.fillStyle = theme.colour("muted");
    g.fillText(mark.label, middle, area.y + 11 + 12 * (runs > 1 ? mark.run : 0));
  }
  g.restore();
}

// The name of each state inside its part of a stack, where that is thickest.
function drawNames(g, area, dygraph, labels) {
  g.save();
  g.font = "600 12px system-ui, sans-serif";
  g.textAlign = "center";
  g.textBaseline = "middle";
  const [from, to] = dygraph.xAxisRange();
  labels.forEach((label, s) => {
    let best = null;
    for (let row = 0; row < dygraph.numRows(); ++row) {
      const x = dygraph.getValue(row, 0);
      if (x < from || x > to) continue;
      let below = 0;
      for (let k = s + 1; k < labels.length; ++k) below += dygraph.getValue(row, k + 1);
      const height = dygraph.getValue(row, s + 1);
      const top = dygraph.toDomYCoord(below + height);
      const bottom = dygraph.toDomYCoord(below);
      const half = g.measureText(label).width / 2 + 6;
      const at = dygraph.toDomXCoord(x);
      if (at - half < area.x || at + half > area.x + area.w) continue;
      if (best === null || bottom - top > best.size) {
        best = { size: bottom - top, x: at, y: (top + bottom) / 2 };
      }
    }
    if (best === null || best.size < 17) return;
    g.lineWidth = 3;
    g.strokeStyle = theme.colour("paper");
    g.strokeText(label, best.x, best.y);
    g.fillStyle = theme.colour("ink");
    g.fillText(label, best.x, best.y);
  });
  g.restore();
}
