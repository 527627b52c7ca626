// Sorting by a column, filtering by words and facts, light and dark.

const rows = [...document.querySelectorAll("tbody tr")];
const beside = [...document.querySelectorAll("figure, .notes li")];
const boards = [...document.querySelectorAll(".board")];
const form = document.getElementById("filters");
const fields = [...form.querySelectorAll("[data-fact]")];

// --- sorting -------------------------------------------------------------------------------------------------------

// A cell without a value stands last, whichever way the column runs.
function compare(a, b, way) {
  if (a === null || b === null) return (a === null) - (b === null);
  const difference = Number(a) - Number(b);
  return way * (Number.isNaN(difference) ? a.localeCompare(b, "en", { numeric: true }) : difference);
}

function valueOf(row, at, text) {
  const cell = row.cells[at];
  if (cell.dataset.value !== undefined) return cell.dataset.value;
  return text ? cell.textContent.trim() : null;
}

// First up, then down, then as the board had it. Controls stay below the methods.
function sort(head, at) {
  const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort")];
  const text = !head.classList.contains("figure");
  const way = next === "descending" ? -1 : 1;
  for (const other of head.parentElement.cells) if (other.ariaSort) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", next);
  for (const body of head.closest("table").tBodies) {
    const inside = [...body.rows];
    if (next === "none") inside.sort((a, b) => a.place - b.place);
    else inside.sort((a, b) => compare(valueOf(a, at, text), valueOf(b, at, text), way) || a.place - b.place);
    body.append(...inside);
  }
}

rows.forEach((row, place) => { row.place = place; });
for (const head of document.querySelectorAll("thead th:not(.plain)")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  head.setAttribute("aria-sort", "none");
  button.addEventListener("click", () => sort(head, head.cellIndex));
}

// --- filtering -----------------------------------------------------------------------------------------------------

// What does not have a fact at all is not filtered by it.
function has(element, chosen) {
  return chosen.every(([fact, value]) => !(fact in element.dataset) || element.dataset[fact] === value);
}

for (const row of rows) row.words = `${row.textContent} ${Object.values(row.dataset).join(" ")}`.toLowerCase();

function filter() {
  const chosen = fields.filter((field) => field.value).map((field) => [field.dataset.fact, field.value]);
  const facts = chosen.filter(([fact]) => fact !== "words");
  const wanted = fields[0].value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of rows) row.hidden = !(has(row, facts) && wanted.every((word) => row.words.includes(word)));
  for (const one of beside) one.hidden = !has(one, facts);
  for (const board of boards) {
    const left = board.querySelectorAll("tbody tr:not([hidden])").length;
    board.hidden = !left;
    const size = board.querySelector(".size");
    if (size) size.textContent = left;
  }
  const left = rows.filter((row) => !row.hidden).length;
  document.getElementById("count").textContent = chosen.length ? `${left} of ${rows.length} rows` : "";
}

function chosen({ target }) {
  address.set(target.dataset.fact, target.value);
  filter();
}

form.hidden = false;
for (const told of ["input", "change"]) form.addEventListener(told, chosen);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", (event) => {
  event.preventDefault();
  for (const field of fields) { field.value = ""; address.set(field.dataset.fact, ""); }
  filter();
});
address.readers.push(() => {
  for (const field of fields) field.value = address.get(field.dataset.fact);
  filter();
});

// --- light and dark ------------------------------------------------------------------------------------------------

const theme = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;
const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
const name = () => { theme.textContent = dark() ? "Light" : "Dark"; };
theme.hidden = false;
theme.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
system.addEventListener("change", name);
name();
