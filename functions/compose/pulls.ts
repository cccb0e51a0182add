import type { Blobs } from "../../shared/ports/blobs.ts";
import type { PullPlace } from "../pulls/place.ts";
import type { SettingName } from "../settings.ts";
import type { Credentials, Place } from "../stores/credentials.ts";
import { systemClock } from "../system-clock.ts";
import { errorText } from "../telemetry/errors.ts";
import type { Log } from "../telemetry/log.ts";

/** The settings that say where blobs are pulled. */
export const PULLS = ["pulls", "ssm"] as const satisfies readonly SettingName[];

interface Pulling {
  readonly pulls: PullPlace;
  readonly region: string;
  readonly ssm: Pick<Place, "endpoint">;
  readonly credentials: Credentials;
  readonly log: Log;
}

/** How blobs are opened where the settings say; what an edge takes is loaded only where there is one. */
export async function opensBlobs(
  { pulls, region, ssm, credentials, log }: Pulling,
  open: Blobs["open"],
): Promise<Blobs["open"]> {
  if (pulls.kind === "bucket") return open;
  const { openAtEdge } = await import("../pulls/at-edge.ts");
  const onTrouble = (cause: unknown): void =>
    log.error("blobs are pulled from the bucket: there is no key to sign with", { error: errorText(cause) });
  const parameters = { region, ...ssm, credentials, now: systemClock.now };
  return openAtEdge({ edge: pulls, clock: systemClock, parameters, onTrouble }, open);
}
