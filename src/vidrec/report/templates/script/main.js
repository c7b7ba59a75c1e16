// ---- the page as a whole, and where the address leads ----

const VIEWS = ["videos", "map", "faults"];
let cameFrom = null;
let scrolled = 0;

const FIGURES = ["precision_at_10", "map_at_10", "accuracy"];
const figures = () => FIGURES.filter((key) => key in data.figures).map((key) => [key, data.figures[key]]);

function top_() {
  const switched = h("select", { "aria-label": say("language"), onchange: ({ target }) => {
    lang = target.value;
    draw();
    if (!isAsked(asked)) document.querySelector(".language select").focus();
  } }, Object.entries(LANGUAGES).map(([code, label]) => h("option", { value: code, lang: code,
    selected: code === lang }, label)));
  return h("header", { class: "top" },
    h("div", { class: "name" }, h("h1", {}, say("title")), h("p", {}, say("about", data.ids.length))),
    h("dl", { class: "figures" }, figures().map(([key, value]) => h("div", {
      title: say("shareOf", say(`${key}_of`)) }, h("dt", {}, say(key)), h("dd", {}, percent(value))))),
    h("label", { class: "language" }, switched));
}

function tools() {
  const search = h("input", { id: ".find", type: "search", placeholder: say("search"), autocomplete: "off",
    spellcheck: "false", value: wanted.text, "aria-label": say("search") });
  search.addEventListener("input", () => {
    wanted.text = search.value;
    cardsShown = AT_ONCE;
    filter();
  });
  return [
    h("form", { class: "find", role: "search", onsubmit: (event) => event.preventDefault() }, search),
    h("div", { class: "tools" },
      h("div", { class: "chips", id: ".kinds", role: "group", "aria-label": say("only") }),
      h("div", { class: "chips", id: ".groups", role: "group", "aria-label": say("onlyObjects") }),
      h("div", { class: "bar" },
        h("nav", { "aria-label": say("views") }, VIEWS.map((each) => h("a", { href: `#/${each}`, "data-view": each },
          say(each)))),
        h("p", { class: "found", role: "status", id: ".found" }))),
    h("p", { class: "note", id: ".none", hidden: true }, say("none"), " ",
      h("button", { type: "button", class: "plain", onclick: showAll }, say("showAll"))),
    h("div", { class: "note", id: ".unknown", role: "status", hidden: true }),
  ];
}

function views() {
  return [
    h("section", { class: "view", id: ".videos", "aria-labelledby": ".videos-title" },
      h("h2", { class: "unseen", id: ".videos-title" }, say("videos")), h("div", { id: ".grid" })),
    h("section", { class: "view", id: ".map", "aria-labelledby": ".map-title" },
      h("h2", { class: "unseen", id: ".map-title" }, say("map")),
      h("p", { class: "lead", id: ".map-help" }, say("mapHelp")),
      h("p", { class: "zoom" }, [["closer", 1.6], ["farther", 1 / 1.6], ["wholeMap", 0]].map(([key, factor]) => h(
        "button", { type: "button", class: "small", onclick: () => zoom(factor) }, say(key)))),
      h("div", { class: "chart", id: ".chart" },
        h("div", { class: "tip", id: ".tip", "aria-hidden": "true", hidden: true })),
      h("ul", { class: "legend", "aria-label": say("categories") },
        data.categories.map((_, kind) => h("li", {}, category(kind))))),
    h("section", { class: "view", id: ".faults", "aria-labelledby": ".faults-title" },
      h("h2", { class: "unseen", id: ".faults-title" }, say("faults")),
      data.worst.length ? h("p", { class: "lead" }, say("faultsHelp")) : h("p", { class: "note" }, say("noFaults")),
      h("ol", { class: "faults", id: ".worst" })),
  ];
}

function mixture() {
  const sizes = counted([...data.kinds.keys()], (place) => [data.kinds[place]]);
  return h("div", { class: "scroll", role: "region", "aria-labelledby": ".mixture-title", tabindex: 0 },
    h("table", { class: "mixture" }, h("caption", { id: ".mixture-title" }, say("mixture")),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("category")), h("th", { scope: "col" }, say("videos")),
        data.categories.map(({ name: label }) => h("th", { scope: "col" }, name(label))))),
      h("tbody", {}, data.mixture.map((shares, kind) => h("tr", {}, h("th", { scope: "row" }, category(kind)),
        h("td", {}, grouped(sizes.get(kind))),
        shares.map((share) => h("td", { class: `shade-${Math.round(10 * share)}` }, percent(share))))))));
}

function facts() {
  const { detector, term, scaling, idf, contrast } = data.weighting;
  const yes = (whether) => say(whether ? "yes" : "no");
  const all = [["detector", detector], ["term", term], ["scaling", scaling], ["idf", yes(idf)],
    ["contrast", yes(contrast)], ["corrected", yes(data.corrected)]].map(([key, value]) => [say(key), value]);
  const said = figures().map(([key, value]) => [`${say(key)}: ${say(`${key}_of`)}`, percent(value)]);
  return h("dl", { class: "facts" }, [...all, ...said].map(([key, value]) => h("div", {}, h("dt", {}, key),
    h("dd", {}, value))));
}

function overview() {
  const reason = ({ why, said }) => [why && say(why), said].filter(Boolean).join("; ");
  return h("div", { class: "overview", id: ".overview" },
    h("h2", { id: ".chosen-title", tabindex: -1 }, say("overview")),
    h("p", { class: "lead" }, say("overviewHelp"), data.guessed ? ` ${say("overviewGuess")}` : ""),
    h("h3", {}, say("whom")), mixture(), h("h3", {}, say("how")), facts(),
    data.leftOut.length ? h("details", {}, h("summary", {}, say("leftOut", data.leftOut.length)),
      h("ul", {}, data.leftOut.map((each) => h("li", { dir: "auto" },
        `${each.category}/${each.video_id}: ${reason(each)}`)))) : null);
}

const shapes = () => s("svg", { class: "shapes", "aria-hidden": "true", focusable: "false" },
  s("defs", {}, data.categories.map(({ marker }, kind) => s("path", { id: `mark.${kind}`, d: marker }))));

// All of it, in the language chosen.
function draw() {
  document.documentElement.lang = lang;
  document.title = say("title");
  cards.clear();
  points.length = 0;
  map = null;
  const parts = [shapes(), h("a", { class: "skip", href: "#/chosen" }, say("skip")), top_(),
    h("main", { class: "panes" }, h("div", { class: "browse", id: ".browse" }, tools(), views()),
      h("section", { class: "chosen", id: ".chosen", "aria-labelledby": ".chosen-title" }, overview(),
        h("div", { class: "details", id: ".details" })))];
  for (const old of document.querySelectorAll("body > :not(script, noscript)")) old.remove();
  document.body.prepend(...parts);
  go(view);
  filter();
  if (isAsked(asked)) open();
}

function go(next) {
  view = next;
  for (const link of document.querySelectorAll("nav [data-view]")) {
    const current = link.dataset.view === view;
    element(link.dataset.view).hidden = !current;
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (view === "map") drawMap();
  if (view === "faults") showFaults();
}

const isNarrow = () => getComputedStyle(element("browse")).display === "none";

function open() {
  allObjects = false;
  if (!document.body.classList.contains("choosing")) scrolled = window.scrollY;
  element("overview").hidden = true;
  element("chosen").setAttribute("aria-labelledby", ".video-title");
  document.body.classList.add("choosing");
  for (const [place, item] of cards) {
    const link = item.querySelector("a");
    if (asked.videos.includes(place)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  element("chosen").scrollTop = 0;
  if (isNarrow()) window.scrollTo(0, 0);
  ask();
}

function close() {
  showing += 1;
  asked = EMPTY;
  if (!document.body.classList.contains("choosing")) return;
  element("details").replaceChildren();
  element("overview").hidden = false;
  element("chosen").setAttribute("aria-labelledby", ".chosen-title");
  const narrow = isNarrow();
  document.body.classList.remove("choosing");
  document.title = say("title");
  for (const link of document.querySelectorAll(".card[aria-current]")) link.removeAttribute("aria-current");
  showOnMap();
  if (narrow) window.scrollTo(0, scrolled);
  if (cameFrom?.isConnected) cameFrom.focus({ preventScroll: true });
}

function tell(lines) {
  element("unknown").hidden = !lines.length;
  element("unknown").replaceChildren(...lines.map((said) => h("p", { dir: "auto" }, said)));
}

function follow() {
  const before = lang;
  const { go: next, ask: wish } = read(location.hash);
  if (lang !== before) { draw(); }
  if (isAsked(wish)) {
    asked = wish;
    open();
  } else if (VIEWS.includes(next)) {
    go(next);
    // On a narrow screen a chosen video hides the views: going back to one leaves the video.
    if (isNarrow()) close();
  } else if (next === "chosen") {
    (element("video-title") ?? element("chosen-title")).focus();
  } else {
    close();
  }
  tell(unknown);
}

window.addEventListener("hashchange", follow);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (!link || event.defaultPrevented) return;
  if (element("browse").contains(link)) cameFrom = link;
  if (link.getAttribute("href") === location.hash) follow();
});
document.addEventListener("keydown", (event) => {
  const searching = event.target === element("find") && element("find").value;
  const busy = event.target.matches("select, video");
  if (event.key === "Escape" && !searching && !busy && document.body.classList.contains("choosing")) {
    location.hash = "#/overview";
  }
});

read(location.hash);
draw();
follow();
