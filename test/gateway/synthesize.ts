import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..", "..");

const CDK = join(ROOT, "node_modules", ".bin", "cdk");

interface Wanted {
  /** one of the teams; all where it is not given */
  readonly team?: string | undefined;
  /** instead of those of cdk.json */
  readonly teams?: Readonly<Record<string, object>> | undefined;
}

/** Makes the templates of teams, open to everyone where they have no policy, into `folder`, as `npm run synth` does. */
export async function synthesize(folder: string, { team, teams }: Wanted): Promise<void> {
  const isOpen = Object.values(teams ?? {}).every((settings) => !("policy" in settings));
  const context = {
    open: String(isOpen),
    ...(team !== undefined && { team }),
    ...(teams && { teams: JSON.stringify(teams) }),
  };
  const flags = Object.entries(context).flatMap(([name, value]) => ["--context", `${name}=${value}`]);
  const parameters = ["synth", "--quiet", "--output", folder, ...flags];
  await new Promise<void>((done, reject) => {
    execFile(CDK, parameters, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 }, (cause, stdout, stderr) => {
      if (cause === null) return done();
      reject(new Error(`cdk synth failed:\n${stdout}${stderr}`, { cause }));
    });
  });
}

/** The teams of cdk.json, each with these settings over its own. */
export async function teamsWith(settings: object): Promise<Readonly<Record<string, object>>> {
  const { context } = JSON.parse(await readFile(join(ROOT, "cdk.json"), "utf8")) as {
    readonly context: { readonly teams: Readonly<Record<string, object>> };
  };
  return Object.fromEntries(
    Object.entries(context.teams).map(([team, own]) => [team, { ...own, ...settings }]),
  );
}

/** The one stack in a cloud assembly, or the one that `name` says. Rejects where that is not clear. */
export async function stackIn(folder: string, name: string | undefined): Promise<string> {
  const files = await readdir(folder);
  const stacks = files.flatMap((file) => /^(.+)\.template\.json$/.exec(file)?.[1] ?? []);
  const [only, ...more] = name === undefined ? stacks : stacks.filter((stack) => stack === name);
  if (only !== undefined && more.length === 0) return only;
  throw new Error(`${folder} holds the stacks ${stacks.join(", ")}: name one with --stack`);
}
