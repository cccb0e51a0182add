import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isGuarded } from "../../local/auth/is-guarded.ts";
import { Complaint } from "../../local/complaint.ts";
import type { Log } from "../../local/log.ts";
import { readSettings } from "../../local/read-settings.ts";
import { type Audience, start } from "../../local/start.ts";
import { welcome } from "../../local/welcome.ts";
import { type BerthProcess, spawnBerth } from "../support/berth-process.ts";
import { collectDefects } from "../support/defects.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let folder: TemporaryFolder;
let running: BerthProcess[] = [];

beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(running.map((berth) => berth.kill("SIGKILL")));
  running = [];
  await folder.remove();
});

async function serve(...args: readonly string[]): Promise<BerthProcess> {
  const berth = await spawnBerth({ data: join(folder.path, "data"), args });
  running.push(berth);
  return berth;
}
/** What the process has told when it ends. */
async function toldBy(berth: BerthProcess): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return berth.kill("SIGTERM");
}
const SECRET = /secret\s+(berth_\S+)/;
const as = (name: string, secret: string) => ({
  headers: { Authorization: `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}` },
});
function secretOf(audience: Audience): string {
  if (audience.kind === "everyone" || audience.firstAdmin === "exists") throw new Error("nobody was made");
  return audience.firstAdmin.secret;
}
const policy = async (text: string): Promise<string> => {
  const path = join(folder.path, "policy.yaml");
  await writeFile(path, text);
  return path;
};

const settingsOf = (flags: Readonly<Record<string, string>>) => readSettings({ flags, variables: {} });

describe("callers are asked who they are", () => {
  it.each([
    [false, "127.0.0.1", {}],
    [false, "::1", {}],
    [true, "127.0.0.1", { auth: "true" }],
    [true, "127.0.0.1", { policy: "policy.yaml" }],
    [true, "0.0.0.0", {}],
    [true, "::", {}],
    [true, "192.168.1.5", { tlsCert: "cert.pem", tlsKey: "key.pem" }],
    [false, "0.0.0.0", { insecureRemoteWithoutAuth: "true" }],
    [false, "127.0.0.1", { insecureRemoteWithoutAuth: "true" }],
  ])("%s: on %s with %j", (asked, host, flags) => {
    expect(isGuarded(settingsOf(flags as Record<string, string>), host)).toBe(asked);
  });

  it.each([{ auth: "true" }, { policy: "policy.yaml" }])("or are not, but not both: %j", (flags) => {
    const settings = settingsOf({ ...flags, insecureRemoteWithoutAuth: "true" });
    for (const host of ["127.0.0.1", "0.0.0.0"]) expect(() => isGuarded(settings, host)).toThrow(Complaint);
  });
});

describe("the greeting", () => {
  const told = (url: string, audience: Audience, isPublic: boolean) =>
    welcome({ version: "1", url, data: "data", audience, isPublic });
  const KNOWN: Audience = { kind: "known", firstAdmin: "exists" };
  const READABLE = /passwords and tokens can be read on their way/;

  it("names this machine where it listens on all addresses, which are none to go to", () => {
    for (const url of ["http://0.0.0.0:5000", "http://[::]:5000"]) {
      const greeting = told(url, KNOWN, true);
      expect(greeting).toContain(`serves ${url} from data`);
      expect(greeting).toContain("docker login localhost:5000");
      expect(greeting).toContain("http://localhost:5000/v2/_catalog");
    }
    expect(told("http://10.0.0.0:5000", KNOWN, true)).toContain("docker login 10.0.0.0:5000");
  });

  it("warns where passwords can be read on their way, and only there", () => {
    expect(told("http://0.0.0.0:5000", KNOWN, true)).toMatch(READABLE);
    expect(told("https://0.0.0.0:5000", KNOWN, true)).not.toMatch(READABLE);
    expect(told("http://127.0.0.1:5000", KNOWN, false)).not.toMatch(READABLE);
  });

  it("warns where everyone may push, and only there", () => {
    const open = /Everyone who reaches this port may push and delete/;
    expect(told("https://0.0.0.0:5000", { kind: "everyone" }, true)).toMatch(open);
    expect(told("http://127.0.0.1:5000", { kind: "everyone" }, false)).not.toMatch(open);
    expect(told("https://0.0.0.0:5000", KNOWN, true)).not.toMatch(open);
  });
});

describe("berth serve", () => {
  it("on this machine asks nobody who they are", async () => {
    expect((await (await serve()).fetch("/v2/")).status).toBe(200);
  });

  it("with --auth tells the first administrator's secret once, and lets that in from then on", async () => {
    const first = await serve("--auth");
    expect((await first.fetch("/v2/")).status).toBe(401);
    const told = await toldBy(first);
    const secret = SECRET.exec(told.stdout)?.[1] ?? "none";
    expect(told.stderr).not.toContain(secret);

    const second = await serve("--auth");
    expect((await second.fetch("/v2/", as("admin", secret))).status).toBe(200);
    expect((await second.fetch("/v2/_catalog", as("admin", secret))).status).toBe(200);
    expect((await second.fetch("/v2/_berth/self", as("admin", secret))).status).toBe(200);
    expect((await second.fetch("/v2/", as("admin", `${secret}x`))).status).toBe(401);
    const again = await toldBy(second);
    expect(again.stdout).not.toMatch(SECRET);
    expect(again.stderr).not.toContain(secret);
  });

  it("takes tokens that it issued before it was started again", async () => {
    const first = await serve("--auth");
    const { token } = (await (await first.fetch("/token")).json()) as { token: string };
    await toldBy(first);
    const second = await serve("--auth");
    const bearer = { headers: { Authorization: `Bearer ${token}` } };
    expect((await second.fetch("/v2/", bearer)).status).toBe(200);
  });

  it("with a policy does what that says, and makes no administrator that it does not know", async () => {
    const rules = "version: 1\nrules:\n  - who: anonymous\n    may: pull\n    on: 'public/**'\n";
    const berth = await serve("--policy", await policy(rules));
    const tokenFor = async (repo: string) => {
      const response = await berth.fetch(`/token?scope=repository:${repo}:pull,push`);
      return ((await response.json()) as { token: string }).token;
    };
    const statusOf = async (repo: string, method = "GET", path = "tags/list") => {
      const headers = { Authorization: `Bearer ${await tokenFor(repo)}` };
      return (await berth.fetch(`/v2/${repo}/${path}`, { method, headers })).status;
    };
    expect(await statusOf("public/a")).toBe(404);
    expect(await statusOf("public/a", "POST", "blobs/uploads/")).toBe(401);
    expect(await statusOf("other")).toBe(401);
    expect((await toldBy(berth)).stdout).not.toMatch(SECRET);
  });

  it("logs who did what, from where, with what result, and no secret", async () => {
    const logged: unknown[] = [];
    const keep = (about: unknown) => void logged.push(about);
    const log: Log = { ...collectDefects().log, info: keep, audit: (audit) => keep({ audit }) };
    const settings = settingsOf({ auth: "true", port: "0", data: join(folder.path, "data") });
    const berth = await start(settings, { host: "127.0.0.1", log });
    const secret = secretOf(berth.audience);
    const ask = (path: string, method: string, body?: string) =>
      fetch(new URL(path, berth.url), {
        method,
        headers: { ...as("admin", secret).headers, "Content-Type": "application/json" },
        ...(body !== undefined && { body }),
      });
    expect((await ask("/v2/_berth/people", "POST", '{"name":"ada"}')).status).toBe(201);
    expect((await ask("/v2/shop/a/manifests/v1", "DELETE")).status).toBe(404);
    await berth.stop(1000);
    const by = { actor: "user:admin", from: "127.0.0.1" };
    expect(logged.filter((about) => JSON.stringify(about).includes("audit"))).toEqual([
      { audit: expect.objectContaining({ ...by, event: "administration", outcome: "done" }) },
      {
        audit: expect.objectContaining({ ...by, event: "delete", repository: "shop/a", outcome: "refused" }),
      },
    ]);
    expect(JSON.stringify(logged)).not.toContain(secret);
  });

  it("names the address in its challenge that it is known by", async () => {
    const berth = await serve("--auth", "--public-url", "https://registry.example.com/");
    const response = await berth.fetch("/v2/");
    expect(response.headers.get("www-authenticate")).toMatch(
      /^Bearer realm="https:\/\/registry\.example\.com\/token",service="berth-[0-9a-f-]+"$/,
    );
  });

  it("refuses who asks too much, and tells the audit of it once", async () => {
    const told: unknown[] = [];
    const log: Log = { ...collectDefects().log, audit: (audit) => told.push(audit) };
    const limits = { requestsPerIdentity: "5", requestsPerNetwork: "3" };
    const flags = { auth: "true", port: "0", data: join(folder.path, "data"), ...limits };
    const berth = await start(settingsOf(flags), { host: "127.0.0.1", log });
    const known = as("admin", secretOf(berth.audience));
    const refused = async (path: string, init: RequestInit = {}) =>
      (await Promise.all(Array.from({ length: 20 }, () => fetch(new URL(path, berth.url), init)))).filter(
        ({ status, headers }) => status === 429 && Number(headers.get("retry-after")) <= 10,
      ).length;
    // Of twenty at once, a new window may begin among them.
    for (const path of ["/v2/_catalog", "/token", "/v2/_berth/self"])
      expect(await refused(path, known)).toBeGreaterThanOrEqual(10);
    expect(await refused("/v2/")).toBeGreaterThanOrEqual(14);
    await berth.stop(1000);
    const refusal = { from: "127.0.0.1", event: "requests", outcome: "refused", reason: "TOOMANYREQUESTS" };
    expect(told).toContainEqual({ actor: "user:admin", ...refusal });
    expect(told).toContainEqual({ actor: "anonymous", ...refusal });
    expect(told.length).toBeLessThanOrEqual(8);
  });

  it("refuses nobody so where it asks nobody who they are", async () => {
    const berth = await serve("--requests-per-identity", "1", "--requests-per-network", "1");
    for (let count = 0; count < 10; count += 1) expect((await berth.fetch("/v2/_catalog")).status).toBe(200);
  });
});
