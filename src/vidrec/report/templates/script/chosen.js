// ---- the question, and its answer: one video or several, objects, and what counts ----

const COUNT = data.places;
let showing = 0; // which answer is on its way: one that is late is of a question that is past
let answer = [];

const namesOf = (ask) => [...ask.videos.map(titleOf), ...ask.objects.map(shown)];

function joined(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${say("and")} ${names.at(-1)}`;
}

// ---- one video: what it is, how it looks, and whether it is sure ----

function aboutVideo(place) {
  const video = told.get(place);
  const kind = data.kinds[place];
  const { guess, unsure } = video;
  const own = data.categories[kind].name;
  const other = guess !== null && guess.name !== own;
  const alone = data.kinds.filter((each) => each === kind).length === 1;
  const guessed = guess ? `${percent(guess.probability)}${other ? `, ${say("notItsOwn")}` : ""}` : "";
  return [
    h("p", { class: "about" }, titleOf(place) !== data.ids[place] ? h("span", { class: "id" }, `${data.ids[place]} `) : null,
      copyButton(data.ids[place], say("copyId")), " · ", say("frames", data.frames[place]), " · ",
      say("second", number(data.frames[place] / data.fps, 1)),
      video.neighbors.length ? ` · ${say("hits", hitsOf(place), data.possible[place])}` : ""),
    data.guessed ? h("p", { class: `guess${other ? " other" : ""}` }, `${say("classifier")}: `,
      guess ? [name(guess.name), ", ", guessed] : `${say("notKnown")}${alone ? `, ${say("alone")}` : ""}`) : null,
    video.partial === null ? null : h("p", { class: "note broken" }, say("isPartial", video.partial)),
    !unsure.length ? null : h("p", { class: "note unsure" }, h("strong", {}, `${say("unsure")}: `),
      unsure.map(({ why, value, usual }) => say(`unsure_${why}`,
        number(value, 2), number(usual, 2))).join("; ")),
  ];
}

function hitsOf(place) {
  return told.get(place).neighbors.filter((found) => data.kinds[found.place] === data.kinds[place]).length;
}

function strip(place, slot) {
  const { shown: numbers } = told.get(place);
  return h("ol", { class: "strip" }, numbers.map((frame, at) => h("li", {},
    moment(place, cell(place, at, numbers.length), frame, "frame", slot))));
}

let drawn = false; // whether the objects are drawn over the frames

function playBar(place, slot) {
  const { file, address, masks } = told.get(place);
  return h("p", { class: "play" },
    file ? h("button", { type: "button", class: "main", onclick: () => playIn(slot, place, 1) }, say("play")) : null,
    address ? h("a", { class: "small", href: address, target: "_blank", rel: "noopener noreferrer" }, say("watch"))
      : null,
    Object.keys(masks).length ? h("label", {}, h("input", { type: "checkbox", checked: drawn, onchange: ({ target }) => {
      drawn = target.checked;
      element("details").classList.toggle("drawn", drawn);
    } }), " ", say("drawObjects")) : null);
}

// ---- what counts ----

function setWeight(group, at) {
  const title = data.groups[group];
  const next = { ...asked };
  const own = labelsOfGroup[group];
  const isIt = (word) => meant(word).length === own.length && meant(word).every((label) => own.includes(label));
  const covers = (word) => at === 2 && meant(word).some((label) => data.groupOf[label] === group);
  for (const list of WORDS_OF.filter(Boolean)) {
    next[list] = asked[list].filter((word) => !isIt(word) && !covers(word));
  }
  if (WORDS_OF[at]) next[WORDS_OF[at]] = [...next[WORDS_OF[at]], title];
  steer(next);
}

// Of a group the place of its factor in FACTORS: that of its labels, where they have one.
function weightAt(weights, group) {
  const factors = new Set(labelsOfGroup[group].map((label) => weights[label]));
  return factors.size === 1 ? FACTORS.indexOf([...factors][0]) : 2;
}

function weightControl(group, weights) {
  const at = weightAt(weights, group);
  const label = h("span", { class: "said" }, say("weights")[at]);
  const range = h("input", { type: "range", min: 0, max: 3, step: 1, value: at,
    "aria-label": say("weightOf", shown(data.groups[group])), "aria-valuetext": say("weights")[at],
    "data-group": group });
  range.addEventListener("input", () => {
    const now = Number(range.value);
    label.textContent = say("weights")[now];
    range.setAttribute("aria-valuetext", say("weights")[now]);
    setWeight(group, now);
  });
  return h("span", { class: "weight" }, range, label);
}

function cells(digits) {
  return [...digits].map((digit) => h("span", { class: `cell level-${digit}` }));
}

function whenSeen(place, group, slot) {
  const video = told.get(place);
  const track = video.tracks[group];
  if (!track) return null;
  const [digits, first, best] = track;
  const line = h("span", { class: "track", "aria-hidden": "true" }, cells(digits));
  if (video.file) {
    line.classList.add("plays");
    line.addEventListener("click", (event) => {
      const box = line.getBoundingClientRect();
      const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
      playIn(slot, place, 1 + share * Math.max(0, data.frames[place] - 1));
    });
  }
  const masks = data.weighting.detector === "segmented";
  const at = say("strongest", timeText(best));
  return [line, h("span", { class: "said" },
    first ? `${say(masks ? "foundIn" : "mostProbable", first, video.looked)}; ` : "",
    video.file ? h("button", { type: "button", class: "plain", onclick: () => playIn(slot, place, best) }, at) : at)];
}

function objectRow(object, weights, place, slot) {
  const [group, share] = object;
  return h("tr", {}, h("th", { scope: "row" }, groupName(object)),
    h("td", { class: "amount" }, meter(share), h("span", { class: "value" }, percent(share))),
    place === null ? null : h("td", { class: "when" }, whenSeen(place, group, slot)),
    h("td", {}, weightControl(group, weights)));
}

let allObjects = false; // whether those of little importance are told too

function objectTable({ objects, others: [count, rest] }, place, slot) {
  if (!objects.length) return h("p", { class: "note no-objects" }, say("noObject"));
  const weights = weightsOf(asked);
  const end = place === null ? null : h("span", { class: "axis" },
    `0 – ${say("second", number(data.frames[place] / data.fps, 1))}`);
  return h("div", {}, h("table", { class: `objects${place === null ? " short" : ""}` },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, say("object")), h("th", { scope: "col" }, say("importance")),
      place === null ? null : h("th", { scope: "col" }, say("seen"), " ", end),
      h("th", { scope: "col" }, say("weight")))),
    h("tbody", {}, objects.map((object) => objectRow(object, weights, place, slot)))),
  count ? h("p", { class: "lead more" }, say("othersOf", count, percent(rest)), " ",
    h("button", { type: "button", class: "small", onclick: () => {
      allObjects = true;
      ask();
    } }, say("showObjects"))) : null);
}

function without(list, item) {
  return { ...asked, [list]: asked[list].filter((other) => other !== item) };
}

function wordChips() {
  const chips = [];
  const add = (label, list, item) => chips.push(h("button", { type: "button", class: "chip asked",
    "aria-label": say("removeWord", label), onclick: () => steer(without(list, item), true) }, name(label),
  h("span", { "aria-hidden": "true" }, "×")));
  if (asked.videos.length + asked.objects.length > 1) {
    for (const place of asked.videos) add(titleOf(place), "videos", place);
    for (const word of asked.objects) add(shown(word), "objects", word);
  }
  for (const list of ["without", "less", "more"]) {
    for (const word of asked[list]) add(`${say(list)} ${shown(word)}`, list, word);
  }
  for (const [list, key] of [["category", "category_only"], ["not", "not"]]) {
    for (const word of asked[list]) add(`${say(key)} ${data.categories[kindOf(word)].name}`, list, word);
  }
  return chips;
}

function steering() {
  const only = h("select", { "aria-label": say("onlyCategory"), onchange: ({ target }) => steer({
    ...asked, category: target.value ? [target.value] : [] }) },
  h("option", { value: "" }, say("anyCategory")),
  data.categories.map(({ id, name: label }, kind) => h("option", {
    value: id, selected: asked.category.some((word) => kindOf(word) === kind) }, label)));
  const varied = h("input", { type: "checkbox", checked: asked.varied,
    onchange: ({ target }) => steer({ ...asked, varied: target.checked }) });
  return [
    h("p", { class: "chips words" }, wordChips()),
    h("p", { class: "choices" }, h("label", {}, say("onlyCategory"), " ", only),
      h("label", {}, varied, " ", say("varied")),
      h("button", { type: "button", class: "small", onclick: () => steer({ ...EMPTY, videos: asked.videos,
        objects: asked.objects }, true) }, say("reset"))),
  ];
}

function shell() {
  const line = command(asked);
  return [h("details", {}, h("summary", {}, say("sameInShell")),
    h("p", { class: "shell" }, h("code", {}, line), " ", copyButton(line, say("copyCommand"))))];
}

// ---- the ten ----

// The frame of a video in which a group is strongest, as [frame, place in the strip, of how many].
function momentIn(place, group) {
  const video = told.get(place);
  if (!video?.shown.length) return null;
  const frame = video.tracks[group]?.[2] ?? Math.floor(data.frames[place] / 2) + 1;
  const apart = video.shown.map((each) => Math.abs(each - frame));
  const at = apart.indexOf(Math.min(...apart));
  return [video.shown[at], at, video.shown.length];
}

function sceneOf(place, found, title) {
  if (!found) return h("span", { class: "scene" }, poster(place));
  const [frame, at, count] = found;
  return h("span", { class: "scene" }, moment(place, cell(place, at, count), frame, "shot"),
    title ? h("span", { class: "where", dir: "auto" }, title) : null);
}

function scenes(found) {
  const [[group] = [null]] = found.objects;
  const asker = asked.videos.find((place) => told.get(place)?.tracks[group]) ?? asked.videos[0];
  const theirs = momentIn(found.place, group) ?? found.theirs ?? null;
  const both = [asker, found.place].every((place) => told.get(place)?.tracks[group]);
  const title = both ? say("mainReason", shown(data.groups[group])) : "";
  return h("div", { class: "scenes", role: "group", "aria-label": title || null },
    asker === undefined ? null : sceneOf(asker, momentIn(asker, group),
      asked.videos.length > 1 ? titleOf(asker) : say("here")),
    sceneOf(found.place, theirs, asker === undefined ? "" : say("there")));
}

function neighbor(found, rank) {
  const { place } = found;
  const kind = data.kinds[place];
  const other = asked.videos.length > 0 && asked.videos.every((each) => data.kinds[each] !== kind);
  const more = { ...asked, videos: [...asked.videos, place] };
  return h("li", { class: `neighbor${other ? " other" : ""}`, "data-id": data.ids[place] },
    h("div", { class: "words" }, h("span", { class: "rank" }, rank + 1),
      h("a", { class: "title", dir: "auto", href: `#${encodeURIComponent(data.ids[place])}` }, titleOf(place)),
      category(kind),
      h("span", { class: "likeness" }, h("span", { class: "unseen" }, say("similarity")), meter(found.similarity),
        h("span", { class: "value" }, similarityText(found.similarity)))),
    scenes(found), reasons(found),
    h("p", { class: "next" }, h("button", { type: "button", class: "small", onclick: () => {
      location.hash = write({ ...EMPTY, videos: [place] });
    } }, say("moreLikeThis")),
    h("button", { type: "button", class: "small", onclick: () => steer(more, true) }, say("andThis"))));
}

function whyNone() {
  if (isPlain(asked)) return data.ids.length > 1 ? say("nothingAlike") : say("noOther");
  if (!lengthOf(baseOf(asked, weightsOf(asked)))) return say("nothingLeft");
  return asked.category.length || asked.not.length ? say("noneOfCategory") : say("nothingAlike");
}

function showTen(found) {
  answer = found;
  const box = element("ten");
  if (!box) return;
  element("count").textContent = found.length ? say("mostSimilar", found.length) : say("mostSimilarNone");
  const usual = asked.videos.length === 1 ? told.get(asked.videos[0])?.neighbors.map((each) => each.place) : null;
  const strange = usual && found.filter(({ place }) => !usual.includes(place)).length;
  element("changed").textContent = isPlain(asked) || usual === null ? ""
    : strange ? say("otherThanUsual", strange, found.length) : say("sameAsUsual");
  element("nothing").hidden = found.length > 0;
  if (!found.length) element("nothing").textContent = whyNone();
  box.replaceChildren(...found.map(neighbor));
  box.dataset.of = data.ids[asked.videos[0]] ?? "";
  box.dataset.answer = Number(box.dataset.answer ?? 0) + 1; // so that one can wait for it
  showOnMap(found.map(({ place }) => place));
}

function answerNow() {
  showing += 1;
  const mine = showing;
  const [place] = asked.videos;
  if (isPlain(asked)) {
    const found = told.get(place).neighbors.filter(({ similarity }) => similarity > 0);
    const places_ = found.map((each) => each.place);
    showTen(found);
    // What plays, and what is saved, is known of those that are told of.
    if (!places_.every((each) => told.has(each))) {
      whenTold(places_, () => { if (mine === showing) showTen(found); });
    }
    return;
  }
  if (units.length < data.ids.length) element("changed").textContent = say("reading");
  whenVectors(() => {
    if (mine !== showing) return;
    const found = answerTo(asked, COUNT);
    whenTold(found.map((each) => each.place), () => { if (mine === showing) showTen(found); });
  });
}

function exports() {
  const rows = () => answer.map((found, at) => ({ ...found, rank: at + 1, id: data.ids[found.place] }));
  return h("p", { class: "exports" },
    h("button", { type: "button", class: "small", onclick: () => save(fileName("csv"), "text/csv", asCsv(rows())) },
      say("exportAs", "CSV")),
    h("button", { type: "button", class: "small", onclick: () => save(fileName("m3u"), "audio/x-mpegurl",
      asPlaylist(rows())) }, say("exportAs", "M3U")));
}

const fileName = (ending) => `${(asked.videos.length ? data.ids[asked.videos[0]] : "objects")}.${ending}`;

// A cell that a spreadsheet would take for a formula is made a text, as by the command line.
function csvCell(value) {
  const text = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const addressOf = (place) => {
  const { file, address } = told.get(place) ?? {};
  return file ? new URL(file, location.href).href : address ?? "";
};

function asCsv(rows) {
  const lines = rows.map(({ rank, id, place, similarity, objects }) => [rank, id,
    data.categories[data.kinds[place]].name, titleOf(place), similarity.toFixed(6), addressOf(place),
    objects.map(([group, share]) => `${shown(data.groups[group])} ${percent(share).replaceAll(NARROW, "")}`).join("; ")]);
  const head = ["rank", "video_id", "category", "title", "similarity", "path", "reasons"];
  return [head, ...lines].map((line) => line.map(csvCell).join(",")).join("\n").concat("\n");
}

function asPlaylist(rows) {
  const lines = rows.filter(({ place }) => addressOf(place)).flatMap(({ place }) => [
    `#EXTINF:${Math.round(data.frames[place] / data.fps)},${titleOf(place).replace(/[\r\n]+/g, " ")}`,
    addressOf(place)]);
  return ["#EXTM3U", ...lines].join("\n").concat("\n");
}

// ---- the whole answer ----

function details() {
  const [place] = asked.videos;
  const single = asked.videos.length === 1 && !asked.objects.length;
  const video = single ? told.get(place) : null;
  const slot = h("div", { class: "player" });
  const title = single ? titleOf(place) : say("likeAll", joined(namesOf(asked)));
  const base = single && !allObjects ? video : sharesOfQuery();
  return [
    h("div", { class: "head" }, h("a", { class: "back small", href: "#/overview" }, say("close")),
      single ? category(data.kinds[place]) : null,
      h("h2", { class: "title", id: ".video-title", tabindex: -1, dir: "auto" }, title),
      single ? aboutVideo(place) : null),
    unknown.map((said) => h("p", { class: "note" }, said)),
    slot,
    single ? [h("h3", {}, say("overTime")),
      video.shown.length ? [strip(place, slot), playBar(place, slot)]
        : h("p", { class: "note no-frames" }, say("hasNoFrames"))] : null,
    h("h3", {}, say(single ? "objectsIn" : "objectsAsked")),
    objectTable(base, single ? place : null, slot),
    base.objects.length ? h("p", { class: "lead" }, say("steerHelp")) : null,
    h("div", { id: ".steering", class: "steering" }),
    h("h3", { class: "count", id: ".count" }),
    h("p", { class: "lead changed", role: "status", id: ".changed" }),
    single && video.copies.length
      ? h("p", { class: "note copies", dir: "auto" }, say("copiesOf", video.copies.map(titleOf).join(", "))) : null,
    data.corrected && asked.videos.length ? h("p", { class: "lead" }, say("correctedHelp")) : null,
    h("p", { class: "note no-neighbors", id: ".nothing", hidden: true }),
    h("ol", { class: "neighbors", id: ".ten" }),
    exports(),
    h("div", { id: ".shell" }),
  ].flat(Infinity);
}

// What several videos or objects together are of, before anything is weighed.
function sharesOfQuery() {
  const query = baseOf(asked, new Float64Array(size).fill(1));
  const labels = [...query.keys()].filter((label) => query[label]);
  const vector = { labels, values: labels.map((label) => query[label]) };
  const most = allObjects ? Infinity : OBJECTS_TOLD;
  return sharesOf(query, vector, data.groupOf, data.labels, most, LABELS_TOLD);
}

function showSteering() {
  const within = element("steering").contains(document.activeElement);
  const at = within ? [...element("steering").querySelectorAll("button, select, input")].indexOf(document.activeElement) : -1;
  element("steering").replaceChildren(...steering());
  if (within) {
    const all = [...element("steering").querySelectorAll("button, select, input")];
    all[Math.min(at, all.length - 1)]?.focus();
  }
  element("shell").replaceChildren(...shell());
}

// Another question about the same videos, which the address says from now on.
function steer(next, whole = false) {
  if (!isAsked(next)) { location.hash = "#/overview"; return; }
  asked = next;
  if (whole) {
    history.pushState(null, "", write(asked));
    element("chosen").scrollTop = 0;
    if (isNarrow()) window.scrollTo(0, 0);
    ask();
    return;
  }
  history.replaceState(null, "", write(asked));
  showSteering();
  answerNow();
}

function ask() {
  const mine = showing + 1;
  showing = mine;
  const ready = () => {
    if (mine !== showing) return;
    const focus = document.activeElement?.dataset?.group;
    element("details").replaceChildren(...details().filter(Boolean));
    showSteering();
    answerNow();
    document.title = `${element("video-title").textContent} - ${say("title")}`;
    (focus === undefined ? element("video-title")
      : element("details").querySelector(`[data-group='${focus}']`))?.focus({ preventScroll: true });
  };
  const known = asked.videos.length === 1 && !asked.objects.length && !allObjects;
  whenTold(asked.videos, () => (known ? ready() : whenVectors(ready)));
}
