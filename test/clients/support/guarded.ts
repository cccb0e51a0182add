import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runBerth, spawnBerth } from "../../support/berth-process.ts";
import { freePort } from "../../support/free-port.ts";
import type { Callers, Guarded, Login } from "./callers.ts";
import { freshDirectory } from "./images.ts";
import { startVouchers } from "./vouchers.ts";

const PASSWORD = "correct horse battery staple";

/** A Berth of its own, in one process, that asks callers who they are. */
export async function startGuarded(): Promise<Guarded & { readonly stop: () => Promise<void> }> {
  const home = await freshDirectory("guarded");
  const vouchers = await startVouchers();
  const policy = join(home, "policy.yaml");
  await writeFile(policy, vouchers.policy);
  // It has to know by which port it is called: a request to AWS is signed for one registry.
  const args = ["--policy", policy, "--port", String(await freePort())];
  const berth = await spawnBerth({ data: join(home, "data"), args, variables: vouchers.variables });
  const host = new URL(berth.url).host;
  const accounts = await addAccounts(host, await berth.said(/secret\s+(berth_\S+)/));
  return {
    host,
    ...accounts,
    ...(await vouchers.callers()),
    stop: async () => {
      await berth.kill("SIGTERM");
      await vouchers.stop();
    },
  };
}

/** Makes a person with a password and two robots with access keys, by Berth's own commands. */
export async function addAccounts(
  host: string,
  adminSecret: string,
): Promise<Pick<Callers, "person" | "robot" | "reader">> {
  const command = commandAs(host, { kind: "login", name: "admin", secret: adminSecret });
  await command("user add ada");
  await command("user password ada", `${PASSWORD}\n`);
  const robot = async (name: string): Promise<Login> => {
    await command(`robot add ${name}`);
    const made = JSON.parse(await command(`key add robot:${name} test --json`)) as { secret: string };
    return { kind: "login", name, secret: made.secret };
  };
  return {
    person: { kind: "login", name: "ada", secret: PASSWORD },
    robot: await robot("builder"),
    reader: await robot("reader"),
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
