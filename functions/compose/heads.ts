import { auditing } from "../../shared/audit/audited.ts";
import { throttled } from "../../shared/auth/throttle/throttled-authority.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import { createReadOnlyRegistry } from "../../shared/registry/create-read-only-registry.ts";
import { behindEdge } from "../gateway/behind-edge.ts";
import { type Environment, readSettings } from "../settings.ts";
import { errorText } from "../telemetry/errors.ts";
import { onlyHeads } from "../web/only-heads.ts";
import { telling } from "../web/telling.ts";
import { openReads } from "./reading.ts";
import { openSenders } from "./senders.ts";
import { serveWeb } from "./web-function.ts";

/** Answers HEAD until the process is told to end. Rejects where its environment is wrong, or it can't listen. */
export async function openHeads(environment: Environment): Promise<void> {
  const { httpEndpoint } = readSettings(environment, ["httpEndpoint"]);
  const { telemetry, ports } = await openReads(environment);
  const { authority, throttle, edge } = await openSenders(environment, telemetry.log);
  const handler = createHttpHandler({
    registry: createReadOnlyRegistry(ports),
    authority: throttle ? throttled(authority, throttle) : authority,
    watch: auditing(telemetry.log.audit),
    onUnavailable: (error) => telemetry.log.warn("a store can't serve", { error: errorText(error) }),
  });
  await serveWeb({
    endpoint: httpEndpoint,
    telemetry,
    handler: telling(telemetry, (request) => onlyHeads(handler)(behindEdge(request, edge))),
  });
}
