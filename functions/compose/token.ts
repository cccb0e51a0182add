import { readFile } from "node:fs/promises";
import { createPolicies } from "../../shared/access/policies.ts";
import { rightsOf } from "../../shared/access/rights-of.ts";
import { tellFailedLogin } from "../../shared/audit/failed-login.ts";
import { createLogIn } from "../../shared/auth/log-in.ts";
import { tellingFailures } from "../../shared/auth/telling-failures.ts";
import { createTokenEndpoint } from "../../shared/auth/token-endpoint.ts";
import { createTokens } from "../../shared/auth/tokens.ts";
import { OPEN } from "../../shared/http/authority.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { createLogins } from "../../shared/identities/logins.ts";
import { createKms } from "../auth/kms.ts";
import { openThrottle, THROTTLE } from "../auth/throttle.ts";
import { createKmsSigner, createKmsVerifier } from "../auth/token-keys.ts";
import { type GatewayHandler, serveGateway } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import { connectDynamo } from "../stores/dynamo-client.ts";
import { createDynamoTable } from "../stores/dynamo-table.ts";
import { systemClock } from "../system-clock.ts";
import { openTelemetry } from "../telemetry/telemetry.ts";
import { freshCredentials, TELEMETRY } from "./environment.ts";

const NEEDED = [...TELEMETRY, ...THROTTLE, "kms", "tokenKeys", "service", "hosts", "edge"] as const;

/**
 * The token endpoint, which alone knows policy and people, and alone signs. `policyFile`: the policy that the registry is
 * deployed with. Rejects with a SettingsError where its environment is wrong, and where that is no policy.
 */
export async function openToken(environment: Environment, policyFile: string): Promise<GatewayHandler> {
  const settings = readSettings(environment, NEEDED);
  const { region, table, dynamo, kms, tokenKeys, service, hosts, edge } = settings;
  if (tokenKeys === "none")
    throw new Error("BERTH_TOKEN_KEYS is 'none': there is nothing to sign tokens with");
  const telemetry = await openTelemetry(settings);
  const credentials = freshCredentials(environment);
  const clients = connectDynamo({ region, credentials, ...dynamo });
  const ports = { table: createDynamoTable({ clients, table }), clock: systemClock };
  const policies = createPolicies({ ...ports, file: await readFile(policyFile, "utf8") });
  const authenticator = createLogins({
    accounts: createIdentities(ports),
    issuers: async () => (await policies.inForce()).policy.issuers,
    hosts,
    fetch: globalThis.fetch,
    clock: systemClock,
    onRefused: (reason) => telemetry.log.info("a login was refused", { reason }),
  });
  const { now } = systemClock;
  const keys = { kms: createKms({ region, credentials, now, ...kms }), ids: tokenKeys, service, now };
  const tokens = createTokens({ ...createKmsSigner(keys), ...createKmsVerifier(keys) }, systemClock);
  const throttle = openThrottle({ ...settings, credentials, log: telemetry.log });
  const endpoint = {
    service,
    tokens,
    logIn: tellingFailures(
      createLogIn(authenticator, systemClock, throttle),
      tellFailedLogin(telemetry.log.audit),
    ),
    throttle,
    again: authenticator.again,
    rightsOf: async (identity: Parameters<typeof authenticator.again>[0]) =>
      rightsOf((await policies.inForce()).policy, identity),
    clock: systemClock,
  };
  return serveGateway({
    telemetry,
    // Whoever wants a token shows here what proves it: nothing is asked before.
    authority: OPEN,
    edge,
    handlerFor: ({ onUnavailable }) => createTokenEndpoint({ ...endpoint, onUnavailable }),
  });
}
