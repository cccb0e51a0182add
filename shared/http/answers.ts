import type { AnswerBody, HttpAnswer } from "./messages.ts";

export type Headers = Readonly<Record<string, string>>;

/** Docker's clients take a server without it for one of the registry's first version. */
export const API_VERSION = { "Docker-Distribution-Api-Version": "registry/2.0" } as const;

const NOTHING: AnswerBody = { kind: "empty" };

/** An answer whose headers say all. */
export const empty = (status: number, headers: Headers): HttpAnswer => ({
  status,
  headers: { ...API_VERSION, ...headers, "Content-Length": "0" },
  body: NOTHING,
});

/** As `empty`, for 204 and 304, which must not say how long nothing is (RFC 9110 § 8.6). */
export const bodiless = (status: 204 | 304, headers: Headers): HttpAnswer => ({
  status,
  headers: { ...API_VERSION, ...headers },
  body: NOTHING,
});

/** `value` as JSON; another `Content-Type` may be among the headers. */
export function json(status: number, value: unknown, headers: Headers = {}): HttpAnswer {
  const bytes = JSON.stringify(value);
  return {
    status,
    headers: {
      ...API_VERSION,
      "Content-Type": "application/json",
      "Content-Length": String(Buffer.byteLength(bytes)),
      ...headers,
    },
    body: { kind: "bytes", bytes },
  };
}

/** What HEAD gets: everything that GET gets but the body (RFC 9110 § 9.3.2). */
export const withoutBody = ({ status, headers }: HttpAnswer): HttpAnswer => ({
  status,
  headers,
  body: NOTHING,
});
