import { systemClock } from "../../../local/system-clock.ts";
import { parsePolicy } from "../../../shared/access/parse-policy.ts";
import { rightsOf } from "../../../shared/access/rights-of.ts";
import { withAdministration } from "../../../shared/admin/administration.ts";
import { SELF } from "../../../shared/admin/self.ts";
import { createAuth } from "../../../shared/auth/create-auth.ts";
import {
  createSigner,
  createVerifier,
  generateKey,
  type Signer,
  type Verifier,
} from "../../../shared/auth/jwt.ts";
import type { HttpHandler } from "../../../shared/http/messages.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import type { Fetch } from "../../../shared/identities/bounded-fetch.ts";
import { createLogins } from "../../../shared/identities/logins.ts";
import type { Registry } from "../../../shared/registry/registry.ts";
import { UNTHROTTLED } from "../../auth/support/unthrottled.ts";

/** Who may what at a patient that asks; each part may be wrong on purpose. */
export interface Guard {
  readonly rules: string;
  /** changes what signs and verifies */
  readonly keys?: (right: Signer & Verifier) => Promise<Signer & Verifier>;
  /** milliseconds since 1970 */
  readonly now?: () => number;
  /** by which it believes that clients know it; where it listens, if nothing is said */
  readonly hosts?: readonly string[];
  readonly sts?: Fetch;
}

export const SERVICE = "berth-patient";
/** Whom a patient knows by a password. */
export const DOCTOR = { kind: "password", name: "doctor", secret: "a right password" } as const;

/** Serves a registry to DOCTOR, whoever STS knows, and strangers, as far as the rules let them. */
export async function guardedHandler(
  registry: Registry,
  port: Promise<number>,
  { rules, keys = async (right) => right, now = systemClock.now, hosts, sts = nobody }: Guard,
): Promise<HttpHandler> {
  const policy = parsePolicy(`version: 1\nrules:\n${rules}`);
  const person = { kind: "person", name: DOCTOR.name } as const;
  const clock = { ...systemClock, now };
  const key = await generateKey();
  const options = { service: SERVICE, now };
  const onUnavailable = () => {};
  const { authority, withTokens } = createAuth({
    service: SERVICE,
    address: { kind: "asked", scheme: "http" },
    keys: await keys({ ...(await createSigner(key, options)), ...createVerifier([key], options) }),
    authenticator: createLogins({
      accounts: {
        authenticate: async ({ name, secret }) =>
          name === DOCTOR.name && secret === DOCTOR.secret ? person : "unknown",
        again: async () => "unknown",
        changes: () => 0,
      },
      issuers: async () => [],
      hosts: hosts ?? port.then((at) => [`127.0.0.1:${at}`]),
      fetch: sts,
      clock,
      onRefused: () => {},
    }),
    rightsOf: async (identity) => rightsOf(policy, identity),
    throttle: UNTHROTTLED,
    clock,
    onUnavailable,
  });
  const serving = createHttpHandler({ registry, authority, onUnavailable });
  return withTokens(
    withAdministration(serving, { authority, endpoints: [SELF], mayStill: async () => true, onUnavailable }),
  );
}

const nobody: Fetch = () => Promise.reject(new Error("there is no STS here"));
