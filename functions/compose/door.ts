import { createUploadHandler } from "../../shared/http/serve-uploads.ts";
import { createRunningUploads } from "../../shared/registry/create-running-uploads.ts";
import { afterBody } from "../door/after-body.ts";
import { inTime } from "../door/in-time.ts";
import { PART_MEMORY } from "../door/limits.ts";
import { telling } from "../door/telling.ts";
import { type Environment, readSettings } from "../settings.ts";
import { createByteBudget } from "../stores/byte-budget.ts";
import { errorText } from "../telemetry/errors.ts";
import { serveWeb } from "./web-function.ts";
import { openStores } from "./writing.ts";

/** Serves uploads until the process is told to end. Rejects where its environment is wrong, or it can't listen. */
export async function openDoor(environment: Environment): Promise<void> {
  const { httpEndpoint, requestTime } = readSettings(environment, ["httpEndpoint", "requestTime"]);
  const partMemory = createByteBudget(PART_MEMORY);
  const { telemetry, ports } = await openStores(environment, { patience: "long", partMemory });
  const handler = createUploadHandler({
    registry: createRunningUploads(ports),
    onUnavailable: (error) => telemetry.log.warn("a store can't serve", { error: errorText(error) }),
  });
  await serveWeb({
    endpoint: httpEndpoint,
    telemetry,
    handler: telling(telemetry, inTime(afterBody(handler), requestTime, Date.now)),
  });
}
