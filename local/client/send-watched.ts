import type { Outgoing } from "../../shared/client/content.ts";
import type { BlobSender } from "../../shared/client/uploads/blob-sender.ts";
import { PartSize } from "../../shared/client/uploads/part-size.ts";
import { sizeText } from "../sizes.ts";
import type { BlobFate, Screen } from "./screen.ts";

/** The size of parts, which tells on the screen when it had to shrink. */
export const toldPartSize = (bytes: number, screen: Pick<Screen, "say">): PartSize =>
  new PartSize(bytes, (smaller) =>
    screen.say(`larger requests don't get through: going on with parts of ${sizeText(smaller)}`),
  );

/** Sends a blob while the screen shows how far it is. */
export async function sendWatched(
  blob: Outgoing,
  sender: BlobSender,
  screen: Pick<Screen, "watch">,
): Promise<BlobFate> {
  let fate: BlobFate = "sent";
  const { at, resumed } = screen.watch(blob);
  const onResumed = (offset: number) => {
    fate = "resumed";
    resumed(offset);
  };
  await sender.send(blob, { at, resumed: onResumed });
  return fate;
}
