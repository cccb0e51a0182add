import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";
import { type PlayedSts, startSts } from "../../clients/support/sts.ts";
import { CERTIFICATE, tlsOptions } from "../../clients/support/tls.ts";
import { ROLE, USER } from "../../identities/support/aws.ts";
import {
  DISCOVERY,
  issuer,
  pagesOf,
  type SigningKey,
  signingKey,
  type TestIssuer,
} from "../../identities/support/issuer.ts";
import { BAD_ISSUERS, badPagesOf } from "./bad-issuers.ts";

export const AUDIENCE = "registry.example.com";

/** What an attacked registry has around it: AWS STS, an issuer of ID tokens, and others that are of no use. */
export interface Outside {
  readonly issuer: TestIssuer;
  /** with which the issuer signs */
  readonly key: SigningKey;
  /** An ID token of a job that may push to shop/a, but for what is changed. */
  readonly idToken: (changes?: Readonly<Record<string, unknown>>) => Promise<string>;
  readonly sts: Pick<PlayedSts, "reached" | "asked">;
  readonly policy: () => string;
  /** of the environment of the registry's processes; known once all this runs */
  readonly variables: () => Readonly<Record<string, string>>;
  /** how many passwords the registry's processes have hashed */
  readonly hashes: () => number;
}

const near = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Runs for the tests of the file that calls this. */
export function outside(): Outside {
  const folder = mkdtempSync(join(tmpdir(), "berth-outside-"));
  const counted = join(folder, "hashes");
  writeFileSync(counted, "");
  const ci = issuer({ tls: tlsOptions() });
  const up: { key?: SigningKey; sts?: PlayedSts } = {};
  const key = (): SigningKey => running(up.key);
  beforeAll(async () => {
    up.key = await signingKey("one");
    up.sts = await startSts([ROLE, USER]);
    ci.pages = { ...pagesOf(ci.url, [up.key.publicJwk]), ...badPagesOf(ci.url, DISCOVERY) };
  });
  afterAll(() => up.sts?.stop());
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    issuer: ci,
    get key() {
      return key();
    },
    idToken: (changes = {}) => key().sign({ ...claimsOf(ci.url), ...changes }),
    get sts() {
      return running(up.sts);
    },
    policy: () => policyFor(ci.url),
    variables: () => ({
      ...running(up.sts).variables,
      NODE_EXTRA_CA_CERTS: CERTIFICATE,
      NODE_OPTIONS: `--import=${near("count-hashes.mjs")}`,
      COUNTED_HASHES: counted,
    }),
    hashes: () => readFileSync(counted, "utf8").length,
  };
}

function running<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("what is outside runs only while tests do");
  return value;
}

const claimsOf = (url: string) => {
  const now = Math.floor(Date.now() / 1000);
  return { iss: url, aud: AUDIENCE, sub: "build", repository: "shop/a", iat: now, exp: now + 300 };
};

const policyFor = (url: string): string => `version: 1
issuers:
  ci: { url: "${url}", audience: ${AUDIENCE} }
${BAD_ISSUERS.map((name) => `  ${name}: { url: "${url}/${name}", audience: ${AUDIENCE} }`).join("\n")}
rules:
  - { who: user:admin, may: [pull, push, delete, admin], on: "**" }
  - { who: user:ada, may: [pull, push, delete], on: "**" }
  - { who: [user:ben, user:pat], may: [pull, push], on: shop/a }
  - { who: robot:rea, may: pull, on: shop/a }
  - { who: robot:tag, may: [pull, push], on: shop/a, tags: v* }
  - { who: { issuer: ci, claims: { repository: shop/a } }, may: [pull, push], on: shop/a }
  - { who: { aws: "arn:aws:iam::111122223333:role/Deployer" }, may: [pull, push], on: shop/a }
`;
