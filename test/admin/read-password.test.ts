import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { readPassword } from "../../local/admin/read-password.ts";

/** A terminal at which somebody types, and what it shows. */
function terminal(...typed: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const shown: string[] = [];
  const output = new PassThrough();
  const rest = [...typed];
  output.on("data", (chunk: Buffer) => {
    shown.push(chunk.toString());
    const next = chunk.toString().endsWith(": ") ? rest.shift() : undefined;
    if (next !== undefined) setImmediate(() => input.write(next));
  });
  return { input, output, shown };
}

describe("a password at a terminal", () => {
  it("is asked for twice, and never shown", async () => {
    const { input, output, shown } = terminal("correct horsf\u007Fe battery\r", "correct horse battery\r");
    expect(await readPassword(input, output)).toBe("correct horse battery");
    expect(shown.join("")).toBe("Password: \nAgain: \n");
  });

  it("is refused where the two differ, where it is empty, and where it is interrupted", async () => {
    const differing = terminal("one of them\r", "another\r");
    await expect(readPassword(differing.input, differing.output)).rejects.toThrow("not the same");
    const empty = terminal("\r", "\r");
    await expect(readPassword(empty.input, empty.output)).rejects.toThrow("there is no password");
    const interrupted = terminal("abc\u0003");
    await expect(readPassword(interrupted.input, interrupted.output)).rejects.toThrow("interrupted");
    const ended = terminal("\u0004");
    await expect(readPassword(ended.input, ended.output)).rejects.toThrow("there is no password");
  });
});
