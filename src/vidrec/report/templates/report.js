"use strict";
(() => {
  const REACH = 28; // how far from a mark a pointer may be, in pixels of the screen
  const element = (name) => document.getElementById(`.${name}`);
  const data = JSON.parse(element("data").textContent);
  const placeOf = new Map(data.videos.map((video, place) => [video.id, place]));
  const cards = [...document.querySelectorAll(".card")];
  const points = [...document.querySelectorAll(".point")];
  const listed = [...document.querySelectorAll("[data-place]")];
  const spots = points.map((point) => [Number(point.dataset.x), Number(point.dataset.y)]);
  const chips = [...document.querySelectorAll(".chip")];
  const views = [...document.querySelectorAll("nav [data-view]")];
  const map = document.querySelector(".map");
  const tip = element("tip");
  const title = document.title;
  let cameFrom = null;
  let scrolled = 0;

  const percent = (share) => (share > 0 && share < 0.005 ? "< 1 %" : `${Math.round(100 * share)} %`);
  const seconds = (frame) => `${((frame - 1) / data.fps).toFixed(1)} s`;
  const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
  const copy = (name) => element(name).content.cloneNode(true);

  function setCategory(root, category) {
    const mark = root.querySelector(".mark");
    mark.classList.add(`hue-${category % data.hues}`);
    mark.querySelector("use").setAttribute("href", `#mark.${category}`);
    root.querySelector(".category").textContent = data.categories[category];
  }

  // ---- searching and filtering: what matches is the same in all views ----

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const haystacks = data.videos.map((video) =>
    plain([video.title, video.id, data.categories[video.category],
      ...video.objects.map((object) => object.label)].join("\n")));

  function filter() {
    const words = plain(element("find").value).split(/\s+/).filter(Boolean);
    const wanted = new Set(chips.filter((chip) => chip.getAttribute("aria-pressed") === "true")
      .map((chip) => Number(chip.dataset.category)));
    const matches = data.videos.map((video, place) =>
      (!wanted.size || wanted.has(video.category))
      && words.every((word) => haystacks[place].includes(word)));
    for (const item of listed) {
      const shown = matches[Number(item.dataset.place)];
      if (item.classList.contains("point")) item.classList.toggle("faint", !shown);
      else item.hidden = !shown;
    }
    for (const group of document.querySelectorAll(".group")) {
      group.hidden = !group.querySelector("li:not([hidden])");
    }
    const found = matches.filter(Boolean).length;
    element("found").textContent = found === matches.length
      ? count(found, "video") : `${found} of ${count(matches.length, "video")}`;
    element("none").hidden = found > 0;
  }

  element("find").addEventListener("input", filter);
  element("find").form.addEventListener("submit", (event) => event.preventDefault());
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  element("clear").addEventListener("click", () => {
    element("find").value = "";
    for (const chip of chips) chip.setAttribute("aria-pressed", "false");
    filter();
    element("find").focus();
  });

  // ---- the chosen video ----

  function posterOf(place) {
    return cards[place].querySelector(".poster").cloneNode(true);
  }

  function describe(video) {
    const parts = [count(video.frames, "frame"), `${(video.frames / data.fps).toFixed(1)} s`];
    if (video.title !== video.id) parts.unshift(video.id);
    if (video.neighbors.length) {
      parts.push(`${video.hits} of ${count(video.neighbors.length, "neighbour")} in its category`);
    }
    return parts.join(" · ");
  }

  function setGuess(root, { guess, category }) {
    const other = guess !== null && guess.name !== data.categories[category];
    const alone = data.videos.filter((video) => video.category === category).length === 1;
    root.classList.toggle("other", other);
    root.querySelector(".named").textContent = guess ? guess.name : "not known";
    root.querySelector(".said").textContent = guess
      ? `, ${percent(guess.probability)}${other ? ", not its own category" : ""}`
      : alone ? ", alone in its category" : "";
  }

  function frames(video) {
    return video.shown.map((number, place) => {
      const item = copy("frame");
      const picture = item.querySelector("img");
      picture.src = video.strip;
      picture.alt = `Frame ${number}`;
      const last = Math.max(1, video.shown.length - 1);
      picture.style.objectPosition = `${100 * place / last}% 0`;
      item.querySelector(".time").textContent = seconds(number);
      return item;
    });
  }

  function cells(digits) {
    return [...digits].map((digit) => {
      const cell = document.createElement("span");
      cell.className = `cell level-${digit}`;
      return cell;
    });
  }

  function whenSeen(object, video) {
    if (!object.seen) return "never the most probable";
    const often = `${object.seen} of ${count(video.looked, "frame")}`;
    return object.first === object.last
      ? `${often}, at ${seconds(object.first)}`
      : `${often}, ${seconds(object.first)} to ${seconds(object.last)}`;
  }

  function objects(video) {
    const most = Math.max(...video.objects.map((object) => object.importance), 1e-9);
    return video.objects.map((object) => {
      const row = copy("object");
      row.querySelector("th").textContent = object.label;
      row.querySelector(".meter span").style.width = `${100 * object.importance / most}%`;
      row.querySelector(".value").textContent = object.importance.toFixed(3);
      row.querySelector(".track").append(...cells(object.cells || ""));
      row.querySelector(".said").textContent = whenSeen(object, video);
      return row;
    });
  }

  function reason({ label, share }) {
    const item = copy("reason");
    item.querySelector(".label").textContent = label;
    item.querySelector(".share").textContent = percent(share);
    item.querySelector(".reason").style.setProperty("--share", `${100 * share}%`);
    return item;
  }

  function neighbor(found, category) {
    const video = data.videos[found.place];
    const item = copy("neighbor");
    const link = item.querySelector(".neighbor");
    link.href = `#${encodeURIComponent(video.id)}`;
    link.classList.toggle("other", video.category !== category);
    link.querySelector(".poster").replaceWith(posterOf(found.place));
    link.querySelector(".title").textContent = video.title;
    setCategory(link, video.category);
    link.querySelector(".meter span").style.width = `${100 * Math.max(0, found.similarity)}%`;
    link.querySelector(".value").textContent = found.text;
    const rest = 1 - found.reasons.reduce((sum, { share }) => sum + share, 0);
    link.querySelector(".reasons").append(...found.reasons.map(reason));
    if (found.more) link.querySelector(".reasons").append(reason({ label: "others", share: rest }));
    if (!found.reasons.length) link.querySelector(".reasons").textContent = "nothing in common";
    return item;
  }

  function fill(video) {
    const root = copy("video");
    const part = (selector) => root.querySelector(selector);
    part(".title").textContent = video.title;
    part(".about").textContent = describe(video);
    setCategory(part(".kind"), video.category);
    if (part(".guess")) setGuess(part(".guess"), video);
    part(".broken").hidden = video.partial === null;
    part(".broken .said").textContent = video.partial;
    part(".no-frames").hidden = video.shown.length > 0;
    part(".strip").append(...frames(video));
    part(".no-objects").hidden = video.objects.length > 0;
    part(".objects").hidden = !video.objects.length;
    part(".objects .from").textContent = "0 s";
    part(".objects .to").textContent = `${(video.frames / data.fps).toFixed(1)} s`;
    part(".objects tbody").append(...objects(video));
    part(".more").textContent = video.more_objects
      ? `and ${count(video.more_objects, "more object")} of less importance` : "";
    part(".count").textContent = video.neighbors.length
      ? `The ${video.neighbors.length} most similar` : "Most similar";
    part(".copies").hidden = !video.copies.length;
    part(".copies").textContent = `Copies of it, left out: ${video.copies.join(", ")}`;
    const alike = video.neighbors.some((found) => found.similarity > 0);
    part(".no-neighbors").hidden = alike;
    part(".no-neighbors").textContent = video.neighbors.length
      ? "No video has an object in common with this one; these come first by their ids."
      : "There is no other video in the index.";
    part(".neighbors").append(...video.neighbors.map((found) => neighbor(found, video.category)));
    return root;
  }

  function showOnMap(place) {
    const near = new Set(place === undefined ? []
      : data.videos[place].neighbors.map((found) => found.place));
    points.forEach((point, index) => {
      point.classList.toggle("near", near.has(index));
      point.classList.toggle("here", index === place);
    });
    cards.forEach((card, index) => {
      if (index === place) card.setAttribute("aria-current", "true");
      else card.removeAttribute("aria-current");
    });
    map.classList.toggle("picked", place !== undefined);
    if (place === undefined) return;
    element("ring").setAttribute("cx", spots[place][0]);
    element("ring").setAttribute("cy", spots[place][1]);
    makeEntry(place);
  }

  function choose(place) {
    if (!document.body.classList.contains("choosing")) scrolled = window.scrollY;
    const video = data.videos[place];
    element("details").replaceChildren(fill(video));
    element("overview").hidden = true;
    element("chosen").setAttribute("aria-labelledby", ".video-title");
    document.body.classList.add("choosing");
    document.title = `${video.title} - ${title}`;
    showOnMap(place);
    element("chosen").scrollTop = 0;
    if (getComputedStyle(element("browse")).display === "none") window.scrollTo(0, 0);
    element("video-title").focus({ preventScroll: true });
  }

  function close() {
    if (!document.body.classList.contains("choosing")) return;
    element("details").replaceChildren();
    element("overview").hidden = false;
    element("chosen").setAttribute("aria-labelledby", ".chosen-title");
    const narrow = getComputedStyle(element("browse")).display === "none";
    document.body.classList.remove("choosing");
    document.title = title;
    showOnMap(undefined);
    if (narrow) window.scrollTo(0, scrolled);
    if (cameFrom && cameFrom.isConnected) cameFrom.focus({ preventScroll: true });
  }

  // ---- the address: #<video id>, or #/<view> ----

  function view(name) {
    for (const link of views) {
      const current = link.dataset.view === name;
      element(link.dataset.view).hidden = !current;
      if (current) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  function decoded(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  }

  function follow() {
    const name = decoded(location.hash.slice(1));
    if (placeOf.has(name)) choose(placeOf.get(name));
    else if (views.some((link) => `/${link.dataset.view}` === name)) {
      view(name.slice(1));
      // On a narrow screen a chosen video hides the views: going back to one leaves the video.
      if (getComputedStyle(element("browse")).display === "none") close();
    }
    else if (name === "/chosen") (element("video-title") ?? element("chosen-title")).focus();
    else close();
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
    if (event.key === "Escape" && !searching && document.body.classList.contains("choosing")) {
      location.hash = "#/overview";
    }
  });

  // ---- the map: the nearest mark counts, so that small ones are easily hit ----

  function nearest(event) {
    const box = map.getBoundingClientRect();
    const scale = box.width / map.viewBox.baseVal.width;
    let best = -1;
    let least = REACH * REACH;
    spots.forEach(([x, y], place) => {
      if (points[place].classList.contains("faint")) return;
      const away = (x * scale + box.left - event.clientX) ** 2
        + (y * scale + box.top - event.clientY) ** 2;
      if (away < least) [best, least] = [place, away];
    });
    return best;
  }

  function showTip(place) {
    tip.hidden = place < 0;
    points.forEach((point, index) => point.classList.toggle("aimed", index === place));
    if (place < 0) return;
    const video = data.videos[place];
    const picture = cards[place].querySelector("img");
    const shown = tip.querySelector("img");
    shown.hidden = !picture;
    if (picture && shown.src !== picture.src) shown.src = picture.src;
    tip.querySelector(".title").textContent = video.title;
    tip.querySelector(".kind").textContent = data.categories[video.category];
    const scale = map.getBoundingClientRect().width / map.viewBox.baseVal.width;
    const [x, y] = spots[place].map((value) => value * scale);
    tip.classList.toggle("above", y > map.getBoundingClientRect().height / 2);
    const room = map.getBoundingClientRect().width - tip.offsetWidth;
    tip.style.left = `${Math.max(0, Math.min(room, x - tip.offsetWidth / 2))}px`;
    tip.style.top = `${y}px`;
  }

  function makeEntry(place) {
    points.forEach((point, index) => point.setAttribute("tabindex", index === place ? "0" : "-1"));
  }

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  function towards(place, [dx, dy]) {
    const [x, y] = spots[place];
    let best = place;
    let least = Infinity;
    spots.forEach(([otherX, otherY], other) => {
      const along = (otherX - x) * dx + (otherY - y) * dy;
      const aside = Math.abs((otherX - x) * dy) + Math.abs((otherY - y) * dx);
      if (along <= 0 || aside > along || points[other].classList.contains("faint")) return;
      const cost = along + 2 * aside;
      if (cost < least) [best, least] = [other, cost];
    });
    return best;
  }

  map.addEventListener("pointermove", (event) => showTip(nearest(event)));
  map.addEventListener("pointerleave", () => showTip(-1));
  map.addEventListener("click", (event) => {
    if (!event.detail) return; // a key, not a pointer: it follows the mark's own link
    event.preventDefault();
    const place = nearest(event);
    if (place < 0) return;
    cameFrom = points[place];
    location.hash = points[place].getAttribute("href");
  });
  map.addEventListener("keydown", (event) => {
    const place = points.indexOf(document.activeElement);
    if (place < 0 || !(event.key in STEPS)) return;
    event.preventDefault();
    const next = towards(place, STEPS[event.key]);
    makeEntry(next);
    points[next].focus({ preventScroll: true });
  });
  for (const [place, point] of points.entries()) {
    point.addEventListener("focus", () => showTip(place));
    point.addEventListener("blur", () => showTip(-1));
  }

  view("videos");
  filter();
  follow();
})();
