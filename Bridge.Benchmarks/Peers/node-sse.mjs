// An MQTT to server-sent events gateway: GET /events?topic=FILTER gets an event for each message that matches.
import { createServer } from "node:http";
import { announce, matches, receive } from "./gateway.mjs";

const mostBuffered = 1_048_576;
const readers = new Map();

const http = createServer((request, response) => {
  const filter = new URL(request.url, "http://localhost").searchParams.get("topic");
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
  response.write("event: subscribed\ndata: {}\n\n");
  if (!readers.has(filter)) readers.set(filter, new Set());
  readers.get(filter).add(response);
  response.on("close", () => readers.get(filter).delete(response));
});

let position = 0;
await receive((topic, payload) => {
  position++;
  // Serialised once, however many receive it.
  let event;
  for (const [filter, responses] of readers) {
    if (!matches(filter, topic)) continue;
    event ??= Buffer.from(`id: ${position}\nevent: message\ndata: ${JSON.stringify({ topic, message: payload.toString() })}\n\n`);
    for (const response of responses) {
      // Who does not keep up misses messages: memory is bounded.
      if (response.writableLength < mostBuffered) response.write(event);
    }
  }
});
http.listen(0, "127.0.0.1", () => announce(http));
