// Who uses the page: the API key or token that its user gave. It leaves the page in a header only, and never in an address.

const KeyName = "bridge-key";
const ReasonName = "bridge-signed-out";

/** Is the HTTP client of SignalR too, because what that sends shows the key. */
export class Session {
  #client = new window.signalR.DefaultHttpClient(window.signalR.NullLogger.instance);
  #key = sessionStorage.getItem(KeyName) ?? ""; // for this tab, until it is closed
  /** Whether the bridge asked who this is since {@link begin}. */
  isAsked = false;
  /** Why the user was signed out, where that was not the user's own wish. */
  reason = sessionStorage.getItem(ReasonName) ?? "";

  constructor() {
    sessionStorage.removeItem(ReasonName);
  }

  get signedIn() {
    return this.#key !== "";
  }

  /** Fails with an Error, and keeps nothing, when the bridge does not accept the API key or token. */
  async signIn(key) {
    await this.#askForTicket(key);
    this.#key = key;
    this.reason = "";
    sessionStorage.setItem(KeyName, key);
  }

  /** Goes on with a fresh page: nothing stays of what this one showed. */
  signOut(reason = "") {
    this.#key = "";
    sessionStorage.removeItem(KeyName);
    sessionStorage.setItem(ReasonName, reason);
    location.reload();
  }

  begin() {
    this.isAsked = false;
  }

  /** What may stand in the address of a WebSocket or an EventSource: it lets in once, and soon. Without a key none is asked for. */
  async getTicket() {
    return this.#key && this.#watch(this.#askForTicket(this.#key));
  }

  /** Sends a request of SignalR. The ticket that it got for that is still good for an EventSource when the key is shown instead. */
  send(request) {
    if (this.#key)
      request.headers = { ...request.headers, Authorization: `Bearer ${this.#key}` };
    // SignalR makes one text of the answer and its status.
    return this.#watch(this.#client.send(request).catch(error => {
      throw error.statusCode ? failure(error.statusCode, error.message.replace(/: Status code '\d+'$/, "")) : error;
    }));
  }

  /** SignalR asks its HTTP client; a browser has its cookies by itself. */
  getCookieString() {
    return "";
  }

  async #askForTicket(key) {
    const response = await fetch("ticket", { method: "POST", cache: "no-store", headers: { Authorization: `Bearer ${key}` } });
    if (!response.ok)
      throw failure(response.status, await response.text());
    return (await response.json()).ticket;
  }

  async #watch(answer) {
    try {
      return await answer;
    } catch (error) {
      this.isAsked ||= error.statusCode === 401;
      if (this.isAsked && this.#key)
        this.signOut(`You were signed out: the key or token does not count any more. ${error.message}`);
      throw error;
    }
  }
}

function failure(status, body) {
  return Object.assign(new Error(detailOf(body) || `The bridge answered with status ${status}.`), { statusCode: status });
}

/** What a problem (RFC 9457) says; empty where it is none, such as a proxy's page. */
function detailOf(body) {
  try {
    return JSON.parse(body).detail ?? "";
  } catch {
    return "";
  }
}
