"use strict";
(() => {
  const table = document.getElementById("class-table");
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  if (!table) return;
  const body = table.tBodies[0];
  const gap = body.querySelector(".gap");
  const rows = [...body.rows].filter((row) => row !== gap);
  const heads = [...table.tHead.rows[0].cells];

  const value = (row, column) => {
    const cell = row.cells[column];
    const text = cell.dataset.v ?? cell.textContent.trim();
    if (text === "absent") return 0;
    const number = Number(text.replace(/[,%\s]/g, ""));
    return text === "" || text === "–" ? -1 : Number.isNaN(number) ? text.toLowerCase() : number;
  };
  const compare = (a, b) =>
    typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === "number" ? -1 : 1;
  const sort = (column) => {
    const first = heads[column].classList.contains("n") ? "descending" : "ascending";
    const now = heads[column].getAttribute("aria-sort");
    const up = now === null ? first === "ascending" : now === "descending";
    const keyed = rows.map((row, place) => ({ row, place, key: value(row, column) }));
    keyed.sort((a, b) => (up ? 1 : -1) * compare(a.key, b.key) || a.place - b.place);
    heads.forEach((head) => head.removeAttribute("aria-sort"));
    heads[column].setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...keyed.map((entry) => entry.row), ...(gap ? [gap] : []));
  };
  const buttons = heads.map((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    return button;
  });
  const offer = () => heads.forEach((head, column) => head.replaceChildren(buttons[column]));
  // A button in a table head is not painted again on the second printed page; text is.
  addEventListener("beforeprint", () => heads.forEach((head, column) => head.replaceChildren(buttons[column].textContent)));
  addEventListener("afterprint", offer);
  offer();

  const controls = document.createElement("div");
  controls.className = "controls";
  const caption = document.createElement("label");
  caption.htmlFor = "class-filter";
  caption.textContent = "Filter classes";
  const input = document.createElement("input");
  input.id = "class-filter";
  input.type = "search";
  input.placeholder = "name, or head / medium / few";
  const shown = document.createElement("output");
  shown.setAttribute("for", "class-filter");
  const filter = () => {
    const wanted = input.value.trim().toLowerCase();
    let left = 0;
    rows.forEach((row) => {
      row.hidden = wanted !== "" && !row.dataset.f.includes(wanted);
      left += row.hidden ? 0 : 1;
    });
    if (gap) gap.hidden = wanted !== "";
    shown.textContent = wanted === "" ? "" : `${left} of ${rows.length} listed`;
  };
  input.addEventListener("input", filter);
  controls.append(caption, input, shown);
  table.parentElement.before(controls);
  rows.forEach((row) => { row.dataset.f = (row.cells[1].textContent + " " + row.dataset.b).toLowerCase(); });
})();
