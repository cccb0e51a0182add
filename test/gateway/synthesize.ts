import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..", "..");

/** Makes the template as `npm run synth` does, of one team and open, into `folder`. */
export async function synthesize(folder: string, team: string | undefined): Promise<void> {
  const context = ["--context", "open=true", ...(team === undefined ? [] : ["--context", `team=${team}`])];
  const parameters = ["run", "--silent", "synth", "--", "--quiet", "--output", folder, ...context];
  await new Promise<void>((done, reject) => {
    execFile("npm", parameters, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }, (cause, stdout, stderr) => {
      if (cause === null) return done();
      reject(new Error(`npm run synth failed:\n${stdout}${stderr}`, { cause }));
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
