import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { runCommand } from "./command.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => folder.remove());

/** Runs a shell's script; its log is what it wrote to both outputs. */
async function shell(script: string, limitMilliseconds = 20_000) {
  const log = join(folder.path, "log");
  const end = await runCommand({
    file: "sh",
    parameters: ["-c", script],
    env: { GIVEN: "a" },
    log,
    limitMilliseconds,
  });
  return { end, log: await readFile(log, "utf8") };
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A process that was killed is there until its parent, whoever that is by now, has seen its end. */
async function seenEnding(pid: number): Promise<void> {
  while (isRunning(pid) && !(await isZombie(pid))) await wait(20);
}

const isZombie = async (pid: number): Promise<boolean> =>
  readFile(`/proc/${pid}/stat`, "utf8").then(
    (stat) => stat.includes(") Z "),
    () => true,
  );

describe("a command of a tier", () => {
  it("leaves its exit code and both its outputs, and has no input", async () => {
    expect(await shell("cat; echo $GIVEN; echo b >&2; exit 3")).toEqual({ end: 3, log: "a\nb\n" });
  });

  it("is ended at its limit, with what it started", async () => {
    const { end, log } = await shell("sleep 300 & echo $!; wait", 3000);
    expect(end).toBe("too long");
    expect(log).toMatch(/^\d+$/m);
    await seenEnding(Number(log));
  });

  it("leaves nothing running", async () => {
    const { end, log } = await shell("sleep 300 & echo $!");
    expect(end).toBe(0);
    await seenEnding(Number(log));
  });

  it("says that it was killed where a signal ended it", async () => {
    expect((await shell("kill -9 $$")).end).toBe("killed");
  });

  it("is an error where there is no such program", async () => {
    const command = { file: "/no/such/program", parameters: [], env: {}, log: join(folder.path, "log") };
    await expect(runCommand({ ...command, limitMilliseconds: 1000 })).rejects.toThrow("ENOENT");
  });
});
