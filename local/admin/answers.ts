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

/** What a refusal says, for people: its message, what its detail names, and what helps where that can be told. */
export function whyOf({ body, status, request }: Answer): string {
  const errors = objectOf(parsed(body))["errors"];
  const { code, message, detail } = objectOf(Array.isArray(errors) ? errors[0] : undefined);
  const named = Object.entries(objectOf(detail)).map(([name, value]) => `${name}: ${String(value)}`);
  const said = typeof message === "string" ? [message, ...named] : [`${request} is not what it knows`];
  return [...said, ...helpFor(status, code)].join("; ");
}

function helpFor(status: number, code: unknown): readonly string[] {
  if (status === 401) return ["log in with docker login, or set BERTH_USERNAME and BERTH_PASSWORD"];
  if (status === 404 && (code === undefined || code === "UNSUPPORTED")) return [NO_ADMINISTRATION];
  return [];
}
const NO_ADMINISTRATION =
  "only a Berth that asks callers who they are can be administered (berth serve --auth, or --policy)";

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
