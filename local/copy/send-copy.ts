import type { Outgoing } from "../../shared/client/content.ts";
import { inParallel } from "../../shared/client/in-parallel.ts";
import type { RegistryClient } from "../../shared/client/registry-client.ts";
import { createSender } from "../../shared/client/uploads/create-sender.ts";
import type { UploadStates } from "../../shared/client/uploads/upload-states.ts";
import type { BlobFate, Screen } from "../client/screen.ts";
import { sendWatched, toldPartSize } from "../client/send-watched.ts";
import type { CopyOptions } from "./options.ts";
import type { CopyPlan } from "./plan.ts";

export interface Copying {
  readonly plan: CopyPlan;
  readonly options: CopyOptions;
  readonly screen: Screen;
  readonly client: RegistryClient;
  readonly states: UploadStates;
  /** gets an entry for each blob that is there */
  readonly fates: Map<Outgoing, BlobFate>;
  /** ends what is under way, after something failed */
  readonly stop: (cause: unknown) => void;
}

/** Blobs, then the manifests that name them, so that a tag never leads to half of something. */
export async function sendCopy(copying: Copying): Promise<void> {
  const { plan, options, screen, client, fates, stop } = copying;
  const { repo } = options.target;
  screen.begin(plan);
  const bring = bringer(copying);
  await inParallel(plan.blobs, { width: options.parallel, stop }, async (blob) => {
    const fate = await bring(blob);
    fates.set(blob, fate);
    screen.ended(blob, fate);
  });
  for (const manifest of plan.manifests) {
    await client.putManifest(repo, manifest);
    screen.pushed(manifest, options.target);
  }
}

function bringer({ options, screen, client, states }: Copying): (blob: Outgoing) => Promise<BlobFate> {
  const { source, target } = options;
  const partSize = toldPartSize(options.partSize, screen);
  const remote = client.remote(target.repo);
  // Parts in any order would have each blob read twice at the source: once to send it, once for its digest.
  const sender = createSender({ remote, states, partSize, partsAtOnce: 1 });
  const isOneRegistry = source.base.origin === target.base.origin;
  return async (blob) => {
    if (await client.hasBlob(target.repo, blob.digest)) return "present";
    if (isOneRegistry && (await client.mountBlob(target.repo, blob.digest, source.repo))) return "mounted";
    return sendWatched(blob, sender, screen);
  };
}
