// The form that asks who its user is, and the controls for signing in and out.

import { byId, setText } from "./dom.js";

export class SignIn {
  #session;
  #connection;
  #shown = false;
  #busy = false;
  #forbidden = false;

  constructor(session, connection) {
    this.#session = session;
    this.#connection = connection;
    connection.addEventListener("state", () => this.#follow());
    connection.addEventListener("forbidden", () => {
      this.#forbidden = true;
      this.#draw();
    });
    byId("access").addEventListener("submit", event => {
      event.preventDefault();
      this.#submit();
    });
    byId("sign-in").addEventListener("click", () => this.#show(true));
    byId("sign-out").addEventListener("click", () => session.signOut());
    byId("access-cancel").addEventListener("click", () => this.#show(false));
  }

  #follow() {
    if (this.#connection.state === "unauthorized")
      this.#show(true);
    this.#draw();
  }

  #show(shown) {
    this.#shown = shown;
    setText(byId("access-refusal"), this.#session.reason);
    this.#draw();
    if (shown)
      byId("access-key").focus();
  }

  async #submit() {
    this.#busy = true;
    this.#draw();
    try {
      await this.#session.signIn(byId("access-key").value.trim());
      byId("access-key").value = "";
      if (this.#connection.connected)
        location.reload(); // what was shown so far was for somebody else
      else
        this.#connection.start();
      this.#show(false);
    } catch (error) {
      setText(byId("access-refusal"), error.statusCode ? error.message : "The bridge cannot be reached.");
      byId("access-key").select();
    } finally {
      this.#busy = false;
      this.#draw();
    }
  }

  #draw() {
    const { connected } = this.#connection;
    byId("access").hidden = !this.#shown;
    byId("brokers").hidden = byId("main").hidden = this.#shown;
    byId("access-submit").disabled = this.#busy;
    byId("access-cancel").hidden = !connected;
    byId("sign-out").hidden = this.#shown || !this.#session.signedIn;
    // Who may do all that is asked for has no use for it.
    byId("sign-in").hidden = this.#shown || !connected || !this.#forbidden || this.#session.signedIn;
  }
}
