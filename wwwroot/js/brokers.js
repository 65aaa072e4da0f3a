// The brokers and the state of their links.

import { byId, element, setOptions, setText } from "./dom.js";
import { count, elapsed, plural, rate } from "./format.js";

const RefreshInterval = 3000;
const ClockInterval = 1000;

/** Draws a card for each broker; dispatches `change` when anything is news, and `choose` (a broker key) on a click. */
export class Brokers extends EventTarget {
  #connection;
  #cards = new Map();
  #asking = false;
  list = [];

  constructor(connection) {
    super();
    this.#connection = connection;
    connection.addEventListener("state", () => this.#follow());
    connection.addEventListener("broker-state", event => this.#change(event.detail));
    setInterval(() => document.hidden || this.refresh(), RefreshInterval);
    setInterval(() => document.hidden || this.#drawTimes(), ClockInterval);
  }

  find(brokerKey) {
    return this.list.find(broker => broker.brokerKey === brokerKey);
  }

  async refresh() {
    if (!this.#connection.connected || this.#asking)
      return;
    this.#asking = true;
    try {
      this.list = await this.#connection.invoke("GetBrokers");
      this.#draw("No broker is configured, or none that you may see. Add one under Bridge:Brokers.");
    } catch (error) {
      if (this.#connection.connected)
        this.#draw(error.message);
    } finally {
      this.#asking = false;
    }
  }

  /** Without the bridge nobody knows how its links are. */
  #follow() {
    const stale = !this.#connection.connected && this.list.length > 0;
    byId("broker-list").classList.toggle("stale", stale);
    setText(byId("brokers-title"), stale ? "Brokers, as last known" : "Brokers");
    this.refresh();
  }

  /** The event has the state, and at once; the numbers beside it come with the refresh. */
  #change(change) {
    this.list = this.list.map(broker => broker.brokerKey === change.brokerKey ? { ...broker, ...change } : broker);
    this.#draw("");
    this.refresh();
  }

  #draw(emptyText) {
    const names = this.list.map(broker => broker.brokerKey);
    for (const [name, card] of this.#cards) {
      if (!names.includes(name)) {
        card.root.remove();
        this.#cards.delete(name);
      }
    }
    for (const broker of this.list)
      this.#drawCard(broker);
    this.#drawTimes();
    setText(byId("brokers-empty"), this.list.length ? "" : emptyText);
    setOptions(byId("watch-broker"), names);
    setOptions(byId("publish-broker"), names);
    this.dispatchEvent(new Event("change"));
  }

  #drawCard(broker) {
    let card = this.#cards.get(broker.brokerKey);
    if (!card) {
      card = this.#createCard(broker.brokerKey);
      this.#cards.set(broker.brokerKey, card);
      byId("broker-list").append(card.root);
    }
    card.root.dataset.state = broker.state;
    setText(card.state, broker.state);
    setText(card.topics, plural(broker.topics, "topic"));
    setText(card.rates, `${rate(broker.messagesInPerSecond)} in/s · ${rate(broker.messagesOutPerSecond)} out/s`);
    setText(card.evicted, broker.evicted > 0 ? `${count(broker.evicted)} evicted` : "");
    // Of a link that is up, what once broke it is history: in the tooltip, not in the way.
    setText(card.error, broker.state === "connected" ? "" : broker.lastError ?? "");
    card.root.title = broker.lastError ? `Last error: ${broker.lastError}` : "";
  }

  #createCard(brokerKey) {
    const part = (name, className) => element(name, { className });
    const card = {
      state: part("span", "state"), since: part("span", "muted"), topics: part("span", ""),
      rates: part("span", "muted"), evicted: part("span", "warn"), error: part("p", "error"),
    };
    card.evicted.title = "Last values that had to go to keep the cache within its bounds";
    const name = element("button", { className: "name", type: "button", title: `Watch ${brokerKey}` }, brokerKey);
    name.addEventListener("click", () => this.dispatchEvent(new CustomEvent("choose", { detail: brokerKey })));
    card.root = element("li", { className: "card" },
      element("div", { className: "line" }, name, card.state, card.since),
      element("div", { className: "line facts" }, card.topics, card.rates, card.evicted),
      card.error);
    return card;
  }

  #drawTimes() {
    for (const broker of this.list) {
      const { since } = this.#cards.get(broker.brokerKey);
      setText(since, `for ${elapsed(broker.since)}`);
      since.title = broker.since;
    }
  }
}
