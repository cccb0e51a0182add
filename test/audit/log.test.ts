import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { runBerth, spawnBerth } from "../support/berth-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Line {
  readonly msg: string;
  readonly level: number;
}
const linesIn = (text: string): readonly Line[] =>
  text.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));

/** Serves with a first administrator, denies something and administers something; answers the log. */
async function logOf(
  level: string,
): Promise<{ readonly lines: readonly Line[]; readonly secret: string; readonly text: string }> {
  const folder = await temporaryFolder();
  onTestFinished(folder.remove);
  const data = join(folder.path, "data");
  await (await spawnBerth({ data })).kill("SIGTERM");
  const recovered = await runBerth(["key", "recover", "--data", data, "--json"]);
  const { secret } = JSON.parse(recovered.stdout) as { secret: string };
  const berth = await spawnBerth({ data, args: ["--auth", "--log-level", level] });
  const basic = (password: string, name = "admin") =>
    `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
  const headers = { Authorization: basic(secret), "Content-Type": "application/json" };
  const body = JSON.stringify({ name: "ci" });
  expect((await berth.fetch("/v2/_berth/robots", { method: "POST", headers, body })).status).toBe(201);
  expect((await berth.fetch("/v2/shop/api/manifests/v1", { method: "DELETE", headers })).status).toBe(404);
  expect(
    (await berth.fetch("/v2/_berth/robots", { headers: { Authorization: basic("wrong") } })).status,
  ).toBe(401);
  const swapped = { Authorization: basic("admin", secret) };
  expect((await berth.fetch("/token?scope=registry:catalog:*", { headers: swapped })).status).toBe(401);
  const { stderr } = await berth.kill("SIGTERM");
  return { lines: linesIn(stderr), secret, text: stderr };
}

describe("the log of berth serve --auth", () => {
  it("has what was done as audit lines, whatever its level, and no secret", async () => {
    const { lines, secret, text } = await logOf("fatal");
    const by = { actor: "user:admin", from: "127.0.0.1" };
    const line = (audit: object) => ({ level: 30, time: expect.any(String), audit, msg: "audit" });
    const about = { name: "ci" };
    const added = {
      event: "administration",
      action: "POST robots",
      target: "robots/ci",
      about,
      outcome: "done",
    };
    const wrong = { outcome: "refused", reason: "CREDENTIALS_WRONG" };
    const failed = { actor: "anonymous", from: "127.0.0.1", event: "login", ...wrong };
    const refused = { event: "delete", repository: "shop/api", tags: ["v1"], outcome: "refused" };
    expect(lines).toEqual([
      line({ ...by, ...added }),
      line({ ...by, ...refused, reason: "MANIFEST_UNKNOWN" }),
      line({ ...failed, name: "admin" }),
      line(failed),
    ]);
    expect(text).not.toContain(secret);
  });

  it("has nothing where it is silent", async () => {
    expect((await logOf("silent")).lines).toEqual([]);
  });
});
