import { describe, expect, it } from "vitest";
import { createScreen } from "../../local/client/screen.ts";
import { parseDigest } from "../../shared/oci/digest.ts";

const MIB = 1024 * 1024;
const blob = (letter: string, size: number) => ({
  digest: parseDigest(`sha256:${letter.repeat(64)}`),
  content: { name: "file", size, read: async function* () {} },
});
const [large, small] = [blob("a", 30 * MIB), blob("b", 10 * MIB)];

/** What a push writes that sends 10 MiB in 10 s, on a terminal or into a file; the rest of it takes longer. */
function written(isTTY: boolean): { readonly lines: string; readonly live: readonly string[] } {
  const texts = { lines: "", live: "" };
  const output = (name: keyof typeof texts) => ({
    isTTY,
    columns: 80,
    write: (text: unknown) => {
      texts[name] += String(text);
      return true;
    },
  });
  let seconds = 100;
  const screen = createScreen({ lines: output("lines"), live: output("live"), now: () => seconds * 1000 });
  screen.begin({ blobs: [large, small] });
  screen.ended(small, "present");
  seconds += 10;
  const { at, resumed } = screen.watch(large);
  resumed(5 * MIB);
  at(15 * MIB);
  seconds += 61;
  at(16 * MIB);
  at(17 * MIB);
  screen.ended(large, "resumed");
  return { lines: texts.lines, live: texts.live.split("\r\u001B[K").filter((text) => text !== "") };
}

const ENDS = [
  "sha256:bbbbbbbbbbbb 10 MiB is there already",
  "sha256:aaaaaaaaaaaa goes on at 5 MiB, where an earlier run ended",
  "sha256:aaaaaaaaaaaa 30 MiB sent",
] as const;

describe("progress of berth push", () => {
  it("is a line that moves on a terminal: what is there, how fast, how long still", () => {
    const { lines, live } = written(true);
    expect(live).toEqual([
      "[1/2] 25 MiB of 40 MiB, 1 MiB/s, 15 s left",
      "[1/2] 26 MiB of 40 MiB, 158.6 KiB/s, 2 min left",
    ]);
    expect(lines.trim().split("\n")).toEqual(ENDS);
  });

  it("is a line a minute elsewhere", () => {
    const { lines, live } = written(false);
    expect(live).toEqual([]);
    const minute = "[1/2] 26 MiB of 40 MiB, 158.6 KiB/s, 2 min left";
    expect(lines.trim().split("\n")).toEqual([ENDS[0], ENDS[1], minute, ENDS[2]]);
  });
});
