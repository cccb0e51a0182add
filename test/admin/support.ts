import { afterAll, beforeAll } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { nameOf } from "../../shared/access/identity.ts";
import { EVERYTHING, NOTHING } from "../../shared/access/rights.ts";
import { accessKeyEndpoints } from "../../shared/admin/access-keys.ts";
import { accountEndpoints } from "../../shared/admin/accounts.ts";
import { withAdministration } from "../../shared/admin/administration.ts";
import { SELF } from "../../shared/admin/self.ts";
import type { Authority } from "../../shared/http/authority.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import { ensureFirstAdmin } from "../../shared/identities/first-admin.ts";
import { createIdentities, type Identities } from "../../shared/identities/identities.ts";
import { createRegistry } from "../../shared/registry/create-registry.ts";
import { type RunningServer, startServer } from "../../shared/server/server.ts";
import { createMemoryBlobs } from "../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../shared/stores/memory-table.ts";
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

/** A registry on memory that its first administrator administers, and nobody else. */
export function administered(): AdminRegistry {
  const defects = collectDefects();
  const table = createMemoryTable();
  const clock = systemClock;
  const identities = createIdentities({ table, clock, passwordCost: { logN: 4, r: 8, p: 1 } });
  let server: RunningServer | undefined;
  let admin = "";
  beforeAll(async () => {
    const made = await ensureFirstAdmin({ table, clock });
    admin = `admin:${made === "exists" ? "" : made.secret}`;
    const authority = byBasic(identities);
    const registry = createRegistry({ table, blobs: createMemoryBlobs(), clock });
    server = await startServer({
      settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 10_000, maxConnections: 100 },
      handler: withAdministration(createHttpHandler({ registry, authority }), {
        authority,
        endpoints: [SELF, ...accountEndpoints(identities), ...accessKeyEndpoints(identities)],
        onUnavailable: (error) => {
          throw error;
        },
      }),
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

const byBasic = (identities: Identities): Authority => ({
  authenticate: async ({ header }) => {
    const shown = header("authorization");
    if (shown === undefined) return { kind: "unknown" };
    const [name = "", ...rest] = Buffer.from(shown.slice(6), "base64").toString().split(":");
    const identity = await identities.authenticate({ name, secret: rest.join(":") });
    if (identity === "unknown") return { kind: "unknown", error: "invalid_token" };
    const rights = name === "admin" ? EVERYTHING : NOTHING;
    return { kind: "known", access: { caller: { name: nameOf(identity) }, rights, isSettled: () => true } };
  },
  challenge: () => 'Basic realm="test"',
});

interface Refusal {
  readonly status: number;
  readonly code: string | undefined;
  readonly detail: unknown;
}
export function refusal({ status, body }: Told): Refusal {
  const { errors } = body as { errors: readonly { code: string; detail?: unknown }[] };
  return { status, code: errors[0]?.code, detail: errors[0]?.detail };
}
