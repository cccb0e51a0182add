import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type { Kms } from "../../../functions/auth/kms.ts";
import { createKmsSigner, createKmsVerifier } from "../../../functions/auth/token-keys.ts";
import { createPolicies } from "../../../shared/access/policies.ts";
import { rightsOf } from "../../../shared/access/rights-of.ts";
import { createLogIn } from "../../../shared/auth/log-in.ts";
import { createTokenEndpoint } from "../../../shared/auth/token-endpoint.ts";
import { createTokens } from "../../../shared/auth/tokens.ts";
import { createIdentities } from "../../../shared/identities/identities.ts";
import type { AccountName } from "../../../shared/registry/keyspace.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { UNTHROTTLED } from "../../auth/support/unthrottled.ts";
import { countTable } from "../counting/counted-table.ts";
import { createRecorder } from "../counting/recorder.ts";
import { createClock } from "./clock.ts";
import { type Asked, ask, type Counted } from "./counted-registry.ts";

/** One request for a token, and what it asked of the stores and of KMS. */
export interface CountedToken {
  readonly name: string;
  readonly request: Counted;
  /** signatures by KMS */
  readonly signatures: number;
}

const SERVICE = "berth-main-01234567-89ab-cdef-0123-456789abcdef";
const KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef";
const POLICY = "version: 1\nrules:\n  - { who: [robot:ci, anonymous], may: [pull, push], on: team/** }\n";
/** milliseconds after which nothing is remembered of who logged in, nor of the policy */
const FORGOTTEN = 61_000;

/** Every way to a token, through what the function 'token' is made of, with the public keys that it has fetched already. */
export async function countTokens(): Promise<readonly CountedToken[]> {
  const { get, form, advance, secret } = await countedTokens();
  const login = { authorization: `Basic ${Buffer.from(`ci:${secret}`).toString("base64")}` };
  // An environment's first request fetches the public keys: that is counted by itself.
  await get("", {});
  advance(FORGOTTEN);
  const anonymous = await get("a token for strangers", {});
  advance(FORGOTTEN);
  const first = await get("a token for an access key", login);
  const again = await get("the same again, within 10 seconds", login);
  advance(FORGOTTEN);
  const docker = await get(
    "`docker login` with an access key: a refresh token, too",
    login,
    "&offline_token=true",
  );
  advance(FORGOTTEN);
  const { refresh_token: refresh } = JSON.parse(docker.body) as { readonly refresh_token: string };
  const later = await form("a token for docker's refresh token", {
    grant_type: "refresh_token",
    refresh_token: refresh,
  });
  return [anonymous, first, again, docker, later].map(({ counted }) => counted);
}

interface Got {
  readonly counted: CountedToken;
  readonly body: string;
}

async function countedTokens() {
  const recorder = createRecorder();
  const clock = createClock();
  const ports = { table: countTable(createMemoryTable(), recorder), clock };
  const { kms, signatures } = countedKms();
  const keys = { kms, ids: [KEY] as const, service: SERVICE, now: clock.now };
  const policies = createPolicies({ ...ports, file: POLICY });
  const identities = createIdentities(ports);
  const handler = createTokenEndpoint({
    service: SERVICE,
    tokens: createTokens({ ...createKmsSigner(keys), ...createKmsVerifier(keys) }, clock),
    logIn: createLogIn(identities, clock, UNTHROTTLED),
    again: identities.again,
    rightsOf: async (identity) => rightsOf((await policies.inForce()).policy, identity),
    clock,
    throttle: UNTHROTTLED,
    onUnavailable: (error) => {
      throw error;
    },
  });
  const owner = { kind: "robot", name: "ci" as AccountName } as const;
  await identities.addAccount({ ...owner, actor: "user:admin" });
  const { secret } = await identities.addAccessKey({ owner, name: "deploy", actor: "user:admin" });
  recorder.take();

  const send = async (name: string, asked: Asked): Promise<Got> => {
    const before = signatures();
    const answer = await ask(handler, asked);
    const { body } = answer;
    if (answer.status !== 200 || body.kind !== "bytes") throw new Error(`no token: ${answer.status}`);
    const request = { asked, answer, calls: recorder.take() };
    return { counted: { name, request, signatures: signatures() - before }, body: body.bytes.toString() };
  };
  return {
    secret,
    advance: clock.advance,
    get: (name: string, headers: Asked["headers"] & object, more = "") => {
      const target = `/token?service=${SERVICE}&scope=repository:team/app:pull,push${more}`;
      return send(name, { method: "GET", target, headers });
    },
    form: (name: string, fields: Readonly<Record<string, string>>) => {
      const scope = "repository:team/app:pull,push";
      const body = Buffer.from(new URLSearchParams({ ...fields, service: SERVICE, scope }).toString());
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      return send(name, { method: "POST", target: "/token", headers, body });
    },
  };
}

function countedKms(): { readonly kms: Kms; readonly signatures: () => number } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  let count = 0;
  const kms: Kms = {
    publicKey: async () => createPublicKey(privateKey).export({ format: "der", type: "spki" }),
    sign: async (_, bytes) => {
      count += 1;
      return sign("sha256", bytes, { key: privateKey, dsaEncoding: "ieee-p1363" });
    },
  };
  return { kms, signatures: () => count };
}
