/** Who logs in with a name and a secret. */
export interface Login {
  readonly kind: "login";
  readonly name: string;
  readonly secret: string;
}

/** In whose hands a client is. With the helper, the client asks `docker-credential-berth`, and nobody types a password. */
export type Caller = Login | { readonly kind: "helper" } | { readonly kind: "nobody" };

export const NOBODY: Caller = { kind: "nobody" };

/** Somebody of each kind that a registry knows. */
export interface Callers {
  /** these may push and pull in team/ */
  readonly person: Caller;
  readonly robot: Caller;
  readonly oidc: Caller;
  readonly aws: Caller;
  /** may pull there, and nothing else */
  readonly reader: Caller;
}

/** A registry that asks callers who they are. */
export interface Guarded extends Callers {
  /** host:port */
  readonly host: string;
}
