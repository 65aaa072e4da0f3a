// An MQTT to Socket.IO gateway: a room for each filter. The library encodes a message once for a room.
import { createServer } from "node:http";
import { Server } from "socket.io";
import { announce, matches, receive } from "./gateway.mjs";

const http = createServer();
const io = new Server(http, { transports: ["websocket"] });
const { rooms } = io.of("/").adapter;
io.on("connection", socket => {
  socket.on("subscribe", (filter, done) => {
    socket.join(`filter:${filter}`);
    done();
  });
});

await receive((topic, payload) => {
  let message;
  for (const room of rooms.keys()) {
    if (!room.startsWith("filter:") || !matches(room.slice(7), topic)) continue;
    message ??= payload.toString();
    io.to(room).emit("message", topic, message);
  }
});
http.listen(0, "127.0.0.1", () => announce(http));
