import { type KeyObject, sign } from "node:crypto";

export type Changes = Readonly<Record<string, unknown>>;
export interface Forgery {
  readonly header?: Changes;
  readonly claims?: Changes;
}

export const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (part: string | undefined): Changes =>
  JSON.parse(Buffer.from(part ?? "", "base64url").toString()) as Changes;

/** Header and claims of a token, with these changes; not signed. */
export function unsigned(token: string, { header = {}, claims = {} }: Forgery): string {
  const [head, body] = token.split(".");
  return `${encoded({ ...decoded(head), ...header })}.${encoded({ ...decoded(body), ...claims })}`;
}

/** The token with these changes, signed as ES256 has it. */
export function forged(token: string, key: KeyObject, forgery: Forgery = {}): string {
  const text = unsigned(token, forgery);
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}
