// A SignalR client that is driven over standard input and output, one JSON object a line.
//
//   in:  {"id":1,"op":"connect","url":"http://…/hub","protocol":"json"|"messagepack","transport":…,"headers":…,"accessToken":…,"reconnects":…}
//        {"id":2,"op":"invoke","method":"Subscribe","args":[…]}
//        {"id":3,"op":"stop"}
//   out: {"id":2,"result":…} or {"id":2,"error":"…"}, one for each command
//        {"event":"Messages"|"BrokerState"|"closed"|"reconnected","args":[…]}, for each call of the server
//
// Bytes are {"$base64":"…"} on these lines and Uint8Array in the client.
import { createInterface } from "node:readline";
import * as signalR from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";

const serverCalls = ["Messages", "BrokerState"];
let connection;

const encode = (_, value) => (value instanceof Uint8Array ? { $base64: Buffer.from(value).toString("base64") } : value);

const decode = (_, value) =>
  typeof value?.$base64 === "string" ? new Uint8Array(Buffer.from(value.$base64, "base64")) : value;

const write = (line) => process.stdout.write(JSON.stringify(line, encode) + "\n");

const operations = {
  async connect({ url, protocol, transport, headers, accessToken, reconnects }) {
    const options = { headers };
    if (transport) options.transport = signalR.HttpTransportType[transport];
    if (accessToken) options.accessTokenFactory = () => accessToken;
    const builder = new signalR.HubConnectionBuilder();
    if (reconnects) builder.withAutomaticReconnect({ nextRetryDelayInMilliseconds: () => Math.random() * 500 });
    connection = builder
      .withUrl(url, options)
      .withHubProtocol(protocol === "messagepack" ? new MessagePackHubProtocol() : new signalR.JsonHubProtocol())
      // Standard output is for answers only.
      .configureLogging({ log: (level, message) => level >= signalR.LogLevel.Warning && console.error(message) })
      .build();
    for (const name of serverCalls) connection.on(name, (...args) => write({ event: name, args }));
    connection.onclose((error) => write({ event: "closed", args: [error?.message ?? null] }));
    connection.onreconnected(() => write({ event: "reconnected", args: [] }));
    await connection.start();
  },
  invoke: ({ method, args }) => connection.invoke(method, ...(args ?? [])),
  stop: () => connection?.stop(),
};

async function run({ id, op, ...parameters }) {
  try {
    if (!operations[op]) throw new Error(`No operation ${op}`);
    write({ id, result: (await operations[op](parameters)) ?? null });
  } catch (error) {
    write({ id, error: error.message });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => run(JSON.parse(line, decode)));
// Whoever drives it has gone.
lines.on("close", () => process.exit());
