import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { addAdministration } from "./admin/commands.ts";
import { Complaint } from "./complaint.ts";
import type { CopyFlags } from "./copy/options.ts";
import type { DoctorFlags } from "./doctor/options.ts";
import { addPolicy } from "./policy/commands.ts";
import { printable } from "./printable.ts";
import type { PushFlags } from "./push/options.ts";
import { type Flags, readSettings } from "./read-settings.ts";
import { flagOf, SETTING_NAMES, SETTINGS, type SettingName, type Settings, variableOf } from "./settings.ts";

/** A wrong setting, or anything else that the user has to mend. */
const EXIT_MEND = 2;

/** Runs the command that `argv` names; ends the process with 2 where the user has to mend something. */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync(argv);
  } catch (error) {
    process.exitCode = complain(error);
  }
}

function createProgram(): Command {
  const program = new Command("berth")
    .description(
      "An OCI registry as one process: push to it and pull from it with docker, podman, oras, helm, …",
    )
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(printable(`berth: ${oneLine(text)}\n`)) })
    .addHelpText("after", "\nStart with: berth serve\nSee all settings with: berth serve --help");
  addServe(program);
  addBackup(program);
  addDoctor(program);
  addPush(program);
  addCopy(program);
  addPolicy(program);
  addAdministration(program);
  return program;
}

function addServe(program: Command): void {
  const serve = program
    .command("serve")
    .description("serve the registry that lies in a data folder")
    .option(
      "--config <file>",
      'JSON file with settings, like {"port": 5000, "logLevel": "warn"} [BERTH_CONFIG]',
    );
  for (const name of SETTING_NAMES) serve.option(flagWithValue(name), describe(name));
  serve.addHelpText("after", SERVE_NOTES).action(async (flags: Flags) => {
    const settings = settingsFrom(flags);
    const { serve: serveRegistry } = await import("./serve.ts");
    await serveRegistry(settings, manifest.version);
  });
}

const SERVE_NOTES = `
Every setting can also come from its variable, [in brackets], or from the config file under its name in
camelCase (tlsCert, idleTimeout, …): flag over variable over file over default.
Durations: 90 (seconds), 90s, 15m, 24h, 7d.

Exit codes: 0 after a shutdown by SIGTERM or SIGINT, 1 after a defect, 2 when something has to be mended first.

Examples:
  berth serve --port 5001 --data /var/lib/berth
  berth serve --tls-cert cert.pem --tls-key key.pem
  BERTH_LOG_LEVEL=debug berth serve --config berth.json`;

function addBackup(program: Command): void {
  program
    .command("backup")
    .description("copy a data folder, also while it is being served")
    .requiredOption("--to <folder>", "where the copy goes: a new or an empty folder")
    .option("--data <folder>", `${SETTINGS.data.text} [BERTH_DATA] (default: ${SETTINGS.data.fallback})`)
    .option("--config <file>", "JSON file with settings [BERTH_CONFIG]")
    .addHelpText("after", "\nServe from the copy to restore it: berth serve --data <folder>")
    .action(async ({ to, ...flags }: Record<string, string>) => {
      const { data } = settingsFrom(flags);
      const { backup } = await import("./backup.ts");
      const { files, bytes } = await backup(data, to ?? "");
      console.log(`Copied the table and ${files} files of blobs (${bytes} bytes) to ${to}`);
    });
}

function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("prove a deployed registry from outside, in about a minute")
    .argument("<url>", "the registry's address, like https://registry.example.com")
    .option("--repository <prefix>", "where the doctor works, in a repository of its own", "berth-doctor")
    .option("--large-size <size>", "how large a large blob is: 500k, 16m, 1g", "16m")
    .option("--timeout <duration>", "give up a request when nothing moves for so long", "60s")
    .option("--trust-realm <host>", TRUST, gathered)
    .option("--no-aws", "leave out the login with the AWS credentials at hand")
    .option("--json", "print the report as JSON, for machines")
    .addHelpText("after", DOCTOR_NOTES)
    .action(async (url: string, flags: DoctorFlags) => {
      const { doctor } = await import("./doctor/doctor.ts");
      process.exitCode = await doctor(url, flags);
    });
}

const DOCTOR_NOTES = `
Pushes, pulls, lists and deletes by every method that clients use, in a repository <prefix>/<random> that it empties
again, also after Ctrl+C. Each finding says what is wrong and which setting cures it. Credentials are
those of docker login, or $BERTH_CREDENTIALS (name:secret). AWS credentials, where there are any, log in as
docker-credential-berth does, which shows them to nobody.
All checks, and the JSON: docs/doctor.md

Exit codes: 0 when all is green, 1 when there are findings, 2 when not everything could be checked.

Examples:
  berth doctor https://registry.example.com
  berth doctor localhost:5000 --large-size 1g
  berth doctor https://abc123.execute-api.eu-central-1.amazonaws.com --large-size 4m --json > report.json`;

function addPush(program: Command): void {
  program
    .command("push")
    .description("push images of any size: parts that are there are never sent again")
    .argument("<source>", "an OCI image layout (a folder, or a tar of one), or an archive of docker save")
    .argument("<reference>", "where to: registry/name:tag, or registry/name")
    .option("--image <name>", "which image of the source: its name, the end of it, or its digest")
    .option("--all", "push all images of the source, each under its own tag")
    .option("--allow-missing", "push an index though the source lacks some of its images")
    .option("--parallel <number>", "how many blobs are sent at once", "4")
    .option("--part-size <size>", "how much one request brings of a large blob: 4m, 64m, 1g", "64m")
    .option("--parts-at-once <number>", "how many parts of one blob, where the registry takes them so", "4")
    .option("--timeout <duration>", "give up a request when nothing moves for so long", "2m")
    .option("--plain-http", "speak HTTP without encryption, also to another machine")
    .option("--trust-realm <host>", TRUST, gathered)
    .option("--json", "print the report as JSON, for machines")
    .addHelpText("after", PUSH_NOTES)
    .action(async (source: string, reference: string, flags: PushFlags) => {
      const { push } = await import("./push/push.ts");
      process.exitCode = await push(source, reference, flags);
    });
}

const PUSH_NOTES = `
Blobs that the repository has are left out. Large ones go in parts; what is cut, or refused for a while, is tried again
from where the registry stands. Interrupted or killed, the same command goes on where it ended: it keeps the addresses of
its uploads in $XDG_STATE_HOME/berth (~/.local/state/berth). Every digest is checked before a blob is committed; the tag
comes last. Credentials are those of docker login, or $BERTH_CREDENTIALS (name:secret). Plain HTTP is spoken to this machine only, unless --plain-http is given.
Without a tag, the image's own is taken, else latest. More, and the JSON: docs/push.md

Exit codes: 0 when all is there, 1 when it broke off and another run may go on, 2 when something has to be mended first.

Examples:
  docker save team/app:1.0 -o app.tar && berth push app.tar registry.example.com/team/app:1.0
  berth push ./layout localhost:5000/team/app:1.0
  berth push ./layout registry.example.com/team/app --all --parallel 8`;

const TRUST = "a token server on another host that may see the credentials; as often as needed";
const gathered = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

function addCopy(program: Command): void {
  program
    .command("copy")
    .description("copy an image from one registry to another, with its platforms and what refers to it")
    .argument("<source>", "registry/name:tag or registry/name@digest")
    .argument("<target>", "registry/name:tag, or registry/name: the tag stays the same")
    .option("--platform <platform>", "only this of an index, like linux/amd64; as often as needed", gathered)
    .option("--no-referrers", "leave out signatures and whatever else refers to the image")
    .option("--parallel <number>", "how many blobs are copied at once", "4")
    .option("--part-size <size>", "how much one request brings of a large blob: 4m, 64m, 1g", "64m")
    .option("--timeout <duration>", "give up a request when nothing moves for so long", "2m")
    .option("--plain-http", "speak HTTP without encryption, also to another machine")
    .option("--trust-realm <host>", TRUST, gathered)
    .option("--json", "print the report as JSON, for machines")
    .addHelpText("after", COPY_NOTES)
    .action(async (source: string, target: string, flags: CopyFlags) => {
      const { copy } = await import("./copy/copy.ts");
      process.exitCode = await copy(source, target, flags);
    });
}

const COPY_NOTES = `
Manifests are copied byte for byte, so every digest stays. Blobs that the target has are left out, and mounted where both
are in one registry; what is cut goes on, also in a later run. The tag comes last. One --platform copies that image alone,
under the tag; several copy the index as it is, without its other images, which some registries refuse.
Credentials are those of docker login, or $BERTH_SOURCE_CREDENTIALS and $BERTH_TARGET_CREDENTIALS (name:secret).
Plain HTTP is spoken to this machine only, unless --plain-http is given. More, and the JSON: docs/copy.md

Exit codes: 0 when all is there, 1 when it broke off and another run may go on, 2 when something has to be mended first.

Examples:
  berth copy ghcr.io/team/app:1.0 registry.example.com/team/app
  berth copy localhost:5000/team/app@sha256:… registry.example.com/team/app:1.0 --no-referrers
  berth copy docker.io/library/alpine:3.22 localhost:5000/alpine --platform linux/amd64 --platform linux/arm64`;

const settingsFrom = (flags: Flags): Settings => readSettings({ flags, variables: process.env });

function flagWithValue(name: SettingName): string {
  const { value } = SETTINGS[name] as { value?: string };
  return value ? `${flagOf(name)} <${value}>` : flagOf(name);
}

function describe(name: SettingName): string {
  const { text, fallback } = SETTINGS[name];
  return `${text} [${variableOf(name)}]${fallback ? ` (default: ${fallback})` : ""}`;
}

/** Says what is wrong, and returns the exit code. */
function complain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_MEND;
  if (!(error instanceof Complaint)) throw error;
  process.stderr.write(printable(`berth: ${oneLine(error.message)}\n`));
  return EXIT_MEND;
}

const oneLine = (text: string): string =>
  text
    .trim()
    .replaceAll(/\s*\n\s*/g, " ")
    .replace(/^error: /, "");
