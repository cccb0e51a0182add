import { styleText } from "node:util";
import { createLiveLine, type LiveLineOptions } from "../client/live-line.ts";
import { sizeText } from "../sizes.ts";
import type { Check } from "./check.ts";
import type { CheckResult } from "./examine.ts";
import { linesOf } from "./report.ts";

export interface Screen {
  readonly begin: (check: Check) => void;
  /** bytes that went over the line */
  readonly moved: (bytes: number) => void;
  readonly end: (result: CheckResult) => void;
  readonly say: (line: string) => void;
}

export interface ScreenOptions extends LiveLineOptions {
  /** how many checks there are */
  readonly total: number;
}

const COLOURS = { passed: "green", failed: "red", inapplicable: "gray", blocked: "yellow" } as const;

/** Tells how the checks go: a moving line on a terminal, and a line or three for each that has ended. */
export function createScreen({ total, ...options }: ScreenOptions): Screen {
  let [count, bytes, title] = [0, 0, ""];
  const { show, refresh, say } = createLiveLine(options);
  const line = () => `[${count}/${total}] ${bytes > 0 ? `${sizeText(bytes)}: ` : ""}${title}`;
  return {
    begin: (check) => {
      [count, bytes, title] = [count + 1, 0, check.title];
      show(line());
    },
    moved: (more) => {
      bytes += more;
      if (count > 0) refresh(line);
    },
    end: (result) => {
      const [first = "", ...rest] = linesOf(result);
      const isColoured = options.lines?.isTTY === true;
      say(first, (text) => (isColoured ? styleText(COLOURS[result.status], text) : text));
      for (const more of rest) say(more);
    },
    say,
  };
}
