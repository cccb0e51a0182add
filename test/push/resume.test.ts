import { statSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import type { Report } from "../../local/push/report.ts";
import { registry as embedded } from "../support/registry.ts";
import { contentsOf, workshop } from "./support/pushing.ts";
import { stopProxies, type TcpProxy, tcpProxy } from "./support/tcp-proxy.ts";

stopProxies();
const { image, push, startPush, states, stateFolder } = workshop();
const berth = embedded();
let line: TcpProxy;
beforeEach(async () => {
  line = await tcpProxy(berth.port);
});

const MIB = 1024 * 1024;
/** Headers, and what lay in buffers when a line was cut. */
const SLACK = MIB;

const pushed = (repo: string) => contentsOf({ get: (path: string) => berth.fetch(path) }, repo, "1");

/** Ends a push by a signal when it has sent so many bytes. */
async function endedPush(signal: "SIGINT" | "SIGKILL", folder: string, reference: string, bytes: number) {
  const running = startPush(folder, reference, "--part-size", "4m");
  await line.reached(line.sent() + bytes);
  return running.kill(signal);
}

/** Kills a push when it has sent so many bytes: what it had said. */
async function killedPush(folder: string, reference: string, bytes: number): Promise<string> {
  const { code, stdout, stderr } = await endedPush("SIGKILL", folder, reference, bytes);
  expect(code).toBeNull();
  return stdout + stderr;
}

describe("a line that is cut in the middle of a part", () => {
  it("costs a pause and at most that part", async () => {
    const folder = await image(16 * MIB);
    line.cutAfter(6 * MIB);
    const { code, stdout, stderr } = await push(folder, `${line.host}/cut:1`, "--part-size", "4m");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /PATCH \/v2\/cut\/blobs\/uploads\/\S+ got no whole answer: \w+: trying again in 0\.\d s\n/,
    );
    expect(line.sent()).toBeLessThan(20 * MIB + SLACK);
    expect(await pushed("cut")).toHaveLength(3);
    expect(states()).toEqual([]);
  });
});

describe("a push that was killed", () => {
  it("goes on where it ended, and sends only what was missing", async () => {
    const folder = await image(24 * MIB);
    const before = await killedPush(folder, `${line.host}/killed:1`, 14 * MIB);
    const first = line.sent();
    const { code, stdout } = await push(folder, `${line.host}/killed:1`, "--part-size", "4m", "--json");
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Report).blobs).toMatchObject({ resumed: 1 });
    // 8 MiB were acknowledged before the kill.
    expect(line.sent() - first).toBeLessThan(16 * MIB + SLACK);
    expect(await pushed("killed")).toHaveLength(3);
    expect(before).not.toContain("secret");
  });

  it("leaves the address of its upload to its user alone, and takes it away when the blob is there", async () => {
    const folder = await image(24 * MIB);
    const output = await killedPush(folder, `${line.host}/private:1`, 6 * MIB);
    const [state] = states();
    const secret = secretOf(state?.text);
    expect(state?.mode).toBe(0o600);
    expect(statSync(stateFolder()).mode & 0o777).toBe(0o700);
    expect(secret).toMatch(/^[\w-]{43}$/);
    const { stdout, stderr } = await push(folder, `${line.host}/private:1`);
    expect(output + stdout + stderr).not.toContain(secret);
    expect(states()).toEqual([]);
  });

  it("begins again where the address is of no use any more", async () => {
    const folder = await image(16 * MIB);
    for (const spoil of [
      (text: string) => text.replace(/secret=[\w-]+/, `secret=${"x".repeat(43)}`),
      (text: string) => text.slice(0, 50),
    ]) {
      await killedPush(folder, `${line.host}/again:1`, 6 * MIB);
      for (const { file, text } of states()) writeFileSync(file, spoil(text));
    }
    expect((await push(folder, `${line.host}/again:1`)).code).toBe(0);
    expect(await pushed("again")).toHaveLength(3);
    expect(states()).toEqual([]);
  });
});

describe("two pushes of the same image at once", () => {
  it("share an upload, and both end well", async () => {
    const folder = await image(16 * MIB);
    const both = [push(folder, `${line.host}/twice:1`, "--part-size", "2m")];
    await line.reached(3 * MIB);
    both.push(push(folder, `${line.host}/twice:1`, "--part-size", "2m"));
    expect((await Promise.all(both)).map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      { code: 0, stderr: "" },
      { code: 0, stderr: "" },
    ]);
    expect(await pushed("twice")).toHaveLength(3);
  });
});

describe("a push that was interrupted by Ctrl+C", () => {
  it("ends with 1, says so, and goes on when it is run again", async () => {
    const folder = await image(24 * MIB);
    const { code, stderr } = await endedPush("SIGINT", folder, `${line.host}/interrupted:1`, 14 * MIB);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "berth: interrupted: the same command goes on where this one ended\n",
    });
    expect(states()).toHaveLength(1);
    const { stdout } = await push(folder, `${line.host}/interrupted:1`);
    expect(stdout).toMatch(/goes on at [\d.]+ MiB, where an earlier run ended\n/);
    expect(await pushed("interrupted")).toHaveLength(3);
  });
});

const secretOf = (state = "{}"): string =>
  new URL(JSON.parse(state).location).searchParams.get("secret") ?? "";
