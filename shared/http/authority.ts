import type { Access } from "../access/access.ts";
import { EVERYTHING, type Need } from "../access/rights.ts";
import type { HttpRequest } from "./messages.ts";

/** Who sent a request, as far as its credentials tell. */
export type Sender =
  | { readonly kind: "known"; readonly access: Access }
  /** without credentials, or (`error`) with some that are worth nothing */
  | { readonly kind: "unknown"; readonly error?: "invalid_token" };

/** RFC 6750 § 3.1 */
export type ChallengeError = "invalid_token" | "insufficient_scope";

/** Knows senders by their credentials, and says which credentials would help. */
export interface Authority {
  /** Rejects with OciError TOOMANYREQUESTS for who fails too often. */
  readonly authenticate: (request: HttpRequest) => Promise<Sender>;
  /** The value of `WWW-Authenticate` (RFC 9110 § 11.6.1) for who wants `need`, or wants to log in. */
  readonly challenge: (request: HttpRequest, need: Need | "login", error?: ChallengeError) => string;
}

const ANYONE: Sender = {
  kind: "known",
  access: { caller: { name: "anonymous" }, rights: EVERYTHING },
};

/** Of a registry that is open to whoever reaches it: nobody is asked for anything. */
export const OPEN: Authority = {
  authenticate: async () => ANYONE,
  challenge: () => "Basic",
};
