import { hasBlob } from "../../shared/client/blobs.ts";
import type { Outgoing } from "../../shared/client/content.ts";
import { inParallel } from "../../shared/client/in-parallel.ts";
import { pushManifest } from "../../shared/client/manifests.ts";
import type { Remote } from "../../shared/client/remote.ts";
import { createSender } from "../../shared/client/uploads/create-sender.ts";
import type { UploadStates } from "../../shared/client/uploads/upload-states.ts";
import type { BlobFate, Screen } from "../client/screen.ts";
import { sendWatched, toldPartSize } from "../client/send-watched.ts";
import type { PushOptions } from "./options.ts";
import type { Plan } from "./plan.ts";

export interface Sending {
  readonly plan: Plan;
  readonly options: Pick<PushOptions, "target" | "parallel" | "partSize" | "partsAtOnce">;
  readonly screen: Screen;
  readonly remote: Remote;
  readonly states: UploadStates;
  /** gets an entry for each blob that is there */
  readonly fates: Map<Outgoing, BlobFate>;
  /** ends what is under way, after something failed */
  readonly stop: (cause: unknown) => void;
}

/** Blobs, then the manifests that name them, children first, so that a tag never leads to half of something. */
export async function sendPlan(sending: Sending): Promise<void> {
  const { plan, options, screen, remote, states, fates, stop } = sending;
  const partSize = toldPartSize(options.partSize, screen);
  const sender = createSender({ remote, states, partSize, partsAtOnce: options.partsAtOnce });
  screen.begin(plan);
  await inParallel(plan.blobs, { width: options.parallel, stop }, async (blob) => {
    const fate = (await hasBlob(remote, blob.digest)) ? "present" : await sendWatched(blob, sender, screen);
    fates.set(blob, fate);
    screen.ended(blob, fate);
  });
  for (const manifest of plan.manifests) {
    await pushManifest(remote, manifest);
    screen.pushed(manifest, options.target);
  }
}
