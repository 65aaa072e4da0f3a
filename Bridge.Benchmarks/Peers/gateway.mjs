// What the gateways have in common: the link to the broker, and which filter matches which topic.
import mqtt from "mqtt";

export const broker = await mqtt.connectAsync(process.argv[2]);

/** Receives everything that is published; resolves when the broker has agreed. */
export async function receive(onMessage) {
  broker.on("message", onMessage);
  await broker.subscribeAsync("#");
}

/** Tells who started this gateway where it listens. */
export function announce(server) {
  console.log(`listening on ${server.address().port}`);
}

export function matches(filter, topic) {
  const levels = topic.split("/");
  const wanted = filter.split("/");
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === "#") return true;
    if (i >= levels.length || (wanted[i] !== "+" && wanted[i] !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}
