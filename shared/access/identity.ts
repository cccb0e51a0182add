import type { Grant } from "./rights.ts";

/** Who sent a request, once its credentials were found true. */
export type Identity =
  | { readonly kind: "anonymous" }
  | {
      readonly kind: "person" | "robot";
      readonly name: string;
      /** what its access key narrows it to */
      readonly limits?: readonly Grant[];
      /** names the password or the secret that proved it, and tells nothing of it: with that, tokens end that came of it */
      readonly proof?: string;
    }
  | {
      readonly kind: "oidc";
      /** the issuer's name in the policy */
      readonly issuer: string;
      readonly subject: string;
      readonly claims: Readonly<Record<string, string | readonly string[]>>;
    }
  | {
      readonly kind: "aws";
      /** of the role or the user: see normalizeArn */
      readonly arn: string;
      readonly session?: string;
    };

const NAME = /^[a-z0-9]+(?:[._@-][a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 100;

/** What names of people, robots, groups and issuers look like, to tell those who chose another. */
export const NAME_RULE = `lower-case letters and digits, with single . _ - @ between them, at most ${MAX_NAME_LENGTH}`;

/** Whether people, robots, groups and issuers can be named so: `ada`, `ci@shop`, `ada@example.com`. */
export const isAccountName = (text: string): boolean => text.length <= MAX_NAME_LENGTH && NAME.test(text);

const SESSION = /^arn:([^:]*):sts::(\d+):assumed-role\/(.+)\/([^/]+)$/;

/**
 * The role behind the ARN that STS tells of a session: `arn:aws:sts::1:assumed-role/Role/me` is `arn:aws:iam::1:role/Role`.
 * STS leaves a role's path out, so the role's ARN has none. Every other ARN is what it is.
 */
export function normalizeArn(arn: string): { readonly arn: string; readonly session?: string } {
  const [, partition, account, role, session] = SESSION.exec(arn) ?? [];
  if (session === undefined) return { arn };
  return { arn: `arn:${partition}:iam::${account}:role/${role}`, session };
}

/** Who it is, in the words of a policy: `user:ada`, `robot:ci`, `aws:<ARN>`, `issuer:github:<subject>`. */
export function nameOf(identity: Identity): string {
  switch (identity.kind) {
    case "anonymous":
      return "anonymous";
    case "person":
      return `user:${identity.name}`;
    case "robot":
      return `robot:${identity.name}`;
    case "aws":
      return `aws:${identity.arn}`;
    case "oidc":
      return `issuer:${identity.issuer}:${identity.subject}`;
  }
}
