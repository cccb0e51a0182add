import { auditing } from "../../shared/audit/audited.ts";
import { throttled } from "../../shared/auth/throttle/throttled-authority.ts";
import { createHttpHandler } from "../../shared/http/serve.ts";
import { createReadOnlyRegistry } from "../../shared/registry/create-read-only-registry.ts";
import { behindEdge } from "../gateway/behind-edge.ts";
import { noting } from "../gateway/noting.ts";
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
  const registry = createReadOnlyRegistry(ports);
  const watch = auditing(telemetry.log.audit);
  const onUnavailable = (error: Error) =>
    telemetry.log.warn("a store can't serve", { error: errorText(error) });
  await serveWeb({
    endpoint: httpEndpoint,
    telemetry,
    handler: telling(telemetry, async (request, isBy) => {
      const noted = noting(authority);
      const by = throttle ? throttled(noted.authority, throttle) : noted.authority;
      const handler = createHttpHandler({ registry, authority: by, watch, onUnavailable });
      const answer = await onlyHeads(handler)(behindEdge(request, edge));
      isBy(noted.caller());
      return answer;
    }),
  });
}
