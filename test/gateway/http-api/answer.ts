import type { Switches } from "./switches.ts";

/** What goes out to the client. Without Content-Length among the headers, it is the length of the body. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** A header that the gateway makes itself, whatever the function said. */
const OWN = new Set(["connection", "date", "keep-alive", "transfer-encoding", "upgrade"]);

/**
 * The answer that a function's result stands for in payload format 2.0, before what is sent for HEAD is settled;
 * undefined where the service takes the result for malformed and answers 500. `text`: the JSON that it returned.
 */
export function answerOf(text: string): ApiAnswer | undefined {
  const result = parsed(text);
  if (result === undefined) return undefined;
  if (!isRecord(result) || result["statusCode"] === undefined) return inferred(result);
  const status = Number(result["statusCode"]);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  const { body = "", headers = {}, cookies = [] } = result;
  if (typeof body !== "string" || !isRecord(headers) || !Array.isArray(cookies)) return undefined;
  const bytes = Buffer.from(body, result["isBase64Encoded"] === true ? "base64" : "utf8");
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const kept = named.filter(([name]) => !OWN.has(name));
  const set = cookies.map((cookie) => ["set-cookie", String(cookie)] as const);
  const hasType = kept.some(([name]) => name === "content-type");
  const typed = bytes.length > 0 && !hasType ? [["content-type", "text/plain;charset=utf-8"] as const] : [];
  return { status, headers: [...kept, ...typed, ...set], body: bytes };
}

/** "API Gateway makes assumptions if your function returns valid JSON and doesn't return a statusCode". */
const inferred = (result: unknown): ApiAnswer => ({
  status: 200,
  headers: [["content-type", "application/json"]],
  body: Buffer.from(typeof result === "string" ? result : JSON.stringify(result)),
});

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** What the client of a request with `method` gets of `answer`: the behaviours that the documents leave open. */
export function settled(answer: ApiAnswer, method: string, switches: Switches): ApiAnswer {
  const headers = switches.wwwAuthenticate === "remap" ? answer.headers.map(remapped) : answer.headers;
  const others = headers.filter(([name]) => name !== "content-length");
  const computed = ["content-length", String(answer.body.length)] as const;
  // 204 and 304 have no body and say no length (RFC 9110 § 8.6)
  if (answer.status === 204 || answer.status === 304) {
    return { ...answer, headers: others, body: new Uint8Array() };
  }
  if (method !== "HEAD") return { ...answer, headers: [...others, computed] };
  const said = headers.find(([name]) => name === "content-length");
  const lengths = {
    function: [said ?? computed],
    body: [computed],
    none: [],
    remap: [computed, ...(said ? [["x-amzn-remapped-content-length", said[1]] as const] : [])],
  }[switches.headLength];
  return { ...answer, headers: [...others, ...lengths], body: new Uint8Array() };
}

const remapped = ([name, value]: readonly [string, string]): readonly [string, string] =>
  name === "www-authenticate" ? ["x-amzn-remapped-www-authenticate", value] : [name, value];
