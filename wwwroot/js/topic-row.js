// One row of the list of topics.

import { element, setText } from "./dom.js";
import { count, shortTime } from "./format.js";
import { preview, visible } from "./payload.js";

const drawn = new WeakMap();

export function createRow() {
  const cell = className => element("span", { className });
  const cells = {
    path: cell("path"), leaf: cell("leaf"), value: cell("value code"), updates: cell("updates number"), time: cell("time number"),
    qos: cell("badge"), retain: cell("badge"), source: cell("badge"),
  };
  const root = element("div", { className: "row" },
    element("span", { className: "topic code" }, cells.path, cells.leaf), cells.value,
    element("span", { className: "badges" }, cells.source, cells.retain, cells.qos), cells.updates, cells.time);
  drawn.set(root, { cells, row: null, version: 0, flash: false });
  return root;
}

export function updateRow(root, row) {
  const state = drawn.get(root);
  if (state.row === row && state.version === row.version)
    return;
  // An element that only just got this row was scrolled here: that is no change of the value. Two animations alike take
  // turns, because one that is named again does not start again.
  state.flash = state.row === row ? !state.flash : state.flash;
  root.dataset.flash = state.row === row ? Number(state.flash) : "";
  if (state.row !== row)
    drawTopic(root, state.cells, row.topic);
  state.row = row;
  state.version = row.version;
  drawMessage(state.cells, row);
}

/** The last level stays readable when the rest has to be cut. */
function drawTopic(root, cells, topic) {
  const slash = topic.lastIndexOf("/") + 1;
  setText(cells.path, visible(topic.slice(0, slash)));
  setText(cells.leaf, visible(topic.slice(slash)));
  root.title = visible(topic);
}

function drawMessage(cells, { message, updates }) {
  const { payload, qos, retain, source, receivedAt } = message;
  setText(cells.value, payload.length === 0 ? "empty" : preview(payload));
  cells.value.dataset.kind = payload.length === 0 ? "empty" : typeof payload === "string" ? "text" : "binary";
  // As on the wire, what is usual (QoS 0, live) goes without saying.
  setText(cells.qos, qos ? `QoS ${qos}` : "");
  setText(cells.retain, retain && source !== "retained" ? "retain" : "");
  setText(cells.source, source && source !== "live" ? source : "");
  setText(cells.updates, count(updates));
  setText(cells.time, shortTime(receivedAt));
}
