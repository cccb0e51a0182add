import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..", "..");

const CDK = join(ROOT, "node_modules", ".bin", "cdk");

/** Makes the template of one team, or of all, open to everyone, into `folder`, as `npm run synth` does. */
export async function synthesize(folder: string, team: string | undefined): Promise<void> {
  const context = ["--context", "open=true", ...(team === undefined ? [] : ["--context", `team=${team}`])];
  const parameters = ["synth", "--quiet", "--output", folder, ...context];
  await new Promise<void>((done, reject) => {
    execFile(CDK, parameters, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }, (cause, stdout, stderr) => {
      if (cause === null) return done();
      reject(new Error(`cdk synth failed:\n${stdout}${stderr}`, { cause }));
    });
  });
}

/** The one stack in a cloud assembly, or the one that `name` says. Rejects where that is not clear. */
export async function stackIn(folder: string, name: string | undefined): Promise<string> {
  const files = await readdir(folder);
  const stacks = files.flatMap((file) => /^(.+)\.template\.json$/.exec(file)?.[1] ?? []);
  const [only, ...more] = name === undefined ? stacks : stacks.filter((stack) => stack === name);
  if (only !== undefined && more.length === 0) return only;
  throw new Error(`${folder} holds the stacks ${stacks.join(", ")}: name one with --stack`);
}
