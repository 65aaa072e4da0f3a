// A client as tutorials write it for an Express gateway, where the handlers are
//
//   app.get("/events", (req, res) => res.json(lastMessages[req.query.brokerKey][req.query.topic]));
//   app.post("/publish", express.json(), (req, res) => { const { brokerKey, topic, message } = req.body; … });
//
// Run with the gateway's URL, a broker key and a topic. Prints what it has read back, one JSON text a line.
const [gateway, brokerKey, topic] = process.argv.slice(2);
const pollInterval = 100;
const polls = 150;

async function publish(message) {
  const res = await fetch(`${gateway}/publish`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ brokerKey, topic, message }),
  });
  if (!res.ok) throw new Error(`Publish failed: ${res.status} ${await res.text()}`);
}

async function fetchEvent() {
  const res = await fetch(`${gateway}/events?brokerKey=${brokerKey}&topic=${encodeURIComponent(topic)}`);
  if (!res.ok) return undefined;
  const text = await res.json();
  return JSON.parse(text);
}

async function waitForEvent(isWanted) {
  for (let poll = 0; poll < polls; poll++) {
    const event = await fetchEvent();
    if (event !== undefined && isWanted(event)) return event;
    await new Promise((resolve) => setTimeout(resolve, pollInterval));
  }
  throw new Error(`No such event on ${topic}`);
}

// What was there before this client came.
console.log(JSON.stringify(await waitForEvent(() => true)));

// An object is published as JSON.
await publish({ command: "start", speed: 1.5, note: "é 😀" });
console.log(JSON.stringify(await waitForEvent((event) => event.command === "start")));

// So is a text that is JSON already.
await publish(JSON.stringify({ command: "stop" }));
console.log(JSON.stringify(await waitForEvent((event) => event.command === "stop")));
