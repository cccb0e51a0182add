import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import type { Report } from "../../local/push/report.ts";
import { numberedPartSize } from "../../shared/client/uploads/part-range.ts";
import { patterned } from "../support/bodies.ts";
import { registry as embedded } from "../support/registry.ts";
import { contentsOf, type Seen, workshop } from "./support/pushing.ts";
import { stopProxies, type TcpProxy, tcpProxy } from "./support/tcp-proxy.ts";

stopProxies();
const { registry, layout, image, push, startPush, states } = workshop();
const berth = embedded();
let line: TcpProxy;
beforeEach(async () => {
  line = await tcpProxy(berth.port);
});

const MIB = 1024 * 1024;
const PARTS = ["--part-size", "5m"] as const;

const pushed = (repo: string) => contentsOf({ get: (path: string) => berth.fetch(path) }, repo, "1");
const patches = (seen: readonly Seen[]) => seen.filter(({ method }) => method === "PATCH");

describe("parts in parallel", () => {
  it("bring a large blob to a registry that takes them, without a place, each once", async () => {
    const { host, seen } = await registry();
    const { code, stderr } = await push(await image(23 * MIB), `${host}/parallel:1`, ...PARTS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(patches(seen).map(({ range, bytes }) => [range, bytes])).toHaveLength(5);
    expect(new Set(patches(seen).map(({ range }) => range))).toEqual(new Set([undefined]));
    expect(patches(seen).reduce((sum, { bytes }) => sum + bytes, 0)).toBe(23 * MIB);
  });

  it("go one after the other where the registry says nothing of them", async () => {
    const silent = await registry((handler) => async (request) => {
      const answer = await handler(request);
      const { "Berth-Parallel-Parts": _, ...headers } = answer.headers;
      return { ...answer, headers };
    });
    const { code } = await push(await image(12 * MIB), `${silent.host}/ordered:1`, ...PARTS);
    expect(code).toBe(0);
    expect(patches(silent.seen).every(({ range }) => range !== undefined)).toBe(true);
  });

  it("go one after the other where that is asked for", async () => {
    const { host, seen } = await registry();
    await push(await image(12 * MIB), `${host}/asked:1`, ...PARTS, "--parts-at-once", "1");
    expect(patches(seen).every(({ range }) => range !== undefined)).toBe(true);
  });

  it("are sent again, and only they, where the line is cut", async () => {
    line.cutAfter(12 * MIB);
    const { code, stdout } = await push(await image(30 * MIB), `${line.host}/cut:1`, ...PARTS);
    expect(code).toBe(0);
    expect(stdout).toMatch(/got no whole answer: \w+: trying again/);
    // Four are on their way when it is cut.
    expect(line.sent()).toBeLessThan(51 * MIB);
    expect(await pushed("cut")).toHaveLength(3);
    expect(states()).toEqual([]);
  });

  it("that an earlier run has brought are not sent again", async () => {
    const folder = await image(40 * MIB);
    const reference = `${line.host}/killed:1`;
    const running = startPush(folder, reference, ...PARTS);
    await line.reached(28 * MIB);
    await running.kill("SIGKILL");
    const first = line.sent();
    const { code, stdout } = await push(folder, reference, ...PARTS, "--json");
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Report).blobs).toMatchObject({ resumed: 1 });
    expect(line.sent() - first).toBeLessThan(40 * MIB);
    expect(await pushed("killed")).toHaveLength(3);
  });

  it("that the registry has lost are sent again when it says so", async () => {
    const forgetful = await registry((handler) => {
      let isFirst = true;
      return async (request) => {
        if (request.method !== "PATCH" || !isFirst) return handler(request);
        isFirst = false;
        for await (const { length } of request.body) expect(length).toBeGreaterThan(0);
        return {
          status: 202,
          headers: { Location: `${request.path}?${request.query}` },
          body: { kind: "empty" },
        };
      };
    });
    const { code, stderr } = await push(await image(20 * MIB), `${forgetful.host}/lost:1`, ...PARTS);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(patches(forgetful.seen)).toHaveLength(5);
  });

  it("of a blob with a wrong digest are cancelled, and nothing is pushed", async () => {
    const source = await layout();
    const layer = await source.addBlob(patterned(12 * MIB, "sound"));
    await source.name([await source.addImage([layer])]);
    await writeFile(join(source.folder, "blobs", ...layer.digest.split(":")), patterned(12 * MIB, "damaged"));
    const { host, seen } = await registry();
    const { code, stderr } = await push(source.folder, `${host}/wrong:1`, ...PARTS);
    expect(code).toBe(2);
    expect(stderr).toContain("damaged or changed");
    expect(seen.filter(({ method }) => method === "DELETE")).toHaveLength(1);
    expect(states()).toEqual([]);
  });
});

describe("the size of a part", () => {
  const range = { least: 5 * MIB, most: 128 * MIB };

  it("is what was asked for, within what the registry takes, and larger where there would be too many", () => {
    expect(numberedPartSize(1024 * MIB, 64 * MIB, range)).toBe(64 * MIB);
    expect(numberedPartSize(10_240 * MIB, 512 * MIB, range)).toBe(128 * MIB);
    expect(numberedPartSize(1_000_000 * MIB, 64 * MIB, range)).toBe(100 * MIB);
  });

  it("is none where the blob has no two parts, the parts asked for are too small, or there would be too many", () => {
    expect(numberedPartSize(100 * MIB, 64 * MIB, range)).toBeUndefined();
    expect(numberedPartSize(100 * MIB, 4 * MIB, range)).toBeUndefined();
    expect(numberedPartSize(2_000_000 * MIB, 64 * MIB, range)).toBeUndefined();
  });
});
