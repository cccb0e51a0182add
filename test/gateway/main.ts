import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { resolve as absolute, join } from "node:path";
import { Command, Option } from "commander";
import { onSignals } from "../../local/signals.ts";
import { firstAdminOf } from "./as-owner.ts";
import { serveStackEdge } from "./edge/serve-stack.ts";
import { serveHttpApi } from "./http-api/server.ts";
import { LIKELIEST, SWITCHES, type Switches } from "./http-api/switches.ts";
import { createPullKeys } from "./pulls/key-pair.ts";
import { startStand } from "./stand.ts";
import { S3_HOST } from "./stores.ts";
import { stackIn, synthesize, teamsWith } from "./synthesize.ts";
import { readTemplate } from "./template/template.ts";

interface Options extends Switches {
  readonly host: string;
  readonly port: string;
  readonly team?: string;
  readonly policy?: string;
  readonly assembly?: string;
  readonly stack?: string;
  readonly parameter: Readonly<Record<string, string>>;
  readonly set: Readonly<Record<string, string>>;
  readonly environments: string;
  readonly edge: boolean;
  readonly pulls: "bucket" | "edge";
  readonly s3Host: string;
  readonly door: boolean;
  readonly log?: string;
}

const PLACE = { accountId: "123456789012", region: "us-east-1" } as const;

const collect = (pair: string, before: Record<string, string>): Record<string, string> => {
  const [name = "", ...value] = pair.split("=");
  return { ...before, [name]: value.join("=") };
};

const command = new Command("npm run gateway --")
  .description(
    "Plays the stack that `npm run synth` makes on this machine: API Gateway, Lambda, DynamoDB and S3.",
  )
  .option("--port <number>", "where the registry listens; 0 takes a free port", "5000")
  .option("--host <address>", "on which address", "127.0.0.1")
  .option("--team <name>", "whose stack; default: the one of an app without teams")
  .option("--policy <file>", "who may do what; without one, everyone may do everything")
  .option("--assembly <folder>", "a cloud assembly (cdk.out) that is there, instead of a fresh one")
  .option("--stack <name>", "which stack, where the assembly has several")
  .option("--parameter <name=value>", "of the stack; can be given again", collect, {})
  .option("--set <variable=value>", "in the environment of every function; can be given again", collect, {})
  .option("--environments <number>", "of a function at a time; more requests wait", "20")
  .option(
    "--edge",
    "serve it as its CloudFront distribution does: uploads go to the door by the same host",
    false,
  )
  .addOption(
    new Option(
      "--pulls <from>",
      "where blobs are pulled: the bucket, or a distribution before it, with keys that are made for it",
    )
      .choices(["bucket", "edge"])
      .default("bucket"),
  )
  .option(
    "--s3-host <address>",
    "where S3, pulls at the edge and the upload door listen; another than the registry's is foreign to clients",
    S3_HOST,
  )
  .option(
    "--no-door",
    "as a stack without an upload door: layers are as large as a request to the API carries",
  )
  .option("--log <file>", "what the functions write; default: the terminal");
for (const [name, { text, choices }] of Object.entries(SWITCHES)) {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} <how>`;
  command.addOption(
    new Option(flag, text).choices([...choices]).default(LIKELIEST[name as keyof typeof SWITCHES]),
  );
}
command.addHelpText(
  "after",
  "\nTools that it needs come with `npm run gateway:install`. Ends with SIGINT or SIGTERM; then nothing of it is left.",
);

const stopping = new AbortController();
const stopped = new Promise<void>((resolve) => {
  stopping.signal.addEventListener("abort", () => resolve(), { once: true });
});
// Another signal ends the process at once, and what it started with it.
onSignals(
  () => stopping.abort(),
  () => process.exit(1),
);

await run(command.parse().opts<Options>()).catch((cause: unknown) => {
  // Ctrl+C reaches all that is being started, too: then nobody wants to hear why it did not start.
  if (stopping.signal.aborted) return;
  console.error(cause instanceof Error ? cause.message : cause);
  process.exitCode = 1;
});

async function run(options: Options): Promise<void> {
  await using running = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "berth-gateway-"));
  running.defer(() => rm(folder, { recursive: true, force: true }));
  const url = await start(options, folder, running);
  console.log(`serves ${url} from ${options.team ?? "the stack"}; stop it with Ctrl+C`);
  await stopped;
}

async function start(options: Options, folder: string, running: AsyncDisposableStack): Promise<string> {
  const assembly = options.assembly ?? join(folder, "assembly");
  const pulled = options.pulls === "edge" ? createPullKeys() : undefined;
  const policy = options.policy === undefined ? {} : { policy: absolute(options.policy) };
  const settings = { ...pulled?.settings, ...policy };
  if (options.assembly === undefined)
    await synthesize(assembly, { team: options.team, teams: await teamsWith(settings) });
  else if (Object.keys(settings).length > 0)
    throw new Error(
      "an assembly that is there has keys and a policy of its own: give no --pulls edge, and no --policy",
    );
  const stack = await stackIn(assembly, options.stack);
  const template = await readTemplate({
    folder: assembly,
    stack,
    place: PLACE,
    parameters: options.parameter,
  });
  const stand = await startStand({
    template,
    folder,
    // A request to AWS that somebody logs in with is signed for one registry: this is how clients call it here.
    variables: { BERTH_HOSTS: `${options.host}:${options.port} localhost:${options.port}`, ...options.set },
    s3Host: options.s3Host,
    ...(pulled && { parameters: pulled.parameters }),
    ...(!options.door && { door: "none" }),
    scaling: { most: Number(options.environments), idle: 5 * 60_000 },
    log: (line) => console.error(line),
    functionLog: functionLog(options.log, running),
  });
  running.defer(() => stand.stop());
  const secret = await firstAdminOf(stand);
  if (secret !== undefined) console.log(`the first administrator is 'admin', with the access key ${secret}`);
  const log = (line: string): void => console.error(line);
  const address = { host: options.host, port: Number(options.port), log };
  const served = { ...address, ...(options.edge && { port: 0 }) };
  const api = await serveHttpApi({ ...served, api: stand.api, switches: options });
  running.defer(() => api.stop());
  stand.apiIsAt(api.url);
  if (!options.edge) return api.url;
  const edge = await serveStackEdge({ template, ...stand, api: api.url }, address);
  running.defer(() => edge.stop());
  return edge.url;
}

function functionLog(
  path: string | undefined,
  running: AsyncDisposableStack,
): (name: string, text: string) => void {
  if (path === undefined) return (_, text) => void process.stderr.write(text);
  const file = createWriteStream(path, { flags: "a" });
  running.defer(() => void file.end());
  return (_, text) => void file.write(text);
}
