// The last message of each topic, in order of topic. Knows nothing of the page.

import { payloadOf } from "./payload.js";

const MostTopics = 200_000;
const byTopic = (a, b) => a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0;

export class TopicStore {
  #byTopic = new Map();
  #sorted = [];
  #shown = this.#sorted;
  #fresh = [];
  #needle = "";

  /** Messages that the bridge left out because this page could not keep up. */
  skipped = 0;
  /** Messages received, the snapshot's not counted. */
  received = 0;
  /** Messages of topics that found no more room here. */
  refused = 0;

  get size() {
    return this.#byTopic.size;
  }

  get(topic) {
    return this.#byTopic.get(topic);
  }

  clear() {
    this.#byTopic.clear();
    this.#sorted = this.#shown = [];
    this.#fresh = [];
    this.skipped = this.received = this.refused = 0;
  }

  add(batch) {
    this.skipped += Number(batch.skipped ?? 0);
    for (const { message, messageBase64, ...envelope } of batch.messages) {
      const row = this.#rowFor(envelope.topic);
      if (!row)
        continue;
      row.message = { ...envelope, payload: payloadOf({ message, messageBase64 }) };
      row.version++;
      if (!batch.snapshot) {
        row.updates++;
        this.received++;
      }
    }
  }

  #rowFor(topic) {
    let row = this.#byTopic.get(topic);
    if (row)
      return row;
    if (this.#byTopic.size >= MostTopics) {
      this.refused++;
      return null;
    }
    row = { topic, message: null, updates: 0, version: 0 };
    this.#byTopic.set(topic, row);
    this.#fresh.push(row);
    return row;
  }

  /** Shows only topics that contain the text, whatever its case. */
  search(text) {
    this.#needle = text.toLowerCase();
    this.#settle();
    this.#shown = this.#needle ? this.#sorted.filter(row => this.#matches(row)) : this.#sorted;
  }

  /** The rows to show, in order of topic. */
  rows() {
    this.#settle();
    return this.#shown;
  }

  /** Merges topics seen since the last drawing: sorting 100,000 topics for each new one would be felt. */
  #settle() {
    if (this.#fresh.length === 0)
      return;
    const fresh = this.#fresh.sort(byTopic);
    this.#fresh = [];
    const sorted = merge(this.#sorted, fresh);
    this.#shown = this.#needle ? merge(this.#shown, fresh.filter(row => this.#matches(row))) : sorted;
    this.#sorted = sorted;
  }

  #matches(row) {
    return row.topic.toLowerCase().includes(this.#needle);
  }
}

function merge(left, right) {
  const result = new Array(left.length + right.length);
  for (let i = 0, l = 0, r = 0; i < result.length; i++)
    result[i] = r >= right.length || (l < left.length && byTopic(left[l], right[r]) <= 0) ? left[l++] : right[r++];
  return result;
}
