import type { Outgoing } from "../../shared/client/content.ts";
import type { OutgoingManifest } from "../../shared/client/manifests.ts";
import type { BlobWatch } from "../../shared/client/uploads/blob-sender.ts";
import type { Digest } from "../../shared/oci/digest.ts";
import { sizeText } from "../sizes.ts";
import { createLiveLine, type LiveLineOptions } from "./live-line.ts";
import type { Target } from "./target.ts";

/** How a blob came to be in the repository. */
export type BlobFate = "sent" | "resumed" | "mounted" | "present";

export interface Screen {
  readonly begin: (plan: { readonly blobs: readonly Outgoing[] }) => void;
  readonly watch: (blob: Outgoing) => BlobWatch;
  readonly ended: (blob: Outgoing, fate: BlobFate) => void;
  readonly pushed: (manifest: OutgoingManifest, target: Target) => void;
  readonly say: (line: string) => void;
  /** Takes the moving line away, before something else is written. */
  readonly erase: () => void;
}

const MINUTE = 60_000;

/** Tells how a transfer goes: a line for each blob; below them one that moves on a terminal, and elsewhere one a minute. */
export function createScreen(options: LiveLineOptions): Screen {
  const { now, live } = options;
  const { refresh, erase, say: write } = createLiveLine(options);
  const offsets = new Map<Digest, number>();
  let [total, count, ended, begunAt, saidAt, ahead] = [0, 0, 0, 0, 0, 0];
  const there = () => offsets.values().reduce((sum, offset) => sum + offset, 0);
  const say = (line: string) => {
    saidAt = now();
    write(line);
  };
  const line = () => {
    const seconds = (now() - begunAt) / 1000;
    const done = there();
    const speed = seconds > 1 ? (done - ahead) / seconds : 0;
    const rest =
      speed > 0 ? `, ${sizeText(Math.round(speed))}/s, ${timeText((total - done) / speed)} left` : "";
    return `[${ended}/${count}] ${sizeText(done)} of ${sizeText(total)}${rest}`;
  };
  return {
    begin: ({ blobs }) => {
      [count, begunAt, saidAt] = [blobs.length, now(), now()];
      total = blobs.reduce((sum, { content }) => sum + content.size, 0);
    },
    watch: ({ digest }) => ({
      at: (offset) => {
        offsets.set(digest, offset);
        refresh(line);
        if (live.isTTY !== true && now() - saidAt > MINUTE) say(line());
      },
      resumed: (offset) => {
        ahead += offset;
        say(`${short(digest)} goes on at ${sizeText(offset)}, where an earlier run ended`);
      },
    }),
    ended: ({ digest, content }, fate) => {
      ended += 1;
      offsets.set(digest, content.size);
      if (fate === "present" || fate === "mounted") ahead += content.size;
      say(`${short(digest)} ${sizeText(content.size)} ${SAID[fate]}`);
    },
    pushed: ({ digest, tags }, { base, repo }) => {
      for (const tag of tags) say(`${base.host}/${repo}:${tag} is ${digest}`);
      if (tags.length === 0) say(`${short(digest)} manifest sent`);
    },
    say,
    erase,
  };
}

const SAID = { sent: "sent", resumed: "sent", mounted: "mounted", present: "is there already" } as const;
const SHORT = 12;
const short = (digest: Digest): string => digest.slice(0, digest.indexOf(":") + 1 + SHORT);

function timeText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  return seconds < 3600 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
