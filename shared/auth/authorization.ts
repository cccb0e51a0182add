import type { Credentials } from "./authenticate.ts";

/** What a request shows in its header `Authorization`. */
export type Authorization =
  | { readonly kind: "none" }
  | { readonly kind: "basic"; readonly credentials: Credentials }
  | { readonly kind: "bearer"; readonly token: string }
  /** anything else, which nobody can be known by */
  | { readonly kind: "unusable" };

/** Longer than any token of ours, and long enough for the ID token of a CI system as a password. */
const MOST = 16 * 1024;
const HEADER = /^(basic|bearer) +([A-Za-z0-9._~+/=-]+)$/i;

/** RFC 7617, RFC 6750 § 2.1. Never throws. */
export function parseAuthorization(header: string | undefined): Authorization {
  if (header === undefined) return { kind: "none" };
  const [, scheme, value] = (header.length <= MOST && HEADER.exec(header.trim())) || [];
  if (scheme === undefined || value === undefined) return { kind: "unusable" };
  if (scheme.toLowerCase() === "bearer") return { kind: "bearer", token: value };
  const text = Buffer.from(value, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0) return { kind: "unusable" };
  return { kind: "basic", credentials: { name: text.slice(0, colon), secret: text.slice(colon + 1) } };
}
