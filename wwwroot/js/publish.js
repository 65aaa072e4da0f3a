// The form that publishes a message.

import { byId } from "./dom.js";

export class Publish {
  #connection;
  #form = byId("publish");
  #result = byId("publish-result");

  constructor(connection) {
    this.#connection = connection;
    this.#form.addEventListener("submit", event => {
      event.preventDefault();
      this.#send();
    });
    byId("publish-message").addEventListener("keydown", event => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
        this.#form.requestSubmit();
    });
  }

  /** Fills in where to publish, and leaves what to publish to the user. */
  prepare(brokerKey, topic) {
    byId("publish-broker").value = brokerKey;
    byId("publish-topic").value = topic;
    byId("publish-message").focus();
  }

  async #send() {
    const request = {
      brokerKey: byId("publish-broker").value,
      topic: byId("publish-topic").value,
      message: byId("publish-message").value,
      qos: Number(byId("publish-qos").value),
      retain: byId("publish-retain").checked,
    };
    const button = this.#form.querySelector("button.primary");
    button.disabled = true; // one at a time: an impatient second click would publish twice
    this.#show("", "Publishing …");
    try {
      if (!this.#connection.connected)
        throw new Error("There is no connection to the bridge.");
      const receipt = await this.#connection.invoke("Publish", request);
      this.#show("ok", receiptText(receipt));
    } catch (error) {
      this.#show("failed", error.message);
    } finally {
      button.disabled = false;
    }
  }

  #show(state, text) {
    this.#result.dataset.state = state;
    this.#result.textContent = text;
  }
}

function receiptText({ brokerKey, topic, qos, reason }) {
  const accepted = qos === 0 ? `Sent to ${brokerKey}, QoS 0` : `${brokerKey} acknowledged ${topic}, QoS ${qos}`;
  return reason === "noMatchingSubscribers" ? `${accepted}; nobody subscribes to it` : accepted;
}
