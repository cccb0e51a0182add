import type { Identity } from "../access/identity.ts";

/** A name and what proves it: a password, an access key, an ID token of a CI system, … */
export interface Credentials {
  readonly name: string;
  readonly secret: string;
}

export interface LoggedIn {
  readonly identity: Identity;
  /**
   * What `again` finds the identity by, at most 200 characters, and no secret. Absent where nothing can be looked up
   * again: such a login gets no refresh token.
   */
  readonly renewal?: string;
}

/** Knows who it is by what they show. */
export interface Authenticator {
  readonly authenticate: (credentials: Credentials) => Promise<LoggedIn | "unknown">;
  /** The identity as it is now; "unknown" once what it logged in with was revoked, replaced or has expired. */
  readonly again: (renewal: string) => Promise<Identity | "unknown">;
}
