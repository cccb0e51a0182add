import type { Glob } from "./glob.ts";
import type { Action } from "./rights.ts";

/** Who may do what, as one document says it. Only what a rule allows is allowed; no rule takes anything away. */
export interface Policy {
  readonly issuers: readonly Issuer[];
  readonly groups: ReadonlyMap<string, readonly Subject[]>;
  readonly rules: readonly Rule[];
}

/** Whose ID tokens are taken as a password. */
export interface Issuer {
  readonly name: string;
  /** its address, exactly as its tokens have it */
  readonly issuer: string;
  /** whom a token may be for: one of them is enough */
  readonly audience: readonly string[];
}

export interface Rule {
  /** its place in the document: `rules[2]` */
  readonly path: string;
  readonly line: number;
  readonly who: readonly Subject[];
  readonly may: readonly Action[];
  readonly on: readonly Glob[];
  /** push only to these tags; absent: to all */
  readonly tags?: readonly Glob[];
}

/**
 * Whom a rule is about. `anonymous` is everyone, also who has logged in: that takes no right away. `authenticated` is
 * every person and robot of this registry, and not what an issuer or AWS vouches for, since those vouch for the world.
 */
export type Subject =
  | { readonly kind: "anonymous" | "authenticated" }
  | { readonly kind: "person" | "robot"; readonly name: string }
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "aws"; readonly arn: Glob }
  | {
      readonly kind: "oidc";
      readonly issuer: string;
      /** each claim must match one of its globs */
      readonly claims: ReadonlyMap<string, readonly Glob[]>;
    };

/** A subject in the policy's words. */
export function subjectText(subject: Subject): string {
  switch (subject.kind) {
    case "anonymous":
    case "authenticated":
      return subject.kind;
    case "person":
      return `user:${subject.name}`;
    case "robot":
    case "group":
      return `${subject.kind}:${subject.name}`;
    case "aws":
      return `aws: ${subject.arn}`;
    case "oidc":
      return `issuer: ${subject.issuer} (${claimsText(subject.claims)})`;
  }
}

const claimsText = (claims: ReadonlyMap<string, readonly Glob[]>): string =>
  [...claims].map(([claim, globs]) => `${claim}: ${globs.join(" or ")}`).join(", ");
