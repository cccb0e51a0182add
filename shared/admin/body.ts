import { readAtMost } from "../http/bodies.ts";
import type { HttpRequest } from "../http/messages.ts";
import { OciError } from "../oci/errors.ts";
import { BODY, type Field, invalid } from "./fields.ts";

/** bytes */
const MOST = 64 * 1024;
const JSON_TYPE = /^application\/json *(?:;|$)/i;

/**
 * The body, read as `shape`. REQUEST_INVALID, REQUEST_TOO_LARGE. It has to say that it is JSON: what a page elsewhere
 * makes a browser send without asking can't (Fetch § CORS protocol), so nobody's login is used behind their back.
 */
export async function readBody<Value>(
  { header, body }: HttpRequest,
  shape: Field<Value>,
  most: number = MOST,
): Promise<Value> {
  if (!JSON_TYPE.test(header("content-type") ?? "")) {
    throw invalid("Content-Type", "it takes application/json");
  }
  const bytes = await readAtMost(body, most);
  if (bytes === "too-large") throw new OciError("REQUEST_TOO_LARGE", { most });
  return shape(parsed(bytes), BODY);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw invalid(BODY, "it takes JSON in UTF-8");
  }
}
