// The table of the stranded: searched and sorted; and clients' lives, which open where a link asks.
"use strict";

function openTarget() {
  const target = location.hash.startsWith("#client-") && document.getElementById(location.hash.slice(1));
  if (!target) return;
  target.open = true;
  target.scrollIntoView();
}
addEventListener("hashchange", openTarget);
openTarget();

function makeSortable(table, body, rows) {
  const headings = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator("en", { numeric: true });
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const isDown = heading.getAttribute("aria-sort") === "ascending";
      headings.forEach((h) => h.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      rows.sort((a, b) => {
        const order = collator.compare(a.keys[column], b.keys[column]);
        return (isDown ? -order : order) || a.place - b.place;
      });
      body.append(...rows.map((row) => row.element));
    });
  });
}

function makeSearchable(tools, rows) {
  const label = document.createElement("label");
  label.textContent = "Search ";
  const input = document.createElement("input");
  input.type = "search";
  input.id = "search-stranded";
  input.placeholder = "a device, a cohort, a cause";
  label.append(input);
  const status = document.createElement("output");
  status.setAttribute("aria-live", "polite");
  tools.append(label, status);
  const search = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = words.every((word) => row.text.includes(word));
      row.element.hidden = !fits;
      if (fits) ++shown;
    }
    status.textContent = words.length === 0 ? "" : `${grouped(shown)} of ${grouped(rows.length)}`;
  };
  input.addEventListener("input", search);
}

const strandedTable = document.getElementById("stranded-clients");
if (strandedTable) {
  const body = strandedTable.tBodies[0];
  const rows = [...body.rows].map((element, place) => {
    const keys = [...element.cells].map((cell) => cell.textContent);
    return { element, place, keys, text: keys.slice(0, -1).join("\n").toLowerCase() };
  });
  makeSortable(strandedTable, body, rows);
  makeSearchable(document.getElementById("stranded-tools"), rows);
}
