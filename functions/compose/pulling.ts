import { readOnly } from "../gateway/read-only.ts";
import { type GatewayHandler, serveGateway } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import { opensBlobs, PULLS } from "./pulls.ts";
import { openReads } from "./reading.ts";
import { openSenders } from "./senders.ts";

/** A function that leads clients to the bytes of blobs. Rejects with a SettingsError where its environment is wrong. */
export async function openPulling(environment: Environment): Promise<GatewayHandler> {
  const { telemetry, ports, credentials, heads } = await openReads(environment);
  const settings = readSettings(environment, ["region", ...PULLS]);
  const open = await opensBlobs({ ...settings, credentials, log: telemetry.log }, ports.blobs.open);
  const { table, blobs } = ports;
  return serveGateway({
    telemetry,
    ...(await openSenders(environment, telemetry.log)),
    handlerFor: readOnly({ table, blobs: { ...blobs, open } }, heads),
  });
}
