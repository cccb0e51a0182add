import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type BerthProcess, spawnBerth } from "../support/berth-process.ts";
import { type RawClient, rawClient } from "../support/raw-client.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

let temporary: TemporaryFolder;
beforeEach(async () => {
  temporary = await temporaryFolder();
});
afterEach(() => temporary.remove());

const start = (...args: string[]) => spawnBerth({ data: temporary.path, args });
const portOf = ({ url }: BerthProcess) => Number(new URL(url).port);

/** An upload of ten bytes, of which five are on their way. */
async function halfAnUpload(berth: BerthProcess): Promise<{ client: RawClient; location: string }> {
  const begun = await berth.fetch("/v2/half/blobs/uploads/", { method: "POST" });
  const location = begun.headers.get("Location") ?? "";
  const client = await rawClient(portOf(berth));
  client.send(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 10\r\n\r\n`);
  // From here on the request is running, not waiting in some queue.
  await client.heard(/100 Continue/);
  client.send("12345");
  return { client, location };
}

async function refusesConnections(berth: BerthProcess): Promise<void> {
  for (;;) {
    try {
      (await rawClient(portOf(berth))).socket.destroy();
      await sleep(20);
    } catch {
      return;
    }
  }
}

describe("SIGTERM", () => {
  it("lets a running upload finish, which is durable then; nothing new is let in", async () => {
    const berth = await start("--shutdown-grace", "60s");
    const { client, location } = await halfAnUpload(berth);
    berth.signal("SIGTERM");
    await refusesConnections(berth);
    client.send("67890");
    const heard = await client.ended;
    expect(heard).toMatch(/ 202 Accepted\r\n[^]*Range: 0-9\r\n/);
    expect(heard).toMatch(/\r\nConnection: close\r\n/i);
    expect((await berth.ended).code).toBe(0);

    const again = await start();
    expect((await again.fetch(location)).headers.get("Range")).toBe("0-9");
    await again.kill("SIGKILL");
  });

  it("cuts what is left after the grace, and still ends with 0", async () => {
    const berth = await start("--shutdown-grace", "300ms");
    const { client } = await halfAnUpload(berth);
    const { code, stderr } = await berth.kill("SIGTERM");
    expect(code).toBe(0);
    expect(await client.ended).not.toMatch(/ 202 /);
    expect(stderr).toMatch(/the grace is over/);
  });

  it("does not wait for connections that ask for nothing", async () => {
    const berth = await start("--shutdown-grace", "1h");
    const used = await rawClient(portOf(berth));
    used.send("GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
    await used.heard(/200 OK/);
    const silent = await rawClient(portOf(berth));
    const begun = await rawClient(portOf(berth));
    begun.send("GET /v2/ HT");
    expect((await berth.kill("SIGTERM")).code).toBe(0);
    await Promise.all([used.ended, silent.ended, begun.ended]);
  });
});

describe("a second signal", () => {
  it("cuts at once", async () => {
    const berth = await start("--shutdown-grace", "1h");
    const { client } = await halfAnUpload(berth);
    berth.signal("SIGTERM");
    await refusesConnections(berth);
    // What comes within half a second of the first is the same Ctrl+C, handed on by npm.
    await sleep(1000);
    expect((await berth.kill("SIGINT")).code).toBe(0);
    await client.ended;
  });

  it("that comes with the first is the same wish: npm hands Ctrl+C on once more", async () => {
    const berth = await start("--shutdown-grace", "60s");
    const { client } = await halfAnUpload(berth);
    berth.signal("SIGINT");
    berth.signal("SIGINT");
    await refusesConnections(berth);
    client.send("67890");
    expect(await client.ended).toMatch(/ 202 Accepted/);
    expect((await berth.ended).code).toBe(0);
  });
});

describe("a process that something else ends", () => {
  const withHook = (hook: string) =>
    spawnBerth({
      data: temporary.path,
      variables: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` },
    });

  it("by a defect that nothing caught says so in its log and ends with 1", async () => {
    const berth = await withHook('process.on("SIGUSR2", () => { throw new Error("nobody caught me") })');
    const { code, stderr } = await berth.kill("SIGUSR2");
    expect(code).toBe(1);
    const last = JSON.parse(stderr.trim().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({
      level: 60,
      err: { message: "nobody caught me", stack: expect.any(String) },
    });
  });

  it("by a promise that nobody awaited too", async () => {
    const berth = await withHook(
      'process.on("SIGUSR2", () => { Promise.reject(new Error("nobody awaited me")) })',
    );
    const { code, stderr } = await berth.kill("SIGUSR2");
    expect(code).toBe(1);
    expect(stderr).toMatch(/"level":60.*nobody awaited me/);
  });

  it("has more threads for files than fsyncs can fill", async () => {
    // Fifteen jobs of equal length and a stat behind them: with Node's four threads the stat would come after eleven.
    const hook = `
      import { pbkdf2 } from "node:crypto";
      import { stat } from "node:fs";
      process.on("SIGUSR2", () => {
        let done = 0;
        for (let job = 0; job < 15; job += 1) pbkdf2("a", "b", 300_000, 64, "sha512", () => { done += 1 });
        stat(".", () => { process.stderr.write("stat after " + done + " jobs"); process.kill(process.pid, "SIGTERM") });
      })`;
    const berth = await withHook(hook);
    const { stderr } = await berth.kill("SIGUSR2");
    expect(Number(/stat after (\d+) jobs/.exec(stderr)?.[1])).toBeLessThan(11);
  });
});
