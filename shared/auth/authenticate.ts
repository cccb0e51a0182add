import type { Identity } from "../access/identity.ts";

/** A name and what proves it: a password, an access key, an ID token of a CI system, … */
export interface Credentials {
  readonly name: string;
  readonly secret: string;
}

/** Knows who it is by what they show. */
export interface Authenticator {
  readonly authenticate: (credentials: Credentials) => Promise<Identity | "unknown">;
  /** The identity as it is now; "unknown" once what proved it was revoked, replaced or has expired. */
  readonly again: (identity: Identity) => Promise<Identity | "unknown">;
  /** Names that many log in with, by what nobody can guess: who fails does not slow the others down. */
  readonly sharedNames?: ReadonlySet<string>;
}

/** Of whom a refresh token can be: those whom `again` finds. Whoever an issuer or AWS vouches for shows that anew. */
export type Renewable = Extract<Identity, { readonly kind: "person" | "robot" }>;

export const isRenewable = (identity: Identity): identity is Renewable =>
  identity.kind === "person" || identity.kind === "robot";
