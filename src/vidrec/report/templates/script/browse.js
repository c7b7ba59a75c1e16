// ---- finding: words, categories, objects; what matches is the same in all views ----

const HAS = 0.1; // a video has an object that is this share of it
const AT_ONCE = 300; // cards that are made before more are asked for
const OBJECTS_SHOWN = 10;
const wanted = { text: "", kinds: new Set(), groups: new Set(), allGroups: false };
const cards = new Map();
let cardsShown = AT_ONCE;

const groupsIn = data.found.map(([groups]) => groups.filter(([, share]) => share >= HAS).map(([group]) => group));

// Of each word that a video is found by, the videos.
const places = new Map();
data.found.forEach(([, labels], place) => {
  const names = groupsIn[place].flatMap((group) => [data.groups[group], data.parents[data.parentOf[group]] ?? ""]);
  const mine = labels.filter((label) => groupsIn[place].includes(data.groupOf[label]));
  const objects = [...names, ...mine.map((label) => data.labels[label])];
  const text = [data.titles[place], data.ids[place], data.categories[data.kinds[place]].name,
    ...objects, ...objects.map(spanish)].join(" ");
  for (const word of new Set(plain(text).split(/[\s,.;:()]+/).filter(Boolean))) {
    if (!places.has(word)) places.set(word, []);
    places.get(word).push(place);
  }
});

// How many letters changed, left out or put in make of a word the beginning of another: few, or none
// that count.
function away(word, other) {
  const most = word.length < 4 ? 0 : word.length < 8 ? 1 : 2;
  if (!most || other.length < word.length - most) return Infinity;
  let row = Array.from({ length: word.length + 1 }, (_, at) => at);
  let least = row[word.length];
  for (let at = 1; at <= Math.min(other.length, word.length + most); at += 1) {
    const next = [at];
    for (let own = 1; own <= word.length; own += 1) {
      next.push(Math.min(row[own] + 1, next[own - 1] + 1,
        row[own - 1] + (word[own - 1] === other[at - 1] ? 0 : 1)));
    }
    row = next;
    least = Math.min(least, row[word.length]);
  }
  return least <= most ? least : Infinity;
}

function placesWith(word) {
  const all = [...places.keys()];
  let found = all.filter((other) => other.includes(word));
  if (!found.length) {
    const apart = new Map(all.map((other) => [other, away(word, other)]));
    const least = Math.min(...apart.values());
    found = all.filter((other) => least < Infinity && apart.get(other) === least);
  }
  return new Set(found.flatMap((other) => places.get(other)));
}

function matching(kinds = wanted.kinds) {
  const sets = plain(wanted.text).split(/\s+/).filter(Boolean).map(placesWith);
  return data.ids.map((_, place) => place).filter((place) => (!kinds.size || kinds.has(data.kinds[place]))
    && sets.every((found) => found.has(place))
    && [...wanted.groups].every((group) => groupsIn[place].includes(group)));
}

function counted(all, of) {
  const counts = new Map();
  for (const place of all) for (const each of of(place)) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}

function toggle(set, item) {
  if (!set.delete(item)) set.add(item);
  cardsShown = AT_ONCE;
  filter();
}

function chip(set, item, label, count, lead = null) {
  return h("button", { type: "button", class: "chip", "aria-pressed": String(set.has(item)),
    onclick: () => toggle(set, item) }, lead, name(label), " ", h("span", { class: "count" }, grouped(count)));
}

// Chips are made anew as counts change; who has just used one goes on from there.
function replaceChips(box, chips) {
  const at = [...box.children].indexOf(document.activeElement);
  const label = document.activeElement?.querySelector("[dir]")?.textContent;
  box.replaceChildren(...chips);
  if (at < 0) return;
  const same = [...box.children].find((one) => one.querySelector("[dir]")?.textContent === label);
  (same ?? box.children[Math.min(at, box.children.length - 1)])?.focus();
}

function filter() {
  const all = matching();
  const kinds = counted(matching(new Set()), (place) => [data.kinds[place]]);
  replaceChips(element("kinds"), data.categories.map(({ name: label }, kind) => chip(wanted.kinds, kind, label,
    kinds.get(kind) ?? 0, mark(kind))));
  const groups = [...counted(all, (place) => groupsIn[place])]
    .sort(([one, a], [other, b]) => wanted.groups.has(other) - wanted.groups.has(one) || b - a
      || data.groups[one].localeCompare(data.groups[other]));
  const few = wanted.allGroups ? groups : groups.slice(0, Math.max(OBJECTS_SHOWN, wanted.groups.size));
  const chips = few.map(([group, count]) => chip(wanted.groups, group, shown(data.groups[group]), count));
  if (groups.length > OBJECTS_SHOWN) {
    chips.push(h("button", { type: "button", class: "small", onclick: () => {
      wanted.allGroups = !wanted.allGroups;
      filter();
    } }, h("span", { dir: "auto" }, wanted.allGroups ? say("fewerObjects")
      : say("moreObjects", groups.length - few.length))));
  }
  if (wanted.groups.size) {
    const words = [...wanted.groups].map((group) => data.groups[group]);
    chips.push(h("a", { class: "small", href: write({ ...EMPTY, objects: words }) }, say("mostOf")));
  }
  replaceChips(element("groups"), chips);
  element("found").textContent = say("found", all.length, data.ids.length);
  element("none").hidden = all.length > 0;
  showCards(all);
  const shownNow = new Set(all);
  for (const [place, point] of points.entries()) point.classList.toggle("faint", !shownNow.has(place));
  for (const item of document.querySelectorAll(".faults [data-place]")) {
    item.hidden = !shownNow.has(Number(item.dataset.place));
  }
}

function card(place) {
  if (!cards.has(place)) {
    cards.set(place, h("li", {}, h("a", { class: "card", href: `#${encodeURIComponent(data.ids[place])}` },
      poster(place), name(titleOf(place), "title"))));
  }
  return cards.get(place);
}

function showCards(all) {
  const groups = new Map();
  for (const place of all.slice(0, cardsShown)) {
    const kind = data.kinds[place];
    if (!groups.has(kind)) groups.set(kind, []);
    groups.get(kind).push(card(place));
  }
  element("grid").replaceChildren(...[...groups].map(([kind, items]) => h("div", { class: "group" },
    h("h3", {}, category(kind)), h("ul", { class: "grid" }, items))));
  if (all.length > cardsShown) {
    const left = all.length - cardsShown;
    element("grid").append(h("button", { type: "button", class: "small", onclick: () => {
      const next = all[cardsShown];
      cardsShown += AT_ONCE;
      showCards(all);
      card(next).querySelector("a").focus();
    } }, say("moreVideos", Math.min(AT_ONCE, left))));
  }
}

function showAll() {
  wanted.text = "";
  element("find").value = "";
  wanted.kinds.clear();
  wanted.groups.clear();
  filter();
  element("find").focus();
}

// ---- where it fails ----

function fault(place) {
  const video = told.get(place);
  const kind = data.kinds[place];
  const wrong = video.neighbors.filter((found) => data.kinds[found.place] !== kind);
  const counts = counted(wrong, (found) => [data.kinds[found.place]]);
  const [[taken] = [kind]] = [...counts].sort(([one, a], [other, b]) => b - a || one - other);
  const example = wrong.find((found) => data.kinds[found.place] === taken) ?? video.neighbors[0];
  const hits = video.neighbors.length - wrong.length;
  return h("li", { "data-place": place }, h("a", { class: "fault", href: `#${encodeURIComponent(data.ids[place])}` },
    h("span", { class: "pair" }, poster(place), poster(example.place)),
    h("span", { class: "words" }, name(titleOf(place), "title"), category(kind),
      h("span", { class: "said" }, say("hits", hits, data.possible[place]), "; ",
        name(say("takenFor", data.categories[taken].name))),
      example.objects.length ? h("span", { class: "said" }, example.objects.slice(0, 2)
        .map(([group, share]) => `${shown(data.groups[group])}${NARROW}${percent(share)}`).join(", ")) : null)));
}

function showFaults() {
  whenTold(data.worst, () => {
    const others = data.worst.flatMap((place) => told.get(place).neighbors.map((found) => found.place));
    if (!element("faults")) return;
    element("worst").replaceChildren(...(others.length ? data.worst.map(fault) : []));
    filter();
  });
}
