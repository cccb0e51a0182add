import type { HttpRequest } from "../../shared/http/messages.ts";
import { type RunningUploads, showsSecret } from "../../shared/http/running-uploads.ts";
import { createUploadHandler } from "../../shared/http/serve-uploads.ts";
import { createRunningUploads } from "../../shared/registry/create-running-uploads.ts";
import { afterBody } from "../door/after-body.ts";
import { leadingToApi } from "../door/at-api.ts";
import { withHealth } from "../door/health.ts";
import { inTime } from "../door/in-time.ts";
import { PART_MEMORY } from "../door/limits.ts";
import { renewing } from "../door/renewing.ts";
import { type Environment, readSettings } from "../settings.ts";
import type { Credentials } from "../stores/credentials.ts";
import { createPartMemory } from "../stores/part-memory.ts";
import { errorText } from "../telemetry/errors.ts";
import { openTelemetry } from "../telemetry/telemetry.ts";
import { telling } from "../web/telling.ts";
import { freshCredentials, TELEMETRY } from "./environment.ts";
import { connectStores, STORES } from "./stores.ts";
import { serveWeb } from "./web-function.ts";

const NEEDED = [...TELEMETRY, ...STORES, "uploadIdle", "httpEndpoint", "requestTime", "api"] as const;

/** Serves uploads until the process is told to end. Rejects where its environment is wrong, or it can't listen. */
export async function openDoor(environment: Environment): Promise<void> {
  const { uploadIdle, httpEndpoint, requestTime, api, ...settings } = readSettings(environment, NEEDED);
  const telemetry = await openTelemetry(settings);
  const manner = { patience: "long", partMemory: createPartMemory(PART_MEMORY) } as const;
  const registry = await withCredentials(environment, (credentials) => {
    const stores = connectStores(settings, { credentials, watch: telemetry.watch, ...manner });
    return createRunningUploads({ ...stores, uploadIdle });
  });
  const uploads = createUploadHandler({
    registry,
    onUnavailable: (error) => telemetry.log.warn("a store can't serve", { error: errorText(error) }),
  });
  const handler = leadingToApi(uploads, api);
  const knows = (request: HttpRequest) => showsSecret(registry, request);
  await serveWeb({
    endpoint: httpEndpoint,
    telemetry,
    handler: withHealth(telling(telemetry, inTime(afterBody(handler, knows), requestTime, Date.now))),
  });
}

/** Lambda hands a process credentials that outlive it; a container is told where to fetch them, again and again. */
async function withCredentials(
  environment: Environment,
  connect: (credentials: Credentials) => RunningUploads,
): Promise<RunningUploads> {
  if (environment["AWS_ACCESS_KEY_ID"]) return connect(freshCredentials(environment));
  const { containerCredentials } = await import("../stores/container-credentials.ts");
  return renewing({ fetchCredentials: containerCredentials, connect, now: Date.now });
}
