import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** A system call, when it is made and when it has returned; calls of other threads come in between. */
export type TraceEvent =
  | { readonly phase: "begin"; readonly name: string; readonly text: string }
  | { readonly phase: "end"; readonly name: string; readonly text: string; readonly result: number };

const WHOLE = /^(\d+) +(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?)/s;
const UNFINISHED = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/s;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|0x[0-9a-f]+|\?)/s;

/** The calls that strace wrote (-f -xx -o), in their order. `text` holds the arguments as strace shows them. */
export async function* eventsIn(file: string): AsyncGenerator<TraceEvent> {
  const begun = new Map<string, string>();
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const unfinished = UNFINISHED.exec(line);
    const resumed = RESUMED.exec(line);
    const whole = WHOLE.exec(line);
    if (unfinished) {
      const [, thread = "", name = "", text = ""] = unfinished;
      begun.set(thread, text);
      yield { phase: "begin", name, text };
    } else if (resumed) {
      const [, thread = "", name = "", rest = "", result = ""] = resumed;
      yield { phase: "end", name, text: `${begun.get(thread) ?? ""}${rest}`, result: Number(result) };
    } else if (whole) {
      const [, , name = "", text = "", result = ""] = whole;
      yield { phase: "begin", name, text };
      yield { phase: "end", name, text, result: Number(result) };
    }
  }
}

const STRING = /"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g;

/** The strings among the arguments, in order. Throws where strace has cut one short. */
export function stringsIn(text: string): readonly Buffer[] {
  return [...text.matchAll(STRING)].map(([, hex = "", cut]) => {
    if (cut !== undefined) throw new Error("strace has cut a string short: raise its -s");
    return Buffer.from(hex.replaceAll(String.raw`\x`, ""), "hex");
  });
}

/** The first argument, a number. */
export const descriptorIn = (text: string): number => Number.parseInt(text, 10);
/** The last argument, a number. */
export const lastNumberIn = (text: string): number => Number(text.slice(text.lastIndexOf(",") + 1));
