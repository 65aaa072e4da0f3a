// What a payload looks like. A payload is a string (it was valid UTF-8) or a Uint8Array (it was not).

const PreviewLength = 200;
const HexLimit = 16 * 1024;
const encoder = new TextEncoder();

/** The payload of an envelope, owned by nobody else. */
export function payloadOf(envelope) {
  if (envelope.messageBase64 !== undefined)
    return Uint8Array.from(atob(envelope.messageBase64), character => character.charCodeAt(0));
  // MessagePack hands out a window on the whole batch it read; a copy lets go of the rest.
  return envelope.message instanceof Uint8Array ? envelope.message.slice() : envelope.message ?? "";
}

export const bytesOf = payload => typeof payload === "string" ? encoder.encode(payload) : payload;

/** Control characters as symbols, so that a topic cannot break its line or hide a part of itself. */
export const visible = text => text.replace(/[\u0000-\u001f\u007f]/g, character =>
  character === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + character.charCodeAt(0)));

/** One short line for the list. */
export function preview(payload) {
  if (typeof payload === "string")
    return visible(payload.slice(0, PreviewLength).replace(/\s+/g, " "));
  return hex(payload.subarray(0, 24)) + (payload.length > 24 ? " …" : "");
}

/** Whether the text is a JSON object or array; a lone number or word reads the same either way. */
export function isJson(payload) {
  if (typeof payload !== "string" || !/^\s*[[{]/.test(payload))
    return false;
  try {
    JSON.parse(payload);
    return true;
  } catch {
    return false;
  }
}

/**
 * Indents JSON as pieces `[kind, text]` without reading its values: parsing and writing would round large numbers and drop
 * repeated names, and what is shown should be what was published.
 */
export function* indentJson(text) {
  const tokens = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  const newLine = () => ["", "\n" + "  ".repeat(depth)];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === "{" || token === "[") {
      const empty = tokens[i + 1] === "}" || tokens[i + 1] === "]";
      yield ["", empty ? token + tokens[++i] : token];
      if (!empty) {
        depth++;
        yield newLine();
      }
    } else if (token === "}" || token === "]") {
      depth--;
      yield newLine();
      yield ["", token];
    } else if (token === ",") {
      yield ["", token];
      yield newLine();
    } else if (token === ":") {
      yield ["", ": "];
    } else if (token[0] === "\"") {
      yield [tokens[i + 1] === ":" ? "name" : "string", token];
    } else {
      yield ["value", token];
    }
  }
}

const hex = bytes => Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join(" ");

/** Offset, eight bytes, their ASCII: as wide as fits a phone. */
export function hexDump(payload, limit = HexLimit) {
  const bytes = bytesOf(payload);
  const lines = [];
  for (let offset = 0; offset < Math.min(bytes.length, limit); offset += 8) {
    const line = bytes.subarray(offset, Math.min(offset + 8, limit));
    const ascii = Array.from(line, byte => byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·").join("");
    lines.push(`${offset.toString(16).padStart(6, "0")}  ${hex(line).padEnd(23)}  ${ascii}`);
  }
  if (bytes.length > limit)
    lines.push(`… the first ${limit} of ${bytes.length} bytes`);
  return lines.join("\n");
}
