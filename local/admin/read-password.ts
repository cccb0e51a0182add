import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { Complaint } from "../complaint.ts";

type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/**
 * A password: asked for twice at a terminal, without showing it; else the first line of stdin. Never from the command
 * line, which other users of the machine can read. Complaint where there is none.
 */
export async function readPassword(input: Input, prompt: NodeJS.WritableStream): Promise<string> {
  if (input.isTTY !== true) return firstLine(await text(input));
  const first = await ask("Password: ", input, prompt);
  const second = await ask("Again: ", input, prompt);
  if (first !== second) throw new Complaint("the two are not the same: nothing was changed");
  return demand(first);
}

const firstLine = (read: string): string => demand(read.split(/\r?\n/, 1)[0] ?? "");

function demand(password: string): string {
  if (password === "") throw new Complaint("there is no password: type one, or send it by stdin");
  return password;
}

/** What readline would show goes nowhere. */
async function ask(question: string, input: Input, prompt: NodeJS.WritableStream): Promise<string> {
  prompt.write(question);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output, terminal: true });
  try {
    return await new Promise((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => reject(new Complaint("interrupted: nothing was changed")));
      lines.once("close", () => reject(new Complaint("there is no password: the input ended")));
    });
  } finally {
    lines.close();
    prompt.write("\n");
  }
}
