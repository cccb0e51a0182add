import { sizeText } from "../sizes.ts";
import type { BlobSender } from "./blob-sender.ts";
import { inParallel } from "./in-parallel.ts";
import type { PushOptions } from "./options.ts";
import { createPartSender } from "./part-sender.ts";
import { PartSize } from "./part-size.ts";
import type { Plan, PlannedBlob } from "./plan.ts";
import { hasBlob, putManifest, type Remote } from "./repository.ts";
import type { BlobFate, Screen } from "./screen.ts";
import { createSmallSender, SMALL_BYTES } from "./small-sender.ts";
import type { UploadStates } from "./upload-states.ts";

export interface Sending {
  readonly plan: Plan;
  readonly options: Pick<PushOptions, "target" | "parallel" | "partSize" | "partsAtOnce">;
  readonly screen: Screen;
  readonly remote: Remote;
  readonly states: UploadStates;
  /** gets an entry for each blob that is there */
  readonly fates: Map<PlannedBlob, BlobFate>;
  /** ends what is under way, after something failed */
  readonly stop: (cause: unknown) => void;
}

/** Blobs, then the manifests that name them, children first, so that a tag never leads to half of something. */
export async function sendPlan(sending: Sending): Promise<void> {
  const { plan, options, screen, remote, states, fates, stop } = sending;
  const partSize = new PartSize(options.partSize, (bytes) =>
    screen.say(`larger requests don't get through: going on with parts of ${sizeText(bytes)}`),
  );
  const senders = {
    small: createSmallSender(remote),
    large: createPartSender({ remote, states, partSize, partsAtOnce: options.partsAtOnce }),
  };
  screen.begin(plan);
  await inParallel(plan.blobs, { width: options.parallel, stop }, async (blob) => {
    const sender = blob.stretch.size <= SMALL_BYTES ? senders.small : senders.large;
    const fate = (await hasBlob(remote, blob.digest)) ? "present" : await send(blob, sender, screen);
    fates.set(blob, fate);
    screen.ended(blob, fate);
  });
  for (const manifest of plan.manifests) {
    await putManifest(remote, manifest);
    screen.pushed(manifest, options.target);
  }
}

async function send(blob: PlannedBlob, sender: BlobSender, screen: Screen): Promise<BlobFate> {
  let fate: BlobFate = "sent";
  const { at, resumed } = screen.watch(blob);
  const onResumed = (offset: number) => {
    fate = "resumed";
    resumed(offset);
  };
  await sender.send(blob, { at, resumed: onResumed });
  return fate;
}
