// An MQTT to HTTP gateway: the last message of each topic, and publishing that is answered after the broker's acknowledgement.
import express from "express";
import { announce, broker, receive } from "./gateway.mjs";

const last = new Map();
await receive((topic, payload) => last.set(topic, payload));

const app = express();
app.get("/events", (request, response) => {
  const payload = last.get(request.query.topic);
  if (payload === undefined) return response.status(404).json({ code: "no_message" });
  response.json(payload.toString());
});
app.post("/publish", express.json(), async (request, response) => {
  const { topic, message, qos = 1 } = request.body;
  await broker.publishAsync(topic, message, { qos });
  response.status(qos === 0 ? 202 : 200).json({ topic, qos });
});
const server = app.listen(0, "127.0.0.1", () => announce(server));
