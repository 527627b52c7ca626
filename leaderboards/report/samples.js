// One sample, and where two runs part ways. What logs hold is written as text alone, never as HTML.

const held = document.getElementById("data");
if (held) readSamples(JSON.parse(held.textContent));
address.read();

function readSamples({ viewer, boards }) {
  const at = (id) => document.getElementById(id);
  const runs = boards.flatMap((board) => board.runs.map((run, place) => ({ ...run, board, place })));
  const [RIGHT, UNASKED] = ["1", "."];
  let first, second, kind, left;

  function element(name, text, more = {}) {
    const made = Object.assign(document.createElement(name), more);
    made.append(text);
    return made;
  }

  // --- which questions ---------------------------------------------------------------------------------------------

  // Each kind of question with its name: of one run right or not, of two runs the four ways.
  function kinds() {
    if (!second) return [["all", "all"], ["right", "right"], ["wrong", "not right"]];
    return [
      ["differ", "answered differently"], ["first", `only ${first.name} right`], ["second", `only ${second.name} right`],
      ["both", "both right"], ["neither", "neither right"], ["all", "all"],
    ];
  }

  function of(kind, place) {
    const [a, b] = [first, second || first].map((run) => run.verdicts[place]);
    if (a === UNASKED || b === UNASKED) return false;
    const [right, other] = [a === RIGHT, b === RIGHT];
    return {
      all: true, right, wrong: !right, differ: right !== other,
      first: right && !other, second: other && !right, both: right && other, neither: !right && !other,
    }[kind];
  }

  function choose() {
    first = runs.find((run) => run.key === address.get("run")) || runs[0];
    second = runs.find((run) => run.key === address.get("beside") && run.board === first.board && run.key !== first.key);
    const known = kinds().map(([name]) => name);
    kind = known.includes(address.get("kind")) ? address.get("kind") : known[0];
    left = first.board.questions.filter((question) => of(kind, question.at));
  }

  // --- drawing -----------------------------------------------------------------------------------------------------

  function draw() {
    choose();
    at("run").value = first.key;
    at("beside").replaceChildren(new Option("no other run", ""), ...first.board.runs
      .filter((run) => run.key !== first.key).map((run) => new Option(run.name, run.key)));
    at("beside").value = second ? second.key : "";
    const places = [...first.verdicts].map((_, place) => place);
    const buttons = kinds().map(([name, words]) => {
      const counted = places.filter((place) => of(name, place)).length;
      const button = element("button", `${words} `, { type: "button" });
      button.append(element("b", counted.toLocaleString("en")));
      button.setAttribute("aria-pressed", name === kind);
      button.addEventListener("click", () => { address.set("kind", name); address.set("sample", ""); draw(); });
      return button;
    });
    at("tally").replaceChildren(...buttons);
    const all = places.filter((place) => of(kind, place)).length;
    at("shown").textContent = left.length < all ? `${left.length} of these ${all.toLocaleString("en")} are on this page; the log has them all.` : "";
    drawList();
  }

  function drawList() {
    const open = left.find((question) => question.id === address.get("sample")) || left[0];
    at("listed").replaceChildren(...left.map((question) => {
      const button = element("button", "", { type: "button" });
      for (const run of second ? [first, second] : [first]) button.append(sign(run, question));
      button.append(question.asked.slice(0, 160) || question.id);
      button.setAttribute("aria-current", question === open);
      button.addEventListener("click", () => { address.set("sample", question.id); drawList(); });
      return element("li", button);
    }));
    at("sample").replaceChildren(...(open ? told(open) : ["No such question."]));
  }

  function sign(run, question) {
    const right = run.verdicts[question.at] === RIGHT;
    return element("i", right ? "\u2713" : "\u2717", { className: right ? "good" : "bad", title: run.name });
  }

  function told(question) {
    const answers = element("div", "", { className: "answers" });
    for (const run of second ? [first, second] : [first]) answers.append(answered(run, question));
    return [text("question", question.asked), text("expected", question.target), answers];
  }

  function text(name, words) {
    const made = element("div", element("h4", name), { className: "text" });
    made.append(element("pre", words));
    return made;
  }

  function answered(run, question) {
    const made = element("div", element("h4", run.name), { className: "answer" });
    const answer = question.answers[run.place];
    const verdict = element("p", sign(run, question), { className: "verdict" });
    verdict.append(answer ? answer.verdict : "no sample in the log");
    made.append(verdict);
    for (const [name, words] of answer ? answer.texts : []) made.append(text(name, words));
    const links = element("p", "", { className: "links" });
    const path = [run.viewed.split("/").map(encodeURIComponent).join("/"), "samples/sample", encodeURIComponent(question.id), "1/"];
    links.append(element("a", "inspect view", { href: `${viewer}/#/logs/${path.join("/")}` }));
    if (run.log) links.append(element("a", "log", { href: run.log }));
    made.append(links);
    return made;
  }

  // --- choosing ----------------------------------------------------------------------------------------------------

  at("run").replaceChildren(...boards.map((board) => {
    const group = Object.assign(document.createElement("optgroup"), { label: board.title });
    group.append(...board.runs.map((run) => new Option(run.name, run.key)));
    return group;
  }));
  for (const name of ["run", "beside"]) {
    at(name).addEventListener("change", () => {
      address.set(name, at(name).value);
      for (const other of ["kind", "sample"]) address.set(other, "");
      draw();
    });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#run=']");
    if (!link) return;
    event.preventDefault();
    for (const name of ["beside", "kind", "sample", "at"]) address.set(name, "");
    address.set("run", link.hash.slice("#run=".length));
    address.read();
  });
  at("samples").hidden = false;
  address.readers.push(draw);
}
