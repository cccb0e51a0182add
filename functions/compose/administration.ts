import { readFile } from "node:fs/promises";
import type { Context } from "aws-lambda";
import { createPolicies } from "../../shared/access/policies.ts";
import { withAdministration } from "../../shared/admin/administration.ts";
import { administrationOf } from "../../shared/admin/endpoints.ts";
import { createIdentities } from "../../shared/identities/identities.ts";
import { tableUntil } from "../gateway/deadline.ts";
import { nothing } from "../gateway/nothing.ts";
import type { GatewayEvent } from "../gateway/request.ts";
import type { GatewayResult } from "../gateway/result.ts";
import { serveGateway } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import { connectDynamo } from "../stores/dynamo-client.ts";
import { createDynamoTable } from "../stores/dynamo-table.ts";
import { systemClock } from "../system-clock.ts";
import { openTelemetry } from "../telemetry/telemetry.ts";
import { freshCredentials, TELEMETRY } from "./environment.ts";
import { answerOwner, type OwnerEvent, type OwnerResult } from "./owner-event.ts";
import { openSenders } from "./senders.ts";

const NEEDED = [...TELEMETRY, "region", "table", "dynamo"] as const;

type AdministrationHandler = (
  event: GatewayEvent | OwnerEvent,
  context: Context,
) => Promise<GatewayResult | OwnerResult>;

/**
 * People, robots, access keys and the policy, for who may administer. `policyFile`: the policy that the registry is deployed
 * with. Rejects with a SettingsError where its environment is wrong, and where that is no policy.
 */
export async function openAdministration(
  environment: Environment,
  policyFile: string,
): Promise<AdministrationHandler> {
  const { region, table: name, dynamo, ...about } = readSettings(environment, NEEDED);
  const telemetry = await openTelemetry(about);
  const clients = connectDynamo({ region, credentials: freshCredentials(environment), ...dynamo });
  const table = createDynamoTable({ clients, table: name });
  const file = await readFile(policyFile, "utf8");
  const policies = createPolicies({ table, clock: systemClock, file });
  const { start } = policies;
  const serve = serveGateway({
    telemetry,
    ...(await openSenders(environment, telemetry.log)),
    handlerFor: (invocation) => {
      const ports = { table: tableUntil(invocation.deadline, table), clock: systemClock };
      const administration = administrationOf(createPolicies({ ...ports, start }), createIdentities(ports));
      return withAdministration(nothing(invocation), { ...invocation, ...administration });
    },
  });
  return async (event, context) => {
    if ("requestContext" in event) return serve(event, context);
    telemetry.log.addContext(context);
    const say = (message: string) => telemetry.log.info(message);
    return answerOwner(event, { table, clock: systemClock, policies, say });
  };
}
