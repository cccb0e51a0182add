import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import type { Check } from "./check.ts";
import type { CheckResult } from "./examine.ts";
import { linesOf } from "./report.ts";
import { sizeText } from "./sizes.ts";

/** A stream that people or files read: process.stdout, process.stderr. */
export type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };

export interface Screen {
  readonly begin: (check: Check) => void;
  /** bytes that went over the line */
  readonly moved: (bytes: number) => void;
  readonly end: (result: CheckResult) => void;
  readonly say: (line: string) => void;
}

export interface ScreenOptions {
  /** where finished lines go; nowhere for `--json` */
  readonly lines: Output | undefined;
  /** where the line that moves goes, if that is a terminal */
  readonly live: Output;
  /** how many checks there are */
  readonly total: number;
  /** milliseconds, from any moment on */
  readonly now: () => number;
}

const REFRESH_MILLISECONDS = 100;
/** Some terminals say 0. */
const DEFAULT_COLUMNS = 80;
const COLOURS = { passed: "green", failed: "red", inapplicable: "gray", blocked: "yellow" } as const;

/** Tells how the checks go: a moving line on a terminal, and a line or three for each that has ended. */
export function createScreen({ lines, live, total, now }: ScreenOptions): Screen {
  let [count, bytes, shownAt, text] = [0, 0, 0, ""];
  const erase = () => live.isTTY === true && live.write("\r\u001B[K");
  const show = () => {
    if (live.isTTY !== true) return;
    shownAt = now();
    const line = `[${count}/${total}] ${bytes > 0 ? `${sizeText(bytes)}: ` : ""}${text}`;
    live.write(`\r\u001B[K${line.slice(0, (live.columns || DEFAULT_COLUMNS) - 1)}`);
  };
  const say = (line: string) => {
    erase();
    lines?.write(`${line}\n`);
  };
  return {
    begin: ({ title }) => {
      [count, bytes, text] = [count + 1, 0, title];
      show();
    },
    moved: (more) => {
      bytes += more;
      if (count > 0 && now() - shownAt > REFRESH_MILLISECONDS) show();
    },
    end: (result) => {
      const [first = "", ...rest] = linesOf(result);
      say(lines?.isTTY === true ? styleText(COLOURS[result.status], first) : first);
      for (const line of rest) say(line);
    },
    say,
  };
}
