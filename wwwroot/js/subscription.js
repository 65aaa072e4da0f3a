// The one subscription of the page, kept across reconnections.

const RetryDelay = 5000;
const Lasting = ["request_invalid", "filter_invalid", "broker_unknown", "forbidden"];

/**
 * Tells its receiver `started(answer)`, where a snapshot replaces everything unless `answer.resumed`, then `batch(batch)` for
 * each batch, and `failed(error)` when the bridge refused.
 */
export class Subscription {
  #connection;
  #receiver;
  #wanted = null;
  #id = null;
  #cursor = null;
  #turn = 0;
  #underWay = 0;
  #early = [];

  constructor(connection, receiver) {
    this.#connection = connection;
    this.#receiver = receiver;
    connection.addEventListener("messages", event => this.#receive(event.detail));
    connection.addEventListener("state", () => {
      this.#id = null;
      if (connection.connected)
        this.#subscribe();
    });
  }

  /** Watches a filter instead of what was watched before; when there is no connection, as soon as there is one. */
  watch(brokerKey, topic) {
    this.#wanted = { brokerKey, topic };
    this.#cursor = null;
    if (this.#connection.connected)
      this.#subscribe();
  }

  async #subscribe() {
    if (!this.#wanted)
      return;
    const turn = ++this.#turn;
    this.#unsubscribe(this.#id);
    this.#id = null;
    this.#underWay++;
    try {
      const request = this.#cursor ? { ...this.#wanted, resumeFrom: this.#cursor } : this.#wanted;
      const answer = await this.#connection.invoke("Subscribe", request);
      if (turn === this.#turn)
        this.#begin(answer);
      else
        this.#unsubscribe(answer.subscription);
    } catch (error) {
      if (turn === this.#turn && this.#connection.connected)
        this.#refused(error, turn);
    } finally {
      if (--this.#underWay === 0)
        this.#early = [];
    }
  }

  #begin(answer) {
    this.#id = answer.subscription;
    this.#receiver.started(answer);
    this.#early.filter(batch => batch.subscription === this.#id).forEach(batch => this.#deliver(batch));
  }

  #refused(error, turn) {
    this.#receiver.failed(error);
    if (!Lasting.includes(error.message.split(":")[0]))
      setTimeout(() => turn === this.#turn && this.#connection.connected && this.#subscribe(), RetryDelay);
  }

  #receive(batch) {
    if (batch.subscription === this.#id)
      this.#deliver(batch);
    else if (this.#underWay > 0)
      this.#early.push(batch); // may belong to a Subscribe whose answer is still on its way
  }

  #deliver(batch) {
    // A snapshot is resumed as a whole or not at all: its position counts from its last batch on.
    if (!batch.snapshot || batch.snapshotComplete)
      this.#cursor = batch.cursor;
    this.#receiver.batch(batch);
  }

  #unsubscribe(id) {
    if (id && this.#connection.connected)
      this.#connection.invoke("Unsubscribe", { subscription: id }).catch(() => { }); // gone already: that is what we want
  }
}
