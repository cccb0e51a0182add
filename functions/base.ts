import { openAuthority } from "./compose/authority.ts";
import { TELEMETRY } from "./compose/environment.ts";
import { nothing } from "./gateway/nothing.ts";
import { serveGateway } from "./gateway/serve.ts";
import { readSettings } from "./settings.ts";
import { openTelemetry } from "./telemetry/telemetry.ts";

/** GET and HEAD of /v2/, and whatever no route knows. It has no right to any store. */
export const handler = serveGateway({
  telemetry: await openTelemetry(readSettings(process.env, TELEMETRY)),
  authority: await openAuthority(process.env),
  handlerFor: nothing,
});
