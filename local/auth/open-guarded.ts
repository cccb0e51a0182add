import { PolicyError } from "../../shared/access/complaints.ts";
import type { Identity } from "../../shared/access/identity.ts";
import { createPolicies, type Policies } from "../../shared/access/policies.ts";
import { allows } from "../../shared/access/rights.ts";
import { rightsOf } from "../../shared/access/rights-of.ts";
import { withAdministration } from "../../shared/admin/administration.ts";
import { administrationOf } from "../../shared/admin/endpoints.ts";
import { auditing } from "../../shared/audit/audited.ts";
import { tellFailedLogin } from "../../shared/audit/failed-login.ts";
import { tellTooManyRequests } from "../../shared/audit/too-many-requests.ts";
import { createAuth } from "../../shared/auth/create-auth.ts";
import type { PublicAddress } from "../../shared/auth/public-address.ts";
import { createThrottle } from "../../shared/auth/throttle/throttle.ts";
import type { HttpHandler } from "../../shared/http/messages.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import { ensureFirstAdmin, type FirstAdmin } from "../../shared/identities/first-admin.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { createLogins } from "../../shared/identities/logins.ts";
import type { Table } from "../../shared/ports/table.ts";
import { Complaint } from "../complaint.ts";
import type { OpenRegistry } from "../compose.ts";
import type { Log } from "../log.ts";
import { readPolicyFile } from "../policy/read-policy.ts";
import type { Settings } from "../settings.ts";
import { systemClock } from "../system-clock.ts";
import { startKeyRotation } from "./key-rotation.ts";
import { openTokenKeys } from "./token-keys.ts";

export interface GuardedParts {
  readonly opened: OpenRegistry;
  readonly settings: Pick<
    Settings,
    "data" | "policy" | "publicUrl" | "requestsPerIdentity" | "requestsPerNetwork"
  >;
  /** of the socket, once it listens: the setting may have left it to the system */
  readonly port: Promise<number>;
  readonly isTls: boolean;
  readonly log: Log;
  readonly onUnavailable: (error: Error) => void;
}
export interface Guarded {
  readonly handler: HttpHandler;
  /** Makes the first administrator where the policy has use for one; whoever calls this tells the secret. */
  readonly firstAdmin: () => Promise<FirstAdmin>;
  /** Renews the signing key whenever it is old; what is returned ends that. */
  readonly startKeyRotation: () => () => Promise<void>;
}

/** Serves a registry to those who may, each as far as the policy lets them. Throws a Complaint where it can't. */
export async function openGuarded(parts: GuardedParts): Promise<Guarded> {
  const { opened, settings, log, onUnavailable } = parts;
  const { registry, table } = opened;
  const policies = await openPolicies(settings.policy, table);
  await tellOverride(policies, log);
  const identities = createIdentities({ table, clock: systemClock });
  const rightsNow = async (identity: Identity) => rightsOf((await policies.inForce()).policy, identity);
  const address = addressOf(parts);
  const keys = await openTokenKeys(settings.data, systemClock);
  const auth = createAuth({
    service: keys.service,
    keys,
    address,
    authenticator: createLogins({
      accounts: identities,
      issuers: async () => (await policies.inForce()).policy.issuers,
      hosts: hostsOf(address, parts.port),
      fetch: globalThis.fetch,
      clock: systemClock,
      onRefused: (reason) => log.info({ reason }, "a login was refused"),
    }),
    rightsOf: rightsNow,
    clock: systemClock,
    throttle: createThrottle({
      limits: { identity: settings.requestsPerIdentity, network: settings.requestsPerNetwork },
      now: systemClock.now,
      onRefused: tellTooManyRequests(log.audit),
    }),
    onFailedLogin: tellFailedLogin(log.audit),
    onUnavailable,
  });
  const { authority } = auth;
  const { audit } = log;
  const serving = createHttpHandler({ registry, authority, watch: auditing(audit), onUnavailable });
  const administration = administrationOf(policies, identities);
  const administered = withAdministration(serving, { ...administration, authority, audit, onUnavailable });
  return {
    handler: auth.withTokens(administered),
    firstAdmin: async () => {
      const admin = { kind: "person", name: "admin" } as const;
      const canAdminister = allows(await rightsNow(admin), { administration: true });
      return canAdminister ? ensureFirstAdmin({ table, clock: systemClock }) : "exists";
    },
    startKeyRotation: () => startKeyRotation(keys, log),
  };
}

async function openPolicies(path: string | undefined, table: Table): Promise<Policies> {
  if (path === undefined) return createPolicies({ table, clock: systemClock });
  const file = await readPolicyFile(path);
  try {
    return createPolicies({ table, clock: systemClock, file });
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new Complaint(`the policy ${path} is wrong: ${error.sentences.join("; ")}`, { cause: error });
  }
}

/** Whoever has changed the file should see why that changes nothing. */
async function tellOverride({ start, inForce }: Policies, log: Log): Promise<void> {
  const { source } = await inForce();
  if (start.source.kind !== "file" || source.kind !== "set") return;
  const since = new Date(source.since).toISOString();
  log.warn(
    { since, actor: source.actor },
    "not the policy file is in force, but one that was set: see berth policy get, reset",
  );
}

const addressOf = ({ settings: { publicUrl }, isTls }: GuardedParts): PublicAddress =>
  publicUrl === undefined
    ? { kind: "asked", scheme: isTls ? "https" : "http" }
    : { kind: "fixed", origin: publicUrl };

async function hostsOf(address: PublicAddress, listening: Promise<number>): Promise<readonly string[]> {
  if (address.kind === "fixed") return [address.origin];
  const port = await listening;
  return [`localhost:${port}`, `127.0.0.1:${port}`];
}
