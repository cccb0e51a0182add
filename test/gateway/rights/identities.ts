import { timingSafeEqual } from "node:crypto";
import type { Credentials } from "../lambda/variables.ts";
import { type Access, isAllowed, type Statement } from "./policy.ts";
import { type Claim, type Signable, signatureOf } from "./sigv4.ts";

/** A function as the stores see it: who it is, and what its role may do. */
export interface Identity {
  readonly name: string;
  readonly credentials: Credentials;
  readonly statements: readonly Statement[];
}

/** What the proxies found out, for tests and for the terminal. */
export interface Ledger {
  /** `push: s3:GetObject on arn:…` */
  readonly denied: (what: string) => void;
  /** before the store is asked */
  readonly used: (what: string) => void;
  /** a right that decided how the store's answer is handed on */
  readonly decided: (what: string) => void;
}

export type Verdict =
  | { readonly kind: "allowed"; readonly identity: Identity; readonly claim: Claim }
  /** `code` as S3 and DynamoDB name it */
  | { readonly kind: "refused"; readonly code: string; readonly message: string };

export interface Judge {
  /** Whether the request is what its signature says, and whether its signer may do all of `accesses`. */
  readonly judge: (request: Signable, claim: Claim | undefined, accesses: readonly Access[]) => Verdict;
  /** Whether a right is there that decides how a request is answered, not whether: to lack it is no denial. */
  readonly permits: (identity: Identity, access: Access) => boolean;
}

export function createJudge(identities: readonly Identity[], ledger: Ledger): Judge {
  const byKey = new Map(identities.map((identity) => [identity.credentials.accessKeyId, identity]));
  return {
    judge: (request, claim, accesses) => {
      if (claim === undefined) return refused("AccessDenied", "the request is not signed");
      const identity = byKey.get(claim.accessKeyId);
      if (identity === undefined) return refused("InvalidAccessKeyId", `nobody has ${claim.accessKeyId}`);
      const { secretAccessKey, sessionToken } = identity.credentials;
      if (!isEqual(claim.signature, signatureOf(request, claim, secretAccessKey))) {
        return refused("SignatureDoesNotMatch", `not what ${identity.name} would have signed`);
      }
      if (tokenOf(request) !== sessionToken) return refused("InvalidToken", "the session token is another");
      for (const access of accesses) {
        const what = wordsOf(identity, access);
        if (!isAllowed(identity.statements, access)) {
          ledger.denied(what);
          return refused(
            "AccessDenied",
            `${identity.name} is not authorized to perform: ${access.action} on resource: ${access.resource}`,
          );
        }
        ledger.used(what);
      }
      return { kind: "allowed", identity, claim };
    },
    permits: (identity, access) => {
      const isPermitted = isAllowed(identity.statements, access);
      if (isPermitted) ledger.decided(wordsOf(identity, access));
      return isPermitted;
    },
  };
}

const wordsOf = ({ name }: Identity, { action, resource }: Access): string =>
  `${name}: ${action} on ${resource}`;

const refused = (code: string, message: string): Verdict => ({ kind: "refused", code, message });

const isEqual = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

const tokenOf = ({ headers, query }: Signable): string | undefined =>
  headers["x-amz-security-token"] ?? new URLSearchParams(query).get("X-Amz-Security-Token") ?? undefined;
