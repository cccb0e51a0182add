import type { RegistrySettings } from "../../shared/registry/create-registry.ts";
import { type ReadWriteManner, readWrite } from "../gateway/read-write.ts";
import { type GatewayHandler, serveGateway } from "../gateway/serve.ts";
import { type Environment, readSettings } from "../settings.ts";
import { openTelemetry, type Telemetry } from "../telemetry/telemetry.ts";
import { freshCredentials, HEADS, TELEMETRY } from "./environment.ts";
import { opensBlobs, PULLS } from "./pulls.ts";
import { openSenders } from "./senders.ts";
import { connectStores, STORES } from "./stores.ts";

const NEEDED = [...TELEMETRY, ...STORES, ...PULLS, ...HEADS, "uploadDoor", "uploadIdle"] as const;

export interface WritingStores {
  readonly telemetry: Telemetry;
  readonly ports: Required<Omit<RegistrySettings, "sparseManifests">>;
  readonly manner: ReadWriteManner;
}

/** The table and the bucket, to read and to write. Rejects with a SettingsError where the environment is wrong. */
export async function openStores(environment: Environment): Promise<WritingStores> {
  const { headBody, headBlob, uploadDoor, uploadIdle, ...settings } = readSettings(environment, NEEDED);
  const telemetry = await openTelemetry(settings);
  const credentials = freshCredentials(environment);
  const { blobs, ...stores } = connectStores(settings, { credentials, watch: telemetry.watch });
  const open = await opensBlobs({ ...settings, credentials, log: telemetry.log }, blobs.open);
  const ports = { ...stores, blobs: { ...blobs, open }, uploadIdle };
  return { telemetry, ports, manner: { headBody, headBlob, uploadDoor } };
}

/** A function that reads and writes. */
export async function openWriting(environment: Environment): Promise<GatewayHandler> {
  const { telemetry, ports, manner } = await openStores(environment);
  return serveGateway({
    telemetry,
    ...(await openSenders(environment, telemetry.log)),
    handlerFor: readWrite(ports, manner),
  });
}
