import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { spawnBerth } from "../support/berth-process.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const rulesOf = (repositories: string) => `version: 1
rules:
  - { who: user:admin, may: admin, on: "**" }
  - { who: anonymous, may: pull, on: ${repositories} }
`;
const TOLD = "not the policy file is in force";

let temporary: TemporaryFolder;
beforeAll(async () => {
  temporary = await temporaryFolder();
});
afterAll(() => temporary.remove());

it("a policy that was set decides at once and after a restart, which tells so, until it is reset", async () => {
  const file = join(temporary.path, "policy.yaml");
  await writeFile(file, rulesOf("public/*"));
  const serve = () => spawnBerth({ data: join(temporary.path, "data"), args: ["--policy", file] });
  const statuses = async (berth: Awaited<ReturnType<typeof serve>>) => {
    const { token } = (await (
      await berth.fetch("/token?scope=repository:public/a:pull&scope=repository:set/a:pull")
    ).json()) as { token: string };
    const headers = { Authorization: `Bearer ${token}` };
    const ask = (repo: string) => berth.fetch(`/v2/${repo}/tags/list`, { headers });
    return [(await ask("public/a")).status, (await ask("set/a")).status];
  };

  const first = await serve();
  expect(await statuses(first)).toEqual([404, 401]);
  const start = await first.kill("SIGTERM");
  const secret = /secret\s+(berth_\S+)/.exec(start.stdout)?.[1] ?? "none";
  expect(start.stderr).not.toContain(TOLD);
  const headers = {
    Authorization: `Basic ${Buffer.from(`admin:${secret}`).toString("base64")}`,
    "Content-Type": "application/json",
  };

  const second = await serve();
  const body = JSON.stringify({ policy: rulesOf("set/*") });
  expect((await second.fetch("/v2/_berth/policy", { method: "PUT", headers, body })).status).toBe(200);
  expect(await statuses(second)).toEqual([401, 404]);
  await second.kill("SIGKILL");

  const third = await serve();
  expect(await statuses(third)).toEqual([401, 404]);
  expect((await third.fetch("/v2/_berth/policy", { method: "DELETE", headers })).status).toBe(200);
  expect(await statuses(third)).toEqual([404, 401]);
  expect((await third.kill("SIGTERM")).stderr).toContain(TOLD);
});
