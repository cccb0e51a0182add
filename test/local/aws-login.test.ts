import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { signLogin } from "../../local/credential-helper/sign-login.ts";
import { readSettings } from "../../local/read-settings.ts";
import { type Serving, start } from "../../local/start.ts";
import { ROLE } from "../identities/support/aws.ts";
import { createSts, type Sts } from "../identities/support/sts.ts";
import { collectDefects } from "../support/defects.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const ask = globalThis.fetch;
let folder: TemporaryFolder;
let sts: Sts;
let berth: Serving | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  sts = createSts([ROLE], Date.now);
  vi.stubGlobal("fetch", sts.fetch);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await berth?.stop(1000);
  await folder.remove();
});

/** `berth serve --auth` in this process, with STS played. */
async function serve(flags: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const all = { auth: "true", port: "0", data: join(folder.path, "data"), ...flags };
  const settings = readSettings({ flags: all, variables: {} });
  berth = await start(settings, { host: "127.0.0.1", log: collectDefects().log });
  return berth;
}
/** The status of a request for a token, with a login that was signed for `registry`. */
async function login({ port }: Serving, registry: string): Promise<number> {
  const secret = await signLogin({ credentials: ROLE, region: "eu-central-1" }, registry, Date.now());
  const authorization = `Basic ${Buffer.from(`aws:${secret}`).toString("base64")}`;
  const answer = await ask(`http://127.0.0.1:${port}/token`, { headers: { authorization } });
  return answer.status;
}

describe("whoever has AWS credentials logs in to berth serve by the name that clients call it", () => {
  it("at this machine, with the port that it listens on, also where the system chose that", async () => {
    const serving = await serve();
    expect(serving.port).toBeGreaterThan(0);
    expect(await login(serving, `127.0.0.1:${serving.port}`)).toBe(200);
    expect(await login(serving, `localhost:${serving.port}`)).toBe(200);
    expect(await login(serving, "127.0.0.1:0")).toBe(401);
    expect(await login(serving, `registry.example.com:${serving.port}`)).toBe(401);
    expect(sts.asked).toHaveLength(2);
  });

  it("and by no other than the public one, where it has one", async () => {
    const serving = await serve({ publicUrl: "https://registry.example.com" });
    expect(await login(serving, "registry.example.com")).toBe(200);
    expect(await login(serving, `127.0.0.1:${serving.port}`)).toBe(401);
  });
});
