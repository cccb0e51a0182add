import { describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import type { CheckResult } from "../../local/doctor/examine.ts";
import { createScreen } from "../../local/doctor/screen.ts";
import { parseSize, sizeText } from "../../local/sizes.ts";

const [check] = CHECKS;
const ERASED = "\r\u001B[K";

/** What a check of three KiB in two steps writes, a second apart, on a terminal of 40 columns or into a file. */
function written(isTTY: boolean): { readonly lines: string; readonly live: string } {
  const texts = { lines: "", live: "" };
  const output = (name: keyof typeof texts) => ({
    isTTY,
    columns: 40,
    write: (text: unknown) => {
      texts[name] += String(text);
      return true;
    },
  });
  let seconds = 0;
  const now = () => {
    seconds += 1;
    return seconds * 1000;
  };
  const screen = createScreen({ lines: output("lines"), live: output("live"), total: 57, now });
  if (check === undefined) throw new Error("there are no checks");
  // what was asked before the first check
  screen.moved(2);
  screen.begin(check);
  screen.moved(1024);
  screen.moved(2048);
  const result: CheckResult = { id: check.id, title: check.title, status: "passed", milliseconds: 1 };
  screen.end(result);
  return texts;
}

describe("progress of berth doctor", () => {
  it("is one line that moves on a terminal, no wider than that, and gone when the check has ended", () => {
    const { lines, live } = written(true);
    const shown = live.split(ERASED);
    expect(shown).toEqual([
      "",
      "[1/57] GET /v2/ says that this is a reg",
      "[1/57] 1 KiB: GET /v2/ says that this i",
      "[1/57] 3 KiB: GET /v2/ says that this i",
      "",
    ]);
    expect(lines).toContain("ok   base.ping            GET /v2/ says that this is a registry");
  });

  it("is nothing but the finished lines elsewhere", () => {
    expect(written(false)).toEqual({
      live: "",
      lines: "ok   base.ping            GET /v2/ says that this is a registry\n",
    });
  });
});

describe("sizes", () => {
  it.each([
    ["65536", 65_536],
    ["500k", 512_000],
    ["16m", 16_777_216],
    ["16MiB", 16_777_216],
    ["1g", 1_073_741_824],
  ])("%s is %i bytes", (text, bytes) => expect(parseSize(text)).toBe(bytes));
  it.each(["", "m", "-1", "1.5m", "1t", "16 m"])("'%s' is none", (text) =>
    expect(parseSize(text)).toBeUndefined(),
  );
  it.each([
    [500, "500 bytes"],
    [1536, "1.5 KiB"],
    [4_194_304, "4 MiB"],
    [1_610_612_736, "1.5 GiB"],
  ])("%i bytes are %s for people", (bytes, text) => expect(sizeText(bytes)).toBe(text));
});
