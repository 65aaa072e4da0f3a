// A list box that draws only the rows one can see, so that 100,000 rows cost as much as thirty.

import { element } from "./dom.js";

const Overscan = 4;

export class VirtualList {
  #viewport;
  #space = element("div", { className: "space" });
  #pool = [];
  #create;
  #update;
  #rows = [];
  #rowHeight = 0;
  selected = null;

  /** `create()` makes a row's element, `update(element, row)` fills it; `select` events follow the user's choice. */
  constructor(viewport, create, update) {
    this.#viewport = viewport;
    this.#create = create;
    this.#update = update;
    viewport.append(this.#space);
    viewport.addEventListener("scroll", () => this.draw(), { passive: true });
    viewport.addEventListener("keydown", event => this.#onKey(event));
    viewport.addEventListener("click", event => this.#choose(this.#rows[event.target.closest("[role=option]")?.dataset.index]));
    new ResizeObserver(() => this.#measure()).observe(viewport);
  }

  setRows(rows) {
    this.#rows = rows;
    this.draw();
  }

  /** The style sheet says how high a row is; on a narrow screen it is another. */
  #measure() {
    this.#rowHeight = parseFloat(getComputedStyle(this.#viewport).getPropertyValue("--row-height"));
    const size = Math.ceil(this.#viewport.clientHeight / this.#rowHeight) + 2 * Overscan;
    this.#pool = Array.from({ length: size }, (_, i) => Object.assign(this.#create(), { id: `row-${i}`, role: "option" }));
    this.#space.replaceChildren(...this.#pool);
    this.draw();
  }

  draw() {
    if (this.#pool.length === 0)
      return;
    this.#space.style.height = `${this.#rows.length * this.#rowHeight}px`;
    const first = Math.max(0, Math.floor(this.#viewport.scrollTop / this.#rowHeight) - Overscan);
    this.#viewport.removeAttribute("aria-activedescendant");
    for (let index = first; index < first + this.#pool.length; index++)
      this.#drawRow(this.#pool[index % this.#pool.length], index);
  }

  #drawRow(target, index) {
    const row = this.#rows[index];
    target.hidden = !row;
    if (!row)
      return;
    if (target.dataset.index !== String(index)) {
      target.dataset.index = index;
      target.style.transform = `translateY(${index * this.#rowHeight}px)`;
    }
    target.ariaPosInSet = index + 1;
    target.ariaSetSize = this.#rows.length;
    target.ariaSelected = row === this.selected;
    if (row === this.selected)
      this.#viewport.setAttribute("aria-activedescendant", target.id);
    this.#update(target, row);
  }

  #onKey(event) {
    const page = Math.max(1, Math.floor(this.#viewport.clientHeight / this.#rowHeight) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (!step || this.#rows.length === 0)
      return;
    event.preventDefault();
    const current = this.#rows.indexOf(this.selected);
    const index = current < 0 && Number.isFinite(step) ? 0 : Math.min(this.#rows.length - 1, Math.max(0, current + step));
    this.#choose(this.#rows[index]);
    this.#reveal(index);
  }

  #reveal(index) {
    const top = index * this.#rowHeight;
    const { scrollTop, clientHeight } = this.#viewport;
    if (top < scrollTop)
      this.#viewport.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + clientHeight)
      this.#viewport.scrollTop = top + this.#rowHeight - clientHeight;
  }

  #choose(row) {
    if (!row)
      return;
    this.selected = row;
    this.draw();
    this.#viewport.dispatchEvent(new CustomEvent("choose", { detail: row }));
  }
}
