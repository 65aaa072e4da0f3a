// An MQTT to WebSocket gateway. A client sends { "subscribe": filter } and gets { "topic", "message" } for all that matches.
import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { announce, matches, receive } from "./gateway.mjs";

const mostBuffered = 1_048_576;
const subscribers = new Map();

const http = createServer();
const server = new WebSocketServer({ server: http });
server.on("connection", socket => {
  socket.on("message", data => {
    const { subscribe } = JSON.parse(data);
    if (subscribe === undefined) return;
    if (!subscribers.has(subscribe)) subscribers.set(subscribe, new Set());
    subscribers.get(subscribe).add(socket);
    socket.send(JSON.stringify({ subscribed: subscribe }));
  });
  socket.on("close", () => subscribers.forEach(sockets => sockets.delete(socket)));
  socket.on("error", () => socket.terminate());
});

await receive((topic, payload) => {
  // Serialised once, however many receive it.
  let data;
  for (const [filter, sockets] of subscribers) {
    if (!matches(filter, topic)) continue;
    data ??= Buffer.from(JSON.stringify({ topic, message: payload.toString() }));
    for (const socket of sockets) {
      // Who does not keep up misses messages: memory is bounded.
      if (socket.bufferedAmount < mostBuffered) socket.send(data, { binary: false });
    }
  }
});
http.listen(0, "127.0.0.1", () => announce(http));
