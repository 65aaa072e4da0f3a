// The live topics of one broker and filter.

import { byId, drawAtMostEvery, setText } from "./dom.js";
import { count, plural, rate } from "./format.js";
import { Subscription } from "./subscription.js";
import { createRow, updateRow } from "./topic-row.js";
import { TopicStore } from "./topic-store.js";
import { VirtualList } from "./virtual-list.js";

const DrawInterval = 100;

/** Dispatches `choose` with the chosen topic's row, or null; and `draw` when rows may have changed. */
export class Topics extends EventTarget {
  #connection;
  #brokers;
  #store = new TopicStore();
  #list = new VirtualList(byId("topic-list"), createRow, updateRow);
  #subscription;
  #watched = null;
  #complete = false;
  #refusal = "";
  #gap = false;
  #lastReceived = 0;
  #perSecond = 0;
  #draw = drawAtMostEvery(DrawInterval, () => this.#drawNow());

  constructor(connection, brokers) {
    super();
    this.#connection = connection;
    this.#brokers = brokers;
    this.#subscription = new Subscription(connection, {
      started: answer => this.#started(answer),
      batch: batch => this.#add(batch),
      failed: error => this.#failed(error),
    });
    brokers.addEventListener("change", () => this.#watched ? this.#draw() : this.#watchFirst());
    brokers.addEventListener("choose", event => this.watch(event.detail, byId("watch-filter").value));
    connection.addEventListener("state", () => this.#draw());
    byId("watch").addEventListener("submit", event => {
      event.preventDefault();
      this.watch(byId("watch-broker").value, byId("watch-filter").value);
    });
    byId("watch-broker").addEventListener("change", event => this.watch(event.target.value, byId("watch-filter").value));
    byId("topic-search").addEventListener("input", event => {
      this.#store.search(event.target.value);
      this.#draw();
    });
    byId("topic-list").addEventListener("choose", event => this.#choose(event.detail));
    setInterval(() => this.#measure(), 1000);
    this.#draw();
  }

  get brokerKey() {
    return this.#watched?.brokerKey;
  }

  watch(brokerKey, filter) {
    byId("watch-broker").value = brokerKey;
    this.#watched = { brokerKey, filter };
    this.#reset();
    this.#choose(null);
    this.#subscription.watch(brokerKey, filter);
    this.#draw();
  }

  /** Something to see on arrival: the first broker whose link is up. */
  #watchFirst() {
    const first = this.#brokers.list.find(broker => broker.state === "connected") ?? this.#brokers.list[0];
    if (first)
      this.watch(first.brokerKey, byId("watch-filter").value);
  }

  #reset() {
    this.#store.clear();
    this.#complete = this.#gap = false;
    this.#refusal = "";
    this.#lastReceived = this.#perSecond = 0;
  }

  #started(answer) {
    if (!answer.resumed)
      this.#reset();
    this.#refusal = "";
    this.#draw();
  }

  #add(batch) {
    this.#store.add(batch);
    this.#complete ||= Boolean(batch.snapshotComplete);
    this.#gap ||= Boolean(batch.gap);
    this.#draw();
  }

  #failed(error) {
    this.#refusal = error.message;
    this.#draw();
  }

  #choose(row) {
    this.#list.selected = row;
    this.dispatchEvent(new CustomEvent("choose", { detail: row }));
  }

  #measure() {
    this.#perSecond = this.#store.received - this.#lastReceived;
    this.#lastReceived = this.#store.received;
    this.#draw();
  }

  #drawNow() {
    // After a snapshot a topic has another row than before.
    const selected = this.#list.selected;
    this.#list.selected = selected && (this.#store.get(selected.topic) ?? selected);
    this.#list.setRows(this.#store.rows());
    setText(byId("topic-facts"), this.#facts());
    setText(byId("topics-empty"), this.#emptyText());
    this.#drawNotice();
    this.dispatchEvent(new CustomEvent("draw", { detail: this.#list.selected }));
  }

  #facts() {
    const { size, skipped, refused } = this.#store;
    if (!this.#watched)
      return "";
    const shown = this.#store.rows().length;
    return [
      shown === size ? plural(size, "topic") : `${count(shown)} of ${plural(size, "topic")}`,
      `${rate(this.#perSecond)} messages/s`,
      skipped > 0 && `${count(skipped)} skipped`,
      refused > 0 && `${plural(refused, "message")} of further topics not shown: choose a narrower filter`,
      this.#gap && "with a gap",
      !this.#complete && !this.#refusal && this.#connection.connected && "loading",
    ].filter(Boolean).join(" · ");
  }

  #emptyText() {
    if (this.#store.rows().length > 0 || !this.#watched)
      return "";
    if (this.#store.size > 0)
      return `No topic contains “${byId("topic-search").value}”.`;
    return this.#complete ? `Nothing on ${this.#watched.filter} yet. A message shows up here as soon as it arrives.` : "";
  }

  #drawNotice() {
    const broker = this.#brokers.find(this.brokerKey);
    const text = this.#refusal
      || (this.#watched && !this.#connection.connected ? "No connection to the bridge: the values may be out of date." : "")
      || (broker && broker.state !== "connected" ? `${broker.brokerKey} is ${broker.state}: the values may be out of date.` : "");
    const notice = byId("watch-notice");
    notice.hidden = !text;
    notice.classList.toggle("failed", Boolean(this.#refusal));
    setText(notice, text);
  }
}
