import type { Identity } from "../access/identity.ts";

/** A name and what proves it: a password, an access key, an ID token of a CI system, … */
export interface Credentials {
  readonly name: string;
  readonly secret: string;
}

/** Credentials, and from where they come. */
export interface Login extends Credentials {
  /** an address, or the network that it is of: see `networkOf` */
  readonly from: string;
}

/** Knows who it is by what they show. */
export interface Authenticator {
  readonly authenticate: (login: Login) => Promise<Identity | "unknown">;
  /** The identity as it is now; "unknown" once what proved it was revoked, replaced or has expired. */
  readonly again: (identity: Identity) => Promise<Identity | "unknown">;
  /**
   * A number that is another one once this process has taken somebody's way in away: what was found before may be so no
   * more. Always the same, where this is not given.
   */
  readonly changes?: () => number;
  /**
   * Whether somebody might find what is right by trying; so it is, where this is not given. Who fails with what nobody can
   * guess (an access key, an ID token) does not slow down others who log in with the same name. What is impossible is never
   * right, whoever has the name: it is refused before anything is looked up or counted.
   */
  readonly kindOf?: (credentials: Credentials) => "guessable" | "unguessable" | "impossible";
}

/** Of whom a refresh token can be: those whom `again` finds. Whoever an issuer or AWS vouches for shows that anew. */
export type Renewable = Extract<Identity, { readonly kind: "person" | "robot" }>;

export const isRenewable = (identity: Identity): identity is Renewable =>
  identity.kind === "person" || identity.kind === "robot";
