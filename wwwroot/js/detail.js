// The chosen topic's last message in full.

import { byId, element } from "./dom.js";
import { count, fullTime, plural } from "./format.js";
import { bytesOf, hexDump, indentJson, isJson, preview, visible } from "./payload.js";

const Views = { json: "JSON", text: "Text", hex: "Hex" };
const TextLimit = 256 * 1024;
const ColourLimit = 64 * 1024;

/** Dispatches `publish-to` with a topic when the user wants to answer there. */
export class Detail extends EventTarget {
  #body = byId("detail");
  #row = null;
  #version = -1;
  #view = null;

  constructor() {
    super();
    byId("detail-views").append(...Object.entries(Views).map(([view, label]) => {
      const button = element("button", { type: "button", data: { view } }, label);
      button.addEventListener("click", () => this.#choose(view));
      return button;
    }));
    this.show(null);
  }

  /** Shows a row of the list; the user's choice of view goes with the row it was made for. */
  show(row) {
    if (row?.topic !== this.#row?.topic)
      this.#view = null;
    this.#row = row;
    this.#draw();
  }

  /** Follows the row's changes, but leaves alone what the user is about to copy. */
  refresh(row) {
    if (row === this.#row && (!row || row.version === this.#version))
      return;
    const selection = getSelection();
    if (selection.isCollapsed || !this.#body.contains(selection.anchorNode))
      this.show(row);
  }

  #choose(view) {
    this.#view = view;
    this.#draw();
  }

  #draw() {
    const row = this.#row;
    byId("detail-views").hidden = !row;
    if (!row) {
      this.#body.replaceChildren(element("p", { className: "empty" }, "Choose a topic to see its last message."));
      return;
    }
    this.#version = row.version;
    const { payload } = row.message;
    const json = isJson(payload);
    const view = this.#view ?? (json ? "json" : typeof payload === "string" ? "text" : "hex");
    for (const button of byId("detail-views").children) {
      button.ariaPressed = button.dataset.view === view;
      button.disabled = button.dataset.view === "json" && !json || button.dataset.view === "text" && typeof payload !== "string";
    }
    const scroll = this.#body.scrollTop;
    this.#body.replaceChildren(this.#heading(row), summary(row.message), payloadView(payload, view), properties(row.message));
    this.#body.scrollTop = scroll;
  }

  #heading(row) {
    const button = element("button", { type: "button", className: "quiet" }, "Publish here");
    button.addEventListener("click", () => this.dispatchEvent(new CustomEvent("publish-to", { detail: row.topic })));
    return element("div", { className: "detail-topic" }, element("strong", { className: "code" }, visible(row.topic)), button);
  }
}

function summary({ payload, receivedAt, qos, retain, source }) {
  const parts = [fullTime(receivedAt), plural(bytesOf(payload).length, "byte"), `QoS ${qos ?? 0}`, retain && source !== "retained" && "retain", source ?? "live"];
  return element("p", { className: "muted", title: `Received ${receivedAt}` }, parts.filter(Boolean).join(" · "));
}

/** What MQTT 5 sent along with the payload. */
function properties({ contentType, responseTopic, correlationData, expiresAt, userProperties }) {
  const known = [
    ["Content type", contentType],
    ["Response topic", responseTopic],
    // Bytes in MessagePack, base64 in JSON.
    ["Correlation data", correlationData?.length > 0 ? preview(correlationData) : null],
    ["Expires", expiresAt && fullTime(expiresAt)],
    ...(userProperties ?? []).map(([name, value]) => [name, value, "user-property"]),
  ];
  return element("dl", { className: "properties" }, ...known.filter(([, value]) => value !== undefined && value !== null).map(
    ([name, value, kind]) => element("div", { className: kind ?? "", title: kind ? "User property" : "" },
      element("dt", {}, visible(name)), element("dd", {}, visible(value)))));
}

function payloadView(payload, view) {
  const result = element("pre", { className: `payload code ${view}`, tabIndex: 0, ariaLabel: "Payload" });
  if (payload.length === 0)
    result.append(element("span", { className: "muted" }, "The payload is empty."));
  else if (view === "hex")
    result.append(hexDump(payload));
  else if (view === "json" && payload.length <= ColourLimit)
    result.append(...Array.from(indentJson(payload), ([kind, text]) => kind ? element("span", { className: `json-${kind}` }, text) : text));
  else if (payload.length <= TextLimit)
    result.append(view === "json" ? Array.from(indentJson(payload), ([, text]) => text).join("") : payload);
  else
    result.append(payload.slice(0, TextLimit), `\n… the first ${count(TextLimit)} of ${count(payload.length)} characters`);
  return result;
}
