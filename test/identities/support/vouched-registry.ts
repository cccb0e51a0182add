import { afterAll, beforeAll } from "vitest";
import { systemClock } from "../../../local/system-clock.ts";
import { parsePolicy } from "../../../shared/access/parse-policy.ts";
import { rightsOf } from "../../../shared/access/rights-of.ts";
import type { Authenticator } from "../../../shared/auth/authenticate.ts";
import { createAuth } from "../../../shared/auth/create-auth.ts";
import { createSigner, createVerifier, generateKey } from "../../../shared/auth/jwt.ts";
import { createHttpHandler } from "../../../shared/http/serve.ts";
import { createAwsAuthenticate } from "../../../shared/identities/aws.ts";
import { kindOf } from "../../../shared/identities/credentials.ts";
import { createIdentities } from "../../../shared/identities/identities.ts";
import { createOidcAuthenticate } from "../../../shared/identities/oidc.ts";
import { createRegistry } from "../../../shared/registry/create-registry.ts";
import { type RunningServer, startServer } from "../../../shared/server/server.ts";
import { createMemoryBlobs } from "../../../shared/stores/memory-blobs.ts";
import { createMemoryTable } from "../../../shared/stores/memory-table.ts";
import { UNTHROTTLED } from "../../auth/support/unthrottled.ts";
import { collectDefects } from "../../support/defects.ts";
import { createSts, type StsAccount } from "./sts.ts";

const SERVICE = "berth-test";

export interface VouchedRegistry {
  readonly fetch: (path: string, authorization?: string, init?: RequestInit) => Promise<Response>;
  /** why logins failed */
  readonly failures: string[];
}

interface VouchedOptions {
  readonly policy: () => string;
  /** how clients know it */
  readonly registries: readonly string[];
  readonly accounts: readonly StsAccount[];
}

/** A registry on memory, with everyone's logins and a policy, for all tests of the file that calls this. */
export function vouchedRegistry(options: VouchedOptions): VouchedRegistry {
  const defects = collectDefects();
  const failures: string[] = [];
  let server: RunningServer | undefined;
  beforeAll(async () => {
    const policy = parsePolicy(options.policy(), { loopback: true });
    const ports = { table: createMemoryTable(), blobs: createMemoryBlobs(), clock: systemClock };
    const sts = createSts(options.accounts, Date.now);
    const onRefused = (reason: string) => failures.push(reason);
    const ways = new Map([
      [
        "oidc",
        createOidcAuthenticate({
          issuers: async () => policy.issuers,
          fetch,
          clock: systemClock,
          onRefused,
          loopback: true,
        }),
      ],
      [
        "aws",
        createAwsAuthenticate({
          registries: options.registries,
          fetch: sts.fetch,
          clock: systemClock,
          onRefused,
        }),
      ],
    ]);
    const accounts = createIdentities(ports);
    const authenticator: Authenticator = {
      authenticate: (credentials) => (ways.get(credentials.name) ?? accounts.authenticate)(credentials),
      again: accounts.again,
      kindOf,
    };
    const key = await generateKey();
    const auth = createAuth({
      service: SERVICE,
      address: { kind: "asked", scheme: "http" },
      keys: {
        ...(await createSigner(key, { service: SERVICE })),
        ...createVerifier([key], { service: SERVICE, now: Date.now }),
      },
      authenticator,
      rightsOf: async (identity) => rightsOf(policy, identity),
      clock: systemClock,
      throttle: UNTHROTTLED,
      onUnavailable: (error) => failures.push(String(error)),
    });
    const registry = createRegistry(ports);
    server = await startServer({
      settings: { host: "127.0.0.1", port: 0, idleMilliseconds: 10_000, maxConnections: 100 },
      handler: auth.withTokens(createHttpHandler({ registry, authority: auth.authority })),
      log: defects.log,
    });
  });
  afterAll(async () => {
    await server?.stop(1000);
    defects.check();
  });
  return {
    failures,
    fetch: (path, authorization, init = {}) =>
      fetch(new URL(path, server?.url), {
        redirect: "manual",
        ...init,
        ...(authorization !== undefined && { headers: { Authorization: authorization } }),
      }),
  };
}
