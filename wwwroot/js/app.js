// The dashboard: puts its parts together. Start reading here.

import { Brokers } from "./brokers.js";
import { BridgeConnection } from "./connection.js";
import { Detail } from "./detail.js";
import { byId, element, setText } from "./dom.js";
import { Publish } from "./publish.js";
import { Session } from "./session.js";
import { SignIn } from "./sign-in.js";
import { Topics } from "./topics.js";

const narrow = matchMedia("(max-width: 64rem)");

if (window.signalR)
  start();
else
  tellWhatIsMissing();

function start() {
  const session = new Session();
  const connection = new BridgeConnection("hub", session);
  const brokers = new Brokers(connection);
  const topics = new Topics(connection, brokers);
  const detail = new Detail();
  const publish = new Publish(connection);
  new SignIn(session, connection);

  topics.addEventListener("choose", event => {
    detail.show(event.detail);
    if (event.detail && narrow.matches)
      byId("detail-title").scrollIntoView({ block: "start", behavior: "smooth" });
  });
  topics.addEventListener("draw", event => detail.refresh(event.detail));
  detail.addEventListener("publish-to", event => publish.prepare(topics.brokerKey, event.detail));

  connection.addEventListener("state", () => drawConnection(connection, session));
  setInterval(() => connection.state === "waiting" && drawConnection(connection, session), 1000);
  connection.start();
}

function drawConnection(connection, session) {
  const { state, reason, nextAttempt } = connection;
  const seconds = Math.max(0, Math.ceil((nextAttempt - Date.now()) / 1000));
  const text = {
    connecting: "Connecting",
    connected: "Connected",
    waiting: `Not connected, next attempt in ${seconds} s`,
    unauthorized: "Not signed in",
  }[state];
  byId("connection").dataset.state = state;
  setText(byId("connection"), text);
  // Who has to sign in is told by the form.
  const notice = state === "unauthorized" ? "" : reason ? `No connection to the bridge. ${reason}` : session.reason;
  byId("notice").hidden = !notice;
  setText(byId("notice"), notice);
}

function tellWhatIsMissing() {
  byId("connection").hidden = byId("brokers").hidden = byId("main").hidden = true;
  byId("notice").hidden = false;
  byId("notice").append(
    element("strong", {}, "The dashboard's SignalR library is missing."),
    " The build takes it from npm to wwwroot/lib. Install Node.js, then build again (",
    element("code", {}, "dotnet build"), ") and reload this page. The bridge itself works without it.");
}
