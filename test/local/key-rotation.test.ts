import { mkdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startKeyRotation } from "../../local/auth/key-rotation.ts";
import { openTokenKeys } from "../../local/auth/token-keys.ts";
import { Complaint } from "../../local/complaint.ts";
import { systemClock } from "../../local/system-clock.ts";
import { createTokens, REFRESH_LIFE } from "../../shared/auth/tokens.ts";
import { spawnBerth } from "../support/berth-process.ts";
import { collectDefects } from "../support/defects.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ADA = { kind: "person", name: "ada" } as const;

let folder: TemporaryFolder;
let now = 0;
const clock = { ...systemClock, now: () => now };
const file = (data: string) => join(data, "auth", "signing-keys.json");

beforeEach(async () => {
  folder = await temporaryFolder();
  now = Date.UTC(2026, 0, 1);
});
afterEach(async () => {
  vi.useRealTimers();
  await folder.remove();
});

/** The id of the key that signed. */
const keyOf = (token: string): string => {
  const [header = ""] = token.split(".");
  return (JSON.parse(Buffer.from(header, "base64url").toString()) as { readonly kid: string }).kid;
};

describe("the keys of tokens in a process that runs", () => {
  it("change after 90 days, and what the old one signed is good to its end", async () => {
    const keys = await openTokenKeys(folder.path, clock);
    const tokens = createTokens(keys, clock);
    now += 90 * DAY - 1;
    expect(await keys.renew()).toBe("not due");
    const [access, refresh] = [
      await tokens.issueAccess({ subject: "user:ada", access: [] }),
      await tokens.issueRefresh(ADA),
    ];

    now += 1;
    expect(await keys.renew()).toBe("renewed");
    const next = await tokens.issueRefresh(ADA);
    expect(keyOf(next)).not.toBe(keyOf(refresh));
    expect(await tokens.readAccess(access)).toMatchObject({ subject: "user:ada" });
    now += REFRESH_LIFE * 1000 - 1000;
    await keys.renew();
    expect(await tokens.readRefresh(refresh)).toEqual(ADA);
    expect(await tokens.readRefresh(next)).toEqual(ADA);
  });

  it("are on the disk before they sign: a start finds the same", async () => {
    const keys = await openTokenKeys(folder.path, clock);
    now += 90 * DAY;
    await keys.renew();
    const token = await createTokens(keys, clock).issueRefresh(ADA);
    const again = await openTokenKeys(folder.path, clock);
    expect(again.service).toBe(keys.service);
    expect(await createTokens(again, clock).readRefresh(token)).toEqual(ADA);
  });

  it("stay where the new one can't be kept, until it can", async () => {
    const keys = await openTokenKeys(folder.path, clock);
    const tokens = createTokens(keys, clock);
    const before = keyOf(await tokens.issueRefresh(ADA));
    now += 90 * DAY;
    await mkdir(`${file(folder.path)}.new`);
    await expect(keys.renew()).rejects.toThrow(Complaint);
    expect(keyOf(await tokens.issueRefresh(ADA))).toBe(before);
    await rmdir(`${file(folder.path)}.new`);
    expect(await keys.renew()).toBe("renewed");
    expect(keyOf(await tokens.issueRefresh(ADA))).not.toBe(before);
  });
});

describe("the rotation", () => {
  /** When it was asked to renew, in hours; `answers` are what it finds then. */
  function rotation(due: () => number, answers: readonly ("renewed" | "not due" | Error)[]) {
    const asked: number[] = [];
    const logged: string[] = [];
    const { log } = collectDefects();
    const tell = (_: unknown, text = String(_)) => void logged.push(text);
    const renew = async () => {
      const answer = answers[asked.length] ?? "not due";
      asked.push(Date.now() / HOUR);
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const end = startKeyRotation({ dueIn: due, renew }, { ...log, info: tell, warn: tell });
    return { asked, logged, end };
  }
  beforeEach(() => {
    vi.useFakeTimers({ now: 0, toFake: ["setTimeout", "clearTimeout", "Date"] });
  });

  it("looks when a key is due, and every hour: a clock may jump", async () => {
    const { asked, logged, end } = rotation(() => 2.5 * HOUR - Date.now(), ["not due", "not due", "renewed"]);
    await vi.advanceTimersByTimeAsync(2.5 * HOUR - 1);
    expect(asked).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.slice(0, 3)).toEqual([1, 2, 2.5]);
    expect(logged[0]).toMatch(/^a new key signs tokens/);
    await end();
  });

  it("tries again in an hour what failed, and tells of it", async () => {
    const { asked, logged, end } = rotation(() => 0, [new Complaint("the disk is full")]);
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(asked).toEqual([0]);
    expect(logged[0]).toMatch(/^no new key for tokens/);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked.slice(0, 2)).toEqual([0, 1]);
    await end();
  });

  it("ends, and leaves no timer", async () => {
    const { asked, end } = rotation(() => HOUR, []);
    await end();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(3 * HOUR);
    expect(asked).toEqual([]);
  });

  it("ends after the renewal that runs", async () => {
    const writing = Promise.withResolvers<"renewed">();
    const end = startKeyRotation({ dueIn: () => 0, renew: () => writing.promise }, collectDefects().log);
    await vi.advanceTimersByTimeAsync(0);
    const ending = end();
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(await Promise.race([ending, Promise.resolve("it runs")])).toBe("it runs");
    writing.resolve("renewed");
    await ending;
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("berth serve, whose key gets old while it runs", () => {
  it("signs with a new one, and whoever is logged in stays so", { timeout: 120_000 }, async () => {
    const data = join(folder.path, "data");
    const args = ["--auth"];
    const begun = Date.now();
    const first = await spawnBerth({ data, args });
    const start = Date.now() - begun;
    const told = (await first.kill("SIGTERM")).stdout;
    const secret = /secret\s+(berth_\S+)/.exec(told)?.[1] ?? "none";
    const ring = JSON.parse(await readFile(file(data), "utf8")) as { signing: { created: string } };
    // A machine that is busy must have started the next one before its key is old.
    ring.signing.created = new Date(Date.now() - 90 * DAY + 2000 + 3 * start).toISOString();
    await writeFile(file(data), JSON.stringify(ring));

    const berth = await spawnBerth({ data, args });
    const authorization = `Basic ${Buffer.from(`admin:${secret}`).toString("base64")}`;
    const tokens = async () => {
      const answer = await berth.fetch("/token?offline_token=true", { headers: { authorization } });
      return (await answer.json()) as { readonly token: string; readonly refresh_token: string };
    };
    const before = await tokens();
    await vi.waitUntil(async () => keyOf((await tokens()).token) !== keyOf(before.token), {
      timeout: 60_000,
      interval: 250,
    });
    const bearer = { headers: { authorization: `Bearer ${before.token}` } };
    expect((await berth.fetch("/v2/", bearer)).status).toBe(200);
    const body = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: before.refresh_token,
      client_id: "test",
      service: "berth",
    });
    expect((await berth.fetch("/token", { method: "POST", body })).status).toBe(200);
    const { code, stderr } = await berth.kill("SIGTERM");
    expect(code).toBe(0);
    expect(stderr).toContain("a new key signs tokens");
  });
});
