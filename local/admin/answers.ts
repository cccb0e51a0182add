import type { Answer } from "../../shared/client/messages.ts";
import { AdminRefusal, type Json } from "./connection.ts";

/** The answer's object; an empty one where it has no body. AdminRefusal where it is something else. */
export function objectIn({ body, request }: Answer): Json {
  if (body.length === 0) return {};
  const value = parsed(body);
  if (isObject(value)) return value;
  throw new AdminRefusal(`${request} was not answered as Berth answers: is it another registry?`);
}

export function listIn(value: Json, field: string): readonly Json[] {
  const list = value[field];
  if (Array.isArray(list) && list.every(isObject)) return list;
  throw new AdminRefusal(`the answer has no list of ${field}: is it another registry?`);
}

/** What a refusal says, for people: its message and what its detail names. */
export function whyOf({ body, status, request }: Answer): string {
  const errors = objectOf(parsed(body))["errors"];
  const first = objectOf(Array.isArray(errors) ? errors[0] : undefined);
  if (typeof first["message"] !== "string") return `${request} is not what it knows`;
  const detail = Object.entries(objectOf(first["detail"])).map(
    ([name, value]) => `${name}: ${String(value)}`,
  );
  const hint = status === 401 ? ["log in with docker login, or set BERTH_USERNAME and BERTH_PASSWORD"] : [];
  return [first["message"], ...detail, ...hint].join("; ");
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Json => (isObject(value) ? value : {});

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
