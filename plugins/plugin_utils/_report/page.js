"use strict";
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const WORDS = {fault: "faulty", unread: "not read", warning: "degraded", waiting: "to wait for", expected: "not expected", healthy: "healthy"};
  const STATES = Object.keys(WORDS);
  const MOST_CHIPS = 24;
  const MOST_PIECES = 6;
  const MOST_MACHINES = 24;
  const byId = (id) => document.getElementById(id);
  const day = (at) => (at || "").slice(0, 16).replace("T", " ");
  const plural = (n, noun) => n + " " + noun + (n === 1 ? "" : "s");

  // Everything that came from a host goes through textContent: there is no other way into the page.
  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : value);
    }
    for (const child of children) {
      if (child !== undefined && child !== null) node.append(child);
    }
    return node;
  }

  const inside = data.rows.filter((row) => row.in_inventory);
  data.rows.forEach((row, number) => { row.number = number; });

  /* Colour, light or dark */
  function setTheme(dark) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    byId("theme").textContent = dark ? "Light" : "Dark";
    byId("theme").setAttribute("aria-pressed", String(dark));
  }
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  setTheme(prefersDark.matches);
  prefersDark.addEventListener("change", (event) => setTheme(event.matches));
  byId("theme").addEventListener("click", () => setTheme(document.documentElement.dataset.theme !== "dark"));
  byId("print").addEventListener("click", () => window.print());

  /* 1. Is the picture complete? */
  function showComplete() {
    const machines = new Set(data.hmcs.flatMap((hmc) => hmc.systems.map((system) => system.machine)));
    byId("when").textContent = [data.generated_at, plural(inside.length, "LPAR"), plural(data.hmcs.length, "HMC"), plural(machines.size, "machine")].filter(Boolean).join("  \u00b7  ");
    const banner = make("div", {class: "banner " + (data.complete ? "yes" : "no")});
    if (data.complete) {
      banner.append(make("strong", {}, "Yes. Every HMC, machine and LPAR was read."));
    } else {
      banner.append(make("strong", {}, "No. What is listed here could not be read, and nothing below speaks for it."));
    }
    if (data.gaps.length) {
      const list = make("ul", {class: "gaps"});
      const add = (gap) => list.append(make("li", {}, make("span", {class: "muted"}, gap.kind), make("span", {}, gap.name), make("span", {}, gap.why)));
      data.gaps.slice(0, 12).forEach(add);
      banner.append(list);
      if (data.gaps.length > 12) banner.append(moreButton(data.gaps.length - 12, () => data.gaps.slice(12).forEach(add)));
    }
    const counts = make("ul", {class: "counts"});
    for (const state of STATES) {
      const n = data.states[state];
      if (!n) continue;
      const button = make("button", {type: "button", onclick: () => filterBy({state: state})}, make("b", {}, String(n)), " " + WORDS[state]);
      button.classList.add("tag", state);
      counts.append(make("li", {}, button));
    }
    byId("complete-body").append(banner, counts);
  }

  function moreButton(n, action) {
    const button = make("button", {type: "button", class: "small", onclick: () => { action(); button.remove(); }}, "Show " + n + " more");
    return button;
  }

  /* 2. What is wrong, one row per cause */
  function showWrong() {
    const body = byId("wrong-body");
    const told = data.groups.filter((group) => ["fault", "unread", "warning", "waiting"].includes(group.state));
    if (!told.length) body.append(make("p", {class: "muted"}, data.complete ? "Nothing." : "Nothing in what could be read."));
    for (const group of told) body.append(cause(group));
    const quiet = data.totals.filter(([code]) => !told.some((group) => group.code === code));
    if (quiet.length) body.append(make("p", {class: "muted small quiet"}, "No fault: " + quiet.map(([code, n]) => code + " " + n).join(", ")));
  }

  function cause(group) {
    const members = group.pieces.reduce((n, piece) => n + piece.rows.length, 0);
    const box = make("div", {class: "cause"}, make("div", {}, make("span", {class: "tag " + group.state}, group.code),
      make("div", {class: "n"}, [plural(members, "LPAR"), group.fleet ? "one cause" : "", group.confidence].filter(Boolean).join(", "))));
    const right = make("div", {class: "pieces"});
    group.pieces.slice(0, MOST_PIECES).forEach((one) => right.append(piece(one)));
    const rest = group.pieces.slice(MOST_PIECES);
    if (rest.length) right.append(moreButton(rest.length, () => rest.forEach((one) => right.append(piece(one)))));
    box.append(right);
    return box;
  }

  function piece(one) {
    const box = make("div", {}, make("p", {}, one.summary));
    if (one.next) box.append(make("p", {class: "next"}, one.next));
    if (one.blocked_by.length) box.append(make("p", {class: "stop"}, one.blocked_by.join(", ")));
    const chips = make("ul", {class: "chips"});
    const add = (number) => chips.append(make("li", {}, make("button", {type: "button", onclick: () => openRow(number)}, data.rows[number].label)));
    one.rows.slice(0, MOST_CHIPS).forEach(add);
    if (one.rows.length > MOST_CHIPS) {
      const more = make("li", {});
      more.append(moreButton(one.rows.length - MOST_CHIPS, () => { more.remove(); one.rows.slice(MOST_CHIPS).forEach(add); }));
      chips.append(more);
    }
    box.append(chips);
    return box;
  }

  /* 3. Estate: HMC x machine x LPAR */
  const SQUARES = {up: "active, DLPAR capable", half: "active, but no DLPAR", unsure: "busy, or DLPAR not known", down: "inactive", off: "not expected to be connected", nothing: "not read"};
  const squareOf = (state) => (state ? state[2] : "nothing");

  function showEstate() {
    for (const [kind, words] of Object.entries(SQUARES)) {
      byId("legend").append(make("li", {}, make("span", {class: "sq " + kind, "aria-hidden": "true"}), words));
    }
    const machines = new Map();
    for (const hmc of data.hmcs) {
      for (const system of hmc.systems) {
        const machine = machines.get(system.machine) || {name: system.name, machine: system.machine, hmcs: new Map(), rows: []};
        if (system.outcome === "ok") machine.name = system.name;
        machine.hmcs.set(hmc.name, system);
        machines.set(system.machine, machine);
      }
    }
    for (const row of data.rows) {
      const key = row.machine || "";
      if (!machines.has(key)) machines.set(key, {name: row.system || "", machine: key, hmcs: new Map(), rows: []});
      machines.get(key).rows.push(row);
    }
    const ordered = [...machines.values()].sort((a, b) => (a.machine === "") - (b.machine === "") || a.name.localeCompare(b.name) || a.machine.localeCompare(b.machine));
    const calm = (machine) => machine.rows.every((row) => row.state === "healthy" || row.state === "expected") && [...machine.hmcs.values()].every((system) => system.outcome === "ok");
    // A large estate shows where something is wrong; the rest is one click away.
    const folded = ordered.length > MOST_MACHINES ? ordered.filter(calm) : [];
    byId("map").append(make("div", {class: "map"}, ...ordered.filter((machine) => !folded.includes(machine)).map(machineBlock)));
    if (folded.length) {
      const fold = make("details", {}, make("summary", {}, plural(folded.length, "machine") + " without a fault"));
      fold.addEventListener("toggle", () => fold.append(make("div", {class: "map"}, ...folded.map(machineBlock))), {once: true});
      byId("map").append(fold);
    }
  }

  function machineBlock(machine) {
    const rows = machine.rows.slice().sort((a, b) => (a.lpar_id || 0) - (b.lpar_id || 0) || a.label.localeCompare(b.label));
    const title = machine.machine ? machine.name || machine.machine : "Machine not known";
    const box = make("div", {class: "machine"}, make("h3", {}, title, make("span", {}, (machine.machine && machine.name ? machine.machine + ", " : "") + plural(rows.length, "LPAR"))));
    const names = new Set([...machine.hmcs.keys(), ...rows.flatMap((row) => Object.keys(row.hmcs))]);
    const grid = make("div", {role: "grid", "aria-label": "LPARs of " + title});
    for (const name of names.size ? [...names].sort() : [""]) {
      const system = machine.hmcs.get(name);
      const readable = !system || system.outcome === "ok";
      const squares = make("div", {class: "squares", role: "row"});
      for (const row of rows) {
        const state = readable ? row.hmcs[name] : null;
        const kind = squareOf(state);
        const said = name ? name + ": " + (state && state[0] ? [state[0], state[1]].filter(Boolean).join(" ") : "not read") : "no HMC";
        const label = row.label + " (" + row.code + "), " + said;
        squares.append(make("span", {role: "gridcell"}, make("button", {type: "button", class: "sq " + kind, tabindex: "-1", "aria-label": label, "data-row": row.number})));
      }
      grid.append(make("div", {class: "line", role: "presentation"}, make("span", {title: name}, name || "no HMC"), squares));
    }
    const first = grid.querySelector(".sq");
    if (first) first.tabIndex = 0;
    box.append(grid);
    return box;
  }

  function moveInGrid(event) {
    const square = event.target.closest("button.sq");
    if (!square) return;
    const line = square.closest(".squares");
    const lines = [...line.closest("[role=grid]").querySelectorAll(".squares")];
    const all = (of) => [...of.querySelectorAll("button.sq")];
    const x = all(line).indexOf(square);
    const y = lines.indexOf(line);
    const to = {
      ArrowRight: () => all(line)[x + 1], ArrowLeft: () => all(line)[x - 1],
      ArrowDown: () => lines[y + 1] && all(lines[y + 1])[x], ArrowUp: () => lines[y - 1] && all(lines[y - 1])[x],
      Home: () => all(line)[0], End: () => all(line).at(-1),
    }[event.key];
    const target = to && to();
    if (!to) return;
    event.preventDefault();
    if (!target) return;
    square.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  }

  function point(event) {
    const square = event.target.closest("button.sq");
    if (square) byId("pointed").textContent = square.getAttribute("aria-label");
  }

  /* 4. LPARs */
  const COLUMNS = [
    {title: "LPAR", width: "16%", key: (row) => row.label.toLowerCase()},
    {title: "State", width: "11%", key: (row) => STATES.indexOf(row.state)},
    {title: "Cause", width: "18%", key: (row) => row.code},
    {title: "Machine", width: "16%", key: (row) => (row.system || row.machine || "") + String(row.lpar_id || 0).padStart(5, "0")},
    {title: "HMC", width: "16%", key: (row) => Object.values(row.hmcs).filter((state) => state[0] === "active").length},
    {title: "Next step", width: "23%", key: (row) => row.rung || "~"},
  ];
  let sorted = {column: null, down: false};
  const shown = {query: "", state: "", code: "", hmc: "", machine: ""};

  function showTable() {
    COLUMNS.forEach((column, number) => {
      const head = make("th", {scope: "col", "aria-sort": "none"}, make("button", {type: "button", onclick: () => sortBy(number)}, column.title));
      head.style.width = column.width;
      byId("head").append(head);
    });
    const fragment = document.createDocumentFragment();
    for (const row of data.rows) {
      row.node = tableRow(row);
      row.text = [row.label, row.lpar_name, row.machine, row.system, row.code, row.summary, row.kind, ...Object.entries(row.hmcs).flatMap(([name, state]) => [name, state[0], state[1]])].join(" ").toLowerCase();
      fragment.append(row.node);
    }
    byId("body").append(fragment);
    fill("f-state", STATES.filter((state) => data.rows.some((row) => row.state === state)), (state) => WORDS[state]);
    fill("f-code", [...new Set(data.rows.map((row) => row.code))].sort());
    fill("f-hmc", data.hmcs.map((hmc) => hmc.name).sort());
    const names = new Map(data.rows.filter((row) => row.machine).map((row) => [row.machine, row.system ? row.system + "  " + row.machine : row.machine]));
    fill("f-machine", [...names.keys()].sort((a, b) => names.get(a).localeCompare(names.get(b))), (machine) => names.get(machine));
    byId("search").addEventListener("input", (event) => { shown.query = event.target.value.trim().toLowerCase(); applyFilters(); });
    for (const what of ["state", "code", "hmc", "machine"]) {
      byId("f-" + what).addEventListener("change", (event) => { shown[what] = event.target.value; applyFilters(); });
    }
    byId("filters").addEventListener("submit", (event) => event.preventDefault());
    byId("reset").addEventListener("click", () => filterBy({}));
    applyFilters();
  }

  function fill(id, values, words) {
    byId(id).append(make("option", {value: ""}, "all"), ...values.map((value) => make("option", {value: value}, words ? words(value) : value)));
  }

  function tableRow(row) {
    const name = make("td", {class: "name"}, make("button", {type: "button", "aria-expanded": "false", onclick: () => toggle(row)}, row.label));
    const notes = [row.in_inventory ? "" : row.maybe_host ? "may be " + row.maybe_host : "not in the inventory", row.clustered ? "cluster" : "", row.flapping ? "flapping" : "", ...(row.flags || []).filter((flag) => flag !== "CLUSTERED" && flag !== "FLAPPING")];
    const note = [...new Set(notes.filter(Boolean))].join(", ");
    if (note) name.append(make("span", {class: "sub"}, note));
    const causeCell = make("td", {}, make("span", {class: "mono"}, row.code));
    if (row.since) causeCell.append(make("span", {class: "sub"}, (row.since.first_sighting ? "at least since " : "since ") + day(row.since.at)));
    if (row.last_known) causeCell.append(make("span", {class: "sub"}, "last known: " + row.last_known.verdict + ", read " + day(row.last_known.read_at)));
    const hmcs = make("div", {class: "hmcs"});
    for (const [hmc, state] of Object.entries(row.hmcs)) {
      hmcs.append(make("span", {}, make("i", {class: "sq " + squareOf(state), "aria-hidden": "true"}), hmc + " " + (state[0] || "not read")));
    }
    const where = make("td", {}, row.system || row.machine || "", make("span", {class: "sub"}, [row.system ? row.machine : "", row.lpar_id !== undefined ? "id " + row.lpar_id : ""].filter(Boolean).join(", ")));
    const step = make("td", {}, make("span", {class: "clamp"}, row.next || ""));
    if (row.rung) step.append(make("span", {class: "sub"}, "rung: " + row.rung));
    if (row.blocked_by) step.append(make("span", {class: "sub"}, "not now: " + row.blocked_by.join(", ")));
    return make("tr", {class: "lpar"}, name, make("td", {}, make("span", {class: "tag " + row.state}, WORDS[row.state])), causeCell, where, make("td", {}, hmcs), step);
  }

  function matches(row) {
    return (!shown.state || row.state === shown.state) && (!shown.code || row.code === shown.code) && (!shown.hmc || shown.hmc in row.hmcs) &&
      (!shown.machine || row.machine === shown.machine) && (!shown.query || shown.query.split(/\s+/).every((word) => row.text.includes(word)));
  }

  function applyFilters() {
    let n = 0;
    for (const row of data.rows) {
      const fits = matches(row);
      if (row.node.hidden === fits) row.node.hidden = !fits;
      if (row.story) row.story.hidden = !fits;
      n += fits;
    }
    byId("count").textContent = n === data.rows.length ? plural(n, "LPAR") : n + " of " + plural(data.rows.length, "LPAR");
    byId("none").hidden = n > 0;
  }

  function filterBy(wanted) {
    Object.assign(shown, {query: "", state: "", code: "", hmc: "", machine: ""}, wanted);
    byId("search").value = shown.query;
    for (const what of ["state", "code", "hmc", "machine"]) byId("f-" + what).value = shown[what];
    applyFilters();
    if (Object.keys(wanted).length) byId("lpars").scrollIntoView();
  }

  function sortBy(number) {
    sorted = {column: number, down: sorted.column === number && !sorted.down};
    const key = COLUMNS[number].key;
    const sign = sorted.down ? -1 : 1;
    const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    const ordered = data.rows.map((row) => [key(row), row]).sort((a, b) => sign * compare(a[0], b[0]) || a[1].number - b[1].number);
    const fragment = document.createDocumentFragment();
    for (const [, row] of ordered) {
      fragment.append(row.node);
      if (row.story) fragment.append(row.story);
    }
    byId("body").append(fragment);
    [...byId("head").children].forEach((head, other) => head.setAttribute("aria-sort", other !== number ? "none" : sorted.down ? "descending" : "ascending"));
  }

  function toggle(row) {
    const button = row.node.querySelector("button");
    if (row.story) {
      row.story.remove();
      row.story = null;
      button.setAttribute("aria-expanded", "false");
      return;
    }
    row.story = story(row);
    row.node.after(row.story);
    button.setAttribute("aria-expanded", "true");
  }

  function openRow(number) {
    const row = data.rows[number];
    if (!matches(row)) filterBy({});
    if (!row.story) toggle(row);
    row.node.scrollIntoView({block: "center"});
    row.node.querySelector("button").focus({preventScroll: true});
  }

  const line = (entry) => (typeof entry === "number" ? data.lines[entry] : entry);

  function side(title, lines, empty) {
    const box = make("div", {class: "side"}, make("h4", {}, title));
    if (!lines || !lines.length) return make("div", {class: "side"}, make("h4", {}, title), make("p", {class: "muted small"}, empty));
    const list = make("dl", {});
    for (const [what, value, mood] of lines.map(line)) list.append(make("dt", {}, what), make("dd", {class: mood}, value));
    box.append(list);
    return box;
  }

  function story(row) {
    const inner = make("div", {class: "story-in"});
    if (row.next || row.blocked_by) {
      inner.append(make("div", {}, row.next ? make("p", {class: "next"}, row.next + (row.rung ? " (" + row.rung + ")" : "")) : null,
        row.blocked_by ? make("p", {class: "stop"}, row.blocked_by.join(", ")) : null));
      const reasons = make("ul", {class: "reasons"});
      for (const refusal of row.refusals || []) {
        for (const told of refusal.evidence || []) reasons.append(make("li", {}, make("span", {class: "mono"}, refusal.reason), ": " + told.source + ": " + told.detail));
      }
      if (row.blocked_by && reasons.children.length) inner.append(reasons);
    }
    const known = Object.entries(row.hmcs).map(([name, state]) => [name, [state[0] || "not read", state[1]].filter(Boolean).join(" "), state[0] === "active" ? "ok" : ""]);
    inner.append(make("div", {class: "sides"}, side("What the LPAR says", row.lpar_side, "Nothing: it was not read in this run."),
      side("What the HMCs say", row.hmc_side || known, "Nothing: no HMC in this run knows it.")));
    for (const finding of row.findings) {
      const box = make("div", {class: "finding"}, make("span", {class: "mono"}, finding.code), make("span", {class: "muted small"}, "  " + [finding.severity, finding.confidence].filter(Boolean).join(", ")),
        make("p", {}, finding.summary));
      if (finding.next && finding.next !== row.next) box.append(make("p", {class: "next small"}, finding.next));
      const list = make("ul", {});
      for (const [source, detail] of finding.evidence.map(line)) list.append(make("li", {}, make("span", {class: "mono"}, source), ": " + detail));
      if (finding.evidence.length) box.append(list);
      inner.append(box);
    }
    if (!row.findings.length && row.state === "healthy") inner.append(make("p", {class: "muted small"}, "No finding."));
    return make("tr", {class: "story"}, make("td", {colspan: String(COLUMNS.length)}, inner));
  }

  /* 5. What changed */
  function showChanges() {
    const body = byId("changed-body");
    const changes = data.changes;
    if (!changes.previous_at) {
      body.append(make("p", {class: "muted"}, "There is no earlier report to compare with."));
      return;
    }
    body.append(make("p", {class: "muted small"}, "Compared with the report of " + changes.previous_at + ". An LPAR that could not be read keeps its last known state."));
    const boxes = make("div", {class: "changes"});
    for (const [key, title] of [["new", "New"], ["changed", "Other cause now"], ["fixed", "Fixed"], ["flapping", "Flapping"], ["unread", "Not read this time"]]) {
      const items = changes[key] || [];
      if (!items.length) continue;
      const list = make("ul", {});
      const add = (item) => list.append(make("li", {}, make("b", {}, item.name), " " + (item.before ? item.before + " \u2192 " : "") + item.verdict));
      items.slice(0, 20).forEach(add);
      const box = make("div", {}, make("h3", {}, title + " (" + items.length + ")"), list);
      if (items.length > 20) box.append(moreButton(items.length - 20, () => items.slice(20).forEach(add)));
      boxes.append(box);
    }
    body.append(boxes.children.length ? boxes : make("p", {}, "Nothing changed."));
  }

  showComplete();
  showWrong();
  showEstate();
  showTable();
  showChanges();
  if (data.firewall) {
    byId("request").hidden = false;
    byId("request-text").textContent = data.firewall;
  }
  const map = byId("map");
  map.addEventListener("keydown", moveInGrid);
  map.addEventListener("focusin", point);
  map.addEventListener("mouseover", point);
  map.addEventListener("click", (event) => {
    const square = event.target.closest("button.sq");
    if (square) openRow(Number(square.dataset.row));
  });
  document.documentElement.dataset.ready = "yes";
})();
