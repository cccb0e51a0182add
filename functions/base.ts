import { TELEMETRY } from "./compose/environment.ts";
import { openSenders } from "./compose/senders.ts";
import { nothing } from "./gateway/nothing.ts";
import { serveGateway } from "./gateway/serve.ts";
import { readSettings } from "./settings.ts";
import { openTelemetry } from "./telemetry/telemetry.ts";

const telemetry = await openTelemetry(readSettings(process.env, TELEMETRY));

/** GET and HEAD of /v2/, and whatever no route knows. It has no right to any store, but to count who asks. */
export const handler = serveGateway({
  telemetry,
  ...(await openSenders(process.env, telemetry.log)),
  handlerFor: nothing,
});
