import { createUploadHandler } from "../../shared/http/serve-uploads.ts";
import { createRunningUploads } from "../../shared/registry/create-running-uploads.ts";
import type { Caller } from "../../shared/registry/registry.ts";
import { startServer } from "../../shared/server/server.ts";
import { afterBody } from "../door/after-body.ts";
import { inTime } from "../door/in-time.ts";
import { PART_MEMORY } from "../door/limits.ts";
import { serverLog, telling } from "../door/telling.ts";
import { type Environment, readSettings } from "../settings.ts";
import { createByteBudget } from "../stores/byte-budget.ts";
import { errorText } from "../telemetry/errors.ts";
import { openStores } from "./writing.ts";

/** Whoever has the upload's secret: no other credential is looked at. */
const HOLDER: Caller = { name: "anonymous" };

const SETTINGS = {
  /** how long a client may be silent while its body is awaited */
  idleMilliseconds: 60_000,
  /** Lambda gives an environment 1,024 file descriptors; each request takes one, and two or three to the stores. */
  maxConnections: 256,
} as const;
/** milliseconds between the wish that the process ends and its end */
const GRACE = 20_000;

/** Serves uploads until the process is told to end. Rejects where its environment is wrong, or it can't listen. */
export async function openDoor(environment: Environment): Promise<void> {
  const { httpEndpoint, requestTime } = readSettings(environment, ["httpEndpoint", "requestTime"]);
  const partMemory = createByteBudget(PART_MEMORY);
  const { telemetry, ports } = await openStores(environment, { patience: "long", partMemory });
  const handler = createUploadHandler({
    registry: createRunningUploads(ports),
    caller: HOLDER,
    onUnavailable: (error) => telemetry.log.warn("a store can't serve", { error: errorText(error) }),
  });
  const server = await startServer({
    settings: { ...SETTINGS, ...httpEndpoint },
    handler: telling(telemetry, HOLDER, inTime(afterBody(handler), requestTime, Date.now)),
    log: serverLog(telemetry),
  });
  process.once("SIGTERM", () => void server.stop(GRACE).then(() => process.exit(0)));
}
