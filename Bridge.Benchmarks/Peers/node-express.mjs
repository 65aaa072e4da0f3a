// An MQTT to HTTP gateway: the last message of each topic, now or when there is a newer one, and publishing that is answered after the
// broker's acknowledgement.
import express from "express";
import { announce, broker, receive } from "./gateway.mjs";

const last = new Map();
const waiting = new Map();
let position = 0;
await receive((topic, payload) => {
  last.set(topic, { payload, position: ++position });
  const pollers = waiting.get(topic);
  if (pollers === undefined) return;
  waiting.delete(topic);
  // Serialised once, however many receive it.
  const body = JSON.stringify(payload.toString());
  for (const poller of pollers) answer(poller, body);
});

/** Answers with a value that is newer than the poller's; without one there is none. */
function answer({ response, timer }, body) {
  clearTimeout(timer);
  response.set("Bridge-Cursor", `${position}`);
  if (body === undefined) response.status(304).end();
  else response.set("ETag", `"${position}"`).type("json").send(body);
}

/** Waits for the topic's next message, that long at most; who has gone waits no more. */
function hold(topic, response, seconds) {
  if (!waiting.has(topic)) waiting.set(topic, new Set());
  const pollers = waiting.get(topic);
  const poller = { response };
  const leave = () => {
    clearTimeout(poller.timer);
    if (pollers.delete(poller) && pollers.size === 0 && waiting.get(topic) === pollers) waiting.delete(topic);
  };
  poller.timer = setTimeout(() => { leave(); answer(poller); }, seconds * 1000);
  response.on("close", leave);
  pollers.add(poller);
}

const app = express();
app.get("/events", (request, response) => {
  const { topic, since = 0, wait } = request.query;
  const known = last.get(topic);
  if (wait === undefined) {
    if (known === undefined) return response.status(404).json({ code: "no_message" });
    return response.json(known.payload.toString());
  }
  if (known !== undefined && known.position > Number(since)) answer({ response }, JSON.stringify(known.payload.toString()));
  else if (Number(wait) > 0) hold(topic, response, Number(wait));
  else answer({ response });
});
app.post("/publish", express.json(), async (request, response) => {
  const { topic, message, qos = 1 } = request.body;
  await broker.publishAsync(topic, message, { qos });
  response.status(qos === 0 ? 202 : 200).json({ topic, qos });
});
const server = app.listen(0, "127.0.0.1", () => announce(server));
