// The one SignalR connection of the page: it is made again for as long as the page is open.

const FirstDelay = 1000;
const LongestDelay = 15000;
const StableAfter = 10000;

/**
 * Dispatches `state` when {@link state} changed, `messages` and `broker-state` (with `detail`) when the bridge calls, `forbidden` when it
 * refused what its user may not do. States: `connecting`, `connected`, `waiting` (for the next attempt, at {@link nextAttempt}),
 * `unauthorized` (until somebody signs in).
 */
export class BridgeConnection extends EventTarget {
  #hub;
  #session;
  #failures = 0;
  #connectedAt = Infinity;
  #timer = 0;
  state = "connecting";
  reason = "";
  nextAttempt = 0;

  constructor(url, session) {
    super();
    this.#session = session;
    const signalR = window.signalR;
    const builder = new signalR.HubConnectionBuilder()
      .withUrl(url, { httpClient: session, accessTokenFactory: () => session.getTicket() })
      .configureLogging(signalR.LogLevel.None); // every failure is shown on the page
    // MessagePack has no base64 and half the bytes; JSON does as well when only its script is missing.
    if (signalR.protocols?.msgpack)
      builder.withHubProtocol(new signalR.protocols.msgpack.MessagePackHubProtocol());
    this.#hub = builder.build();
    this.#hub.on("Messages", batch => this.#emit("messages", batch));
    this.#hub.on("BrokerState", change => this.#emit("broker-state", change));
    // Not withAutomaticReconnect: it neither makes the first connection nor goes on after an orderly close.
    this.#hub.onclose(error => this.#retryLater(error));
    addEventListener("online", () => this.retryNow());
    document.addEventListener("visibilitychange", () => document.hidden || this.retryNow());
  }

  get connected() {
    return this.state === "connected";
  }

  async start() {
    this.#enter("connecting", this.reason);
    this.#session.begin();
    try {
      await this.#hub.start();
      this.#connectedAt = Date.now();
      this.#enter("connected", "");
    } catch (error) {
      if (this.#session.isAsked)
        this.#enter("unauthorized", "");
      else
        this.#retryLater(error);
    }
  }

  /** Does not wait any longer: the user, the network or a new key says that it may work now. */
  retryNow() {
    if (this.state !== "waiting")
      return;
    clearTimeout(this.#timer);
    this.start();
  }

  /** Calls a hub method. Fails with an Error whose message is the bridge's `code: detail`. */
  async invoke(method, ...parameters) {
    try {
      return await this.#hub.invoke(method, ...parameters);
    } catch (error) {
      // SignalR puts a sentence of its own before what the hub said.
      const message = error.message.replace(/^.*HubException: /s, "");
      if (message.startsWith("forbidden:"))
        this.#emit("forbidden");
      throw new Error(message, { cause: error });
    }
  }

  #retryLater(error) {
    // A connection that breaks at once, again and again, is no success that should shorten the wait.
    if (Date.now() - this.#connectedAt > StableAfter)
      this.#failures = 0;
    this.#connectedAt = Infinity;
    const limit = Math.min(LongestDelay, FirstDelay * 2 ** this.#failures++);
    // Jitter: a restarted bridge should not meet all its dashboards in one moment.
    const delay = Math.random() * limit;
    this.nextAttempt = Date.now() + delay;
    this.#timer = setTimeout(() => this.start(), delay);
    const reason = error?.message ?? "The bridge closed the connection.";
    this.#enter("waiting", reason.replace(/^Failed to complete negotiation with the server: (\w*Error: )?/, ""));
  }

  #enter(state, reason) {
    this.state = state;
    this.reason = reason;
    this.#emit("state");
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
