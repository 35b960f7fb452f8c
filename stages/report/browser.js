// The examples of a task: searched, filtered and sorted where they stand.
const plain = (text) => text.normalize("NFKC").toLowerCase();
const signed = (gain) => gain === undefined ? "\u2013"
  : (gain < 0 ? "\u2212" : "+") + Math.abs(gain).toFixed(Math.abs(gain) < 10 ? 3 : Math.abs(gain) < 100 ? 2 : 1);

class Browser {
  constructor(place) {
    this.form = place.querySelector("form");
    this.list = place.querySelector(".examples");
    this.nothing = place.querySelector(".nothing");
    this.items = [...this.list.children].map((item) => ({
      item, gains: JSON.parse(item.dataset.gains), words: plain(item.textContent), fold: item.querySelector("details"),
    }));
    this.form.hidden = false;
    this.form.addEventListener("input", () => this.show());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    // The fields are reset only after their event.
    this.form.addEventListener("reset", () => setTimeout(() => this.show()));
    this.form.elements.all.addEventListener("click", () => this.openAll());
    this.list.addEventListener("keydown", (event) => this.move(event));
    this.show();
  }

  show() {
    const { metric, sort, which, words } = this.form.elements;
    const category = this.form.elements.category?.value;
    const wanted = plain(words.value).split(/\s+/).filter(Boolean);
    const fits = {
      "": () => true, gained: (gain) => gain > 0, lost: (gain) => gain < 0, same: (gain) => gain === 0,
      flagged: (_, data) => data.flags !== "0", drawn: (_, data) => data.why === "drawn",
    }[which.value];
    for (const one of this.items) {
      const gain = one.gain = one.gains[metric.value];
      const pill = one.item.querySelector(".gain");
      pill.textContent = signed(gain);
      pill.className = `gain ${gain > 0 ? "better" : gain < 0 ? "worse" : ""}`;
      one.item.hidden = !(fits(gain, one.item.dataset) && (!category || one.item.dataset.category === category)
        && wanted.every((word) => one.words.includes(word)));
    }
    // Without a gain an example stands last, whichever way they are sorted.
    const way = { gain: -1, loss: 1 }[sort.value] ?? 0;
    const sorted = way ? [...this.items].sort((a, b) =>
      (a.gain === undefined) - (b.gain === undefined) || way * ((a.gain ?? 0) - (b.gain ?? 0))) : this.items;
    this.list.append(...sorted.map(({ item }) => item));
    const shown = this.items.filter(({ item }) => !item.hidden).length;
    this.form.querySelector("output").textContent = `${shown} of ${this.items.length} shown`;
    this.nothing.hidden = shown > 0;
    this.label();
  }

  shown() {
    return [...this.list.children].filter((item) => !item.hidden).map((item) => item.querySelector("details"));
  }

  openAll() {
    const folds = this.shown(), open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
    this.label();
  }

  label() {
    this.form.elements.all.textContent = this.shown().every((fold) => fold.open) ? "Fold all" : "Open all";
  }

  // Arrows, Home and End go from one example to the next; Enter and Space fold, as everywhere.
  move(event) {
    const folds = this.shown(), at = folds.indexOf(event.target.parentElement);
    if (at < 0 || event.target.localName !== "summary") return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: folds.length - 1 }[event.key];
    if (to === undefined || !folds[to]) return;
    event.preventDefault();
    folds[to].querySelector("summary").focus();
  }
}
for (const place of document.querySelectorAll(".browser")) new Browser(place);
