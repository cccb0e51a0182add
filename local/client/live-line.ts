import type { WriteStream } from "node:tty";
import { inOneLine } from "../printable.ts";

/** A stream that people or files read: process.stdout, process.stderr. */
export type Output = Pick<WriteStream, "write"> & { readonly isTTY?: boolean; readonly columns?: number };

export interface LiveLineOptions {
  /** where finished lines go; nowhere for `--json` */
  readonly lines: Output | undefined;
  /** where the line that moves goes, if that is a terminal */
  readonly live: Output;
  /** milliseconds, from any moment on */
  readonly now: () => number;
}

/** A line that moves on a terminal, below lines that stay. Whatever the texts hold, each is one line and nothing else. */
export interface LiveLine {
  readonly show: (text: string) => void;
  /** Shows what `text` makes, unless something was shown just before. */
  readonly refresh: (text: () => string) => void;
  readonly erase: () => void;
  /** Takes the moving line away, and writes one that stays; `paint` may add colours. */
  readonly say: (line: string, paint?: (text: string) => string) => void;
}

const REFRESH_MILLISECONDS = 100;
/** Some terminals say 0. */
const DEFAULT_COLUMNS = 80;

export function createLiveLine({ lines, live, now }: LiveLineOptions): LiveLine {
  let shownAt = 0;
  const show = (text: string) => {
    if (live.isTTY !== true) return;
    shownAt = now();
    live.write(`\r\u001B[K${inOneLine(text).slice(0, (live.columns || DEFAULT_COLUMNS) - 1)}`);
  };
  const erase = () => {
    if (live.isTTY === true) live.write("\r\u001B[K");
  };
  return {
    show,
    erase,
    refresh: (text) => {
      if (live.isTTY === true && now() - shownAt > REFRESH_MILLISECONDS) show(text());
    },
    say: (line, paint = (text) => text) => {
      erase();
      lines?.write(`${paint(inOneLine(line))}\n`);
    },
  };
}
