import { afterAll, beforeAll } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { type Identity, nameOf } from "../../shared/access/identity.ts";
import { createPolicies } from "../../shared/access/policies.ts";
import { EVERYTHING, NOTHING, type Rights } from "../../shared/access/rights.ts";
import { withAdministration } from "../../shared/admin/administration.ts";
import { administrationOf } from "../../shared/admin/endpoints.ts";
import { auditing } from "../../shared/audit/audited.ts";
import type { Audit } from "../../shared/audit/event.ts";
import { type Auth, createAuth } from "../../shared/auth/create-auth.ts";
import { createSigner, createVerifier, generateKey } from "../../shared/auth/jwt.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import { kindOf } from "../../shared/identities/credentials.ts";
import { ensureFirstAdmin } from "../../shared/identities/first-admin.ts";
import { createIdentities, type Identities } from "../../shared/identities/identities.ts";
import type { PasswordCost } from "../../shared/identities/passwords.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { type RunningServer, startServer } from "../../shared/server/server.ts";
import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
import { UNTHROTTLED } from "../auth/support/unthrottled.ts";
import { collectDefects } from "../support/defects.ts";

export interface Asked {
  readonly method?: string;
  /** as JSON, but for a text, which is sent as it is */
  readonly body?: unknown;
  /** `name:secret`; the first administrator's where it is not given, none where it is null */
  readonly as?: string | null | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  readonly text: string;
}
export interface AdminRegistry {
  readonly url: string;
  readonly ask: (path: string, asked?: Asked) => Promise<Told>;
  readonly admin: string;
}

export interface AdminRegistryOptions {
  readonly tokens?: boolean;
  /** what it is started with */
  readonly policy?: string;
  readonly audit?: Audit;
  /** of its people's passwords; next to nothing, where it is not given */
  readonly passwordCost?: PasswordCost;
}

/**
 * A registry on memory that its first administrator administers, and nobody else. With `tokens` it gives them out, and
 * slows down who guesses; else it takes Basic alone.
 */
export function administered({
  tokens = false,
  policy,
  audit = () => {},
  passwordCost = { logN: 4, r: 8, p: 1 },
}: AdminRegistryOptions = {}): AdminRegistry {
  const defects = collectDefects();
  const table = createMemoryTable();
  const clock = systemClock;
  const identities = createIdentities({ table, clock, passwordCost });
  const policies = createPolicies({ table, clock, ...(policy !== undefined && { file: policy }) });
  let server: RunningServer | undefined;
  let admin = "";
  beforeAll(async () => {
    const made = await ensureFirstAdmin({ table, clock });
    admin = `admin:${made === "exists" ? "" : made.secret}`;
    const { authority, withTokens } = tokens ? await byTokens(identities) : byBasic(identities);
    const registry = createRegistry({ table, blobs: createMemoryBlobs(), clock });
    const handler = withAdministration(createHttpHandler({ registry, authority, watch: auditing(audit) }), {
      authority,
      audit,
      ...administrationOf(policies, identities),
      onUnavailable: raise,
    });
    server = await startServer({
      settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 10_000, maxConnections: 100 },
      handler: withTokens(handler),
      log: defects.log,
    });
  });
  afterAll(async () => {
    await server?.stop(1000);
    defects.check();
  });
  const url = () => server?.url ?? "";
  return {
    get url() {
      return url();
    },
    get admin() {
      return admin;
    },
    ask: (path, { method = "GET", body, as = admin, headers = {} } = {}) =>
      ask(new URL(path, url()), {
        method,
        headers: {
          ...(as !== null && { Authorization: `Basic ${Buffer.from(as).toString("base64")}` }),
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
  };
}

async function ask(url: URL, init: RequestInit): Promise<Told> {
  const response = await fetch(url, init);
  const text = await response.text();
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  return { status: response.status, headers: response.headers, text, body };
}

const raise = (error: Error): never => {
  throw error;
};

const rightsOf = (identity: Identity): Rights =>
  "name" in identity && identity.name === "admin" ? EVERYTHING : NOTHING;

type Entrance = Pick<Auth, "authority" | "withTokens">;

async function byTokens(identities: Identities): Promise<Entrance> {
  const service = { service: "berth-test", now: systemClock.now };
  const key = await generateKey();
  return createAuth({
    ...service,
    address: { kind: "asked", scheme: "http" },
    keys: { ...(await createSigner(key, service)), ...createVerifier([key], service) },
    authenticator: { ...identities, kindOf },
    rightsOf: async (identity) => rightsOf(identity),
    clock: systemClock,
    throttle: UNTHROTTLED,
    onUnavailable: raise,
  });
}

const byBasic = ({ authenticate }: Identities): Entrance => ({
  withTokens: (inner) => inner,
  authority: {
    authenticate: async ({ header }) => {
      const shown = header("authorization");
      if (shown === undefined) return { kind: "unknown" };
      const [name = "", ...rest] = Buffer.from(shown.slice(6), "base64").toString().split(":");
      const identity = await authenticate({ name, secret: rest.join(":") });
      if (identity === "unknown") return { kind: "unknown", error: "invalid_token" };
      const caller = { name: nameOf(identity) };
      return { kind: "known", access: { caller, rights: rightsOf(identity), isSettled: () => true } };
    },
    challenge: () => 'Basic realm="test"',
  },
});

/** The code and the detail of a refusal. */
interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly detail: unknown;
}
export function refusal({ status, body }: Told): Refusal {
  const { errors } = body as { errors: readonly { code: string; detail?: unknown }[] };
  return { status, code: errors[0]?.code, detail: errors[0]?.detail };
}
