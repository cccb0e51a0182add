import type { Command } from "commander";
import type { AdminFlags } from "./connect.ts";
import type { Connection, Report } from "./connection.ts";
import type { NewKeyFlags, RotateFlags } from "./keys.ts";
import type { RecoverFlags } from "./recover.ts";

/** `berth user`, `berth robot`, `berth key` and `berth login-check`. */
export function addAdministration(program: Command): void {
  addUsers(program);
  addRobots(program);
  addKeys(program);
  common(
    program
      .command("login-check")
      .description("see whether a registry takes the credentials, and whose they are"),
    "0 when it takes them, 1 when it does not, or there are none, 2 when the command has to be mended",
  ).action(async (flags: AdminFlags) => {
    const { checkLogin } = await import("./self.ts");
    await run(flags, checkLogin);
  });
}

function addUsers(program: Command): void {
  const user = program
    .command("user")
    .description("people: add, list, rotate (an access key), revoke or delete, give a password")
    .addHelpText("after", NOTES);
  addListing(user, "people");
  common(user.command("password").description("set a person's password, asked for here or read from stdin"))
    .argument("<name>")
    .option("--remove", "take the password away instead")
    .action(async (name: string, flags: AdminFlags & { readonly remove?: boolean }) => {
      const { removePassword, setPassword } = await import("./accounts.ts");
      const { readPassword } = await import("./read-password.ts");
      if (flags.remove === true) return run(flags, (at) => removePassword(at, name));
      const password = await readPassword(process.stdin, process.stderr);
      return run(flags, (at) => setPassword(at, name, password));
    });
}

function addRobots(program: Command): void {
  const robot = program
    .command("robot")
    .description("robots, which have access keys alone: add, list, rotate (a key), revoke or delete");
  addListing(robot.addHelpText("after", NOTES), "robots");
}

function addListing(command: Command, listing: "people" | "robots"): void {
  const one = listing === "people" ? "person" : "robot";
  common(command.command("add").description(`add a ${one}`))
    .argument("<name>", "small letters and digits, with . _ - @ between them")
    .action(async (name: string, flags: AdminFlags) => {
      const { addAccount } = await import("./accounts.ts");
      await run(flags, (at) => addAccount(at, listing, name));
    });
  common(command.command("list").description(`list all ${listing}`)).action(async (flags: AdminFlags) => {
    const { listAccounts } = await import("./accounts.ts");
    await run(flags, (at) => listAccounts(at, listing));
  });
  addRotation(command, listing);
  common(command.command("delete").alias("revoke").description(`delete a ${one}, with its access keys`))
    .argument("<name>")
    .action(async (name: string, flags: AdminFlags) => {
      const { deleteAccount } = await import("./accounts.ts");
      await run(flags, (at) => deleteAccount(at, listing, name));
    });
}

function addRotation(command: Command, listing: "people" | "robots"): void {
  const kind = listing === "people" ? "user" : "robot";
  rotating(command.command("rotate").description("give an access key a new secret, told once"))
    .argument("<name>", "whose it is")
    .argument("[key]", "which one, by its name; the only one, where it is not given")
    .action(async (name: string, key: string | undefined, flags: AdminFlags & RotateFlags) => {
      const { rotateKeyOf } = await import("./keys.ts");
      await run(flags, (at) => rotateKeyOf(at, { owner: `${kind}:${name}`, name: key }, flags));
    });
}

function addKeys(program: Command): void {
  const key = program
    .command("key")
    .description("access keys: add, list, rotate, revoke")
    .addHelpText("after", NOTES);
  common(key.command("add").description("give a person or a robot an access key; its secret is told once"))
    .argument("<owner>", "user:NAME or robot:NAME")
    .argument("<name>", "what it is for: laptop, deploy, …")
    .option("--expires <duration>", "how long it is good for: 24h, 90d; or never", "90d")
    .option("--limit <limit...>", "narrow it to shop/**:pull, or shop/api:pull,push:v*,latest (tags to push)")
    .action(async (owner: string, name: string, flags: AdminFlags & NewKeyFlags) => {
      const { addKey } = await import("./keys.ts");
      await run(flags, (at) => addKey(at, { owner, name }, flags));
    });
  common(key.command("list").description("list access keys, without their secrets"))
    .argument("[owner]", "user:NAME or robot:NAME; everybody's where it is not given")
    .action(async (owner: string | undefined, flags: AdminFlags) => {
      const { listKeys } = await import("./keys.ts");
      await run(flags, (at) => listKeys(at, owner));
    });
  addKeyChanges(key);
  addRecovery(key);
}

function addKeyChanges(key: Command): void {
  rotating(key.command("rotate").description("give an access key a new secret, told once"))
    .argument("<id>", "as the list has it; a secret that was found does, too")
    .action(async (id: string, flags: AdminFlags & RotateFlags) => {
      const { rotateKey } = await import("./keys.ts");
      await run(flags, (at) => rotateKey(at, id, flags));
    });
  common(key.command("revoke").description("end an access key"))
    .argument("<id>", "as the list has it; a secret that was found does, too")
    .action(async (id: string, flags: AdminFlags) => {
      const { revokeKey } = await import("./keys.ts");
      await run(flags, (at) => revokeKey(at, id));
    });
}

function addRecovery(key: Command): void {
  key
    .command("recover")
    .description("give a person a key for a day, from the data folder itself, which nobody may be serving")
    .requiredOption("--data <folder>", "the registry's data folder")
    .option("--person <name>", "who; added where there is no such person", "admin")
    .option(
      "--reset-policy",
      "also go back from a policy that was set to the one that the registry starts with",
    )
    .option("--json", "print the access key as JSON, for machines")
    .action(async ({ data, ...flags }: RecoverFlags & { readonly data: string }) => {
      const { recover } = await import("./recover.ts");
      await recover(data, flags);
    });
}

const rotating = (command: Command): Command =>
  common(command)
    .option("--overlap <duration>", "how long the old secret stays good: 0, 30m, 24h", "1h")
    .option("--expires <duration>", "how long the key is good for from now on; what is left, if not given");

/** The flags of what asks a registry, and what its help ends with. */
export const common = (command: Command, exits: string = EXITS): Command =>
  command
    .option("--registry <address>", "the registry [BERTH_REGISTRY] (default: localhost:5000)")
    .option("--plain-http", "speak HTTP without encryption, also to another machine")
    .option("--json", "print the answer as JSON, for machines")
    .addHelpText("after", `\n${ASKING}\nExit codes: ${exits}.`);

const ASKING =
  "Asks the registry as whoever docker login has logged in there, or as BERTH_USERNAME with BERTH_PASSWORD.";
const EXITS =
  "0 when it is done, 1 when the registry refuses or does not answer, 2 when the command has to be mended";

const NOTES = `
${ASKING}
That takes the right to administer: a rule of the policy with admin on "**". More: docs/administration.md

Exit codes: ${EXITS}.

Examples:
  berth robot add ci && berth key add robot:ci deploy --limit 'shop/**:pull,push' --expires 30d
  berth key rotate 3f2a90c1d4e5b678 --overlap 24h --json
  pass show ada | berth user password ada --registry registry.example.com`;

export async function run(flags: AdminFlags, work: (at: Connection) => Promise<Report>): Promise<void> {
  const { administer } = await import("./administer.ts");
  process.exitCode = await administer(flags, work);
}
