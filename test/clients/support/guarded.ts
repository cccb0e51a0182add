import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runBerth, spawnBerth } from "../../support/berth-process.ts";
import { freshDirectory } from "./images.ts";
import { CERTIFICATE, startIssuer } from "./issuer.ts";

/** What somebody logs in with. */
export interface Login {
  readonly name: string;
  readonly secret: string;
}
/** A Berth that asks callers who they are, with somebody of each kind that it knows. */
export interface GuardedBerth {
  /** host:port */
  readonly host: string;
  /** these may push and pull in team/ */
  readonly person: Login;
  readonly robot: Login;
  readonly oidc: Login;
  /** may pull there, and nothing else */
  readonly reader: Login;
  readonly stop: () => Promise<void>;
}

const PASSWORD = "correct horse battery staple";

const policyWith = (issuer: string): string => `version: 1
issuers:
  ci: { url: "${issuer}", audience: berth }
rules:
  - { who: user:admin, may: [pull, push, delete, admin], on: "**" }
  - { who: [user:ada, robot:builder], may: [pull, push], on: team/** }
  - { who: { issuer: ci, claims: { repository: team/* } }, may: [pull, push], on: team/** }
  - { who: robot:reader, may: pull, on: team/** }
`;

export async function startGuarded(): Promise<GuardedBerth> {
  const home = await freshDirectory("guarded");
  const issuer = await startIssuer();
  const policy = join(home, "policy.yaml");
  await writeFile(policy, policyWith(issuer.url));
  const variables = { NODE_EXTRA_CA_CERTS: CERTIFICATE };
  const berth = await spawnBerth({ data: join(home, "data"), args: ["--policy", policy], variables });
  const host = new URL(berth.url).host;
  const command = commandAs(host, { name: "admin", secret: await berth.said(/secret\s+(berth_\S+)/) });
  await command("user add ada");
  await command("user password ada", `${PASSWORD}\n`);
  const robot = async (name: string): Promise<Login> => {
    await command(`robot add ${name}`);
    const made = JSON.parse(await command(`key add robot:${name} test --json`)) as { secret: string };
    return { name, secret: made.secret };
  };
  return {
    host,
    person: { name: "ada", secret: PASSWORD },
    robot: await robot("builder"),
    reader: await robot("reader"),
    oidc: { name: "oidc", secret: await issuer.issue({ repository: "team/app" }) },
    stop: async () => {
      await berth.kill("SIGTERM");
      await issuer.stop();
    },
  };
}

/** Runs `berth`, and returns what it prints. */
const commandAs =
  (host: string, { name, secret }: Login) =>
  async (line: string, input = ""): Promise<string> => {
    const variables = { BERTH_REGISTRY: host, BERTH_USERNAME: name, BERTH_PASSWORD: secret };
    const { code, stdout, stderr } = await runBerth(line.split(" "), { variables, input });
    if (code !== 0) throw new Error(`berth ${line} ended with ${code}: ${stderr}`);
    return stdout;
  };
