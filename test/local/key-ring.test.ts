import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openKeyRing } from "../../local/auth/key-file.ts";
import type { KeyRing } from "../../local/auth/key-ring.ts";
import { systemClock } from "../../local/system-clock.ts";
import { createSigner, createVerifier } from "../../shared/auth/jwt.ts";
import { createTokens, REFRESH_LIFE } from "../../shared/auth/tokens.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const DAY = 24 * 3600 * 1000;
let folder: TemporaryFolder;
let now = 0;
const clock = { ...systemClock, now: () => now };
const open = () => openKeyRing(folder.path, clock);
const file = () => join(folder.path, "auth", "signing-keys.json");

beforeEach(async () => {
  folder = await temporaryFolder();
  now = Date.UTC(2026, 0, 1);
});
afterEach(() => folder.remove());

async function tokensOf({ service, signing, retired }: KeyRing) {
  const signer = await createSigner(signing, { service });
  const verifier = createVerifier([signing, ...retired], { service, now: clock.now });
  return createTokens({ ...signer, ...verifier }, clock);
}

describe("the keys of a registry's tokens", () => {
  it("are made once, for their owner alone, and found again", async () => {
    const made = await open();
    expect(await open()).toEqual(made);
    expect(((await stat(file())).mode & 0o777).toString(8)).toBe("600");
    expect(((await stat(join(folder.path, "auth"))).mode & 0o777).toString(8)).toBe("700");
  });

  it("are of one registry: another's are for another service", async () => {
    const other = await temporaryFolder();
    try {
      const theirs = await openKeyRing(other.path, clock);
      expect(theirs.service).not.toBe((await open()).service);
      expect(theirs.signing.kid).not.toBe((await open()).signing.kid);
    } finally {
      await other.remove();
    }
  });

  it.each([
    ["the file", 0o640, () => file()],
    ["the file, by everyone", 0o604, () => file()],
    ["the folder", 0o750, () => join(folder.path, "auth")],
  ])("are refused where others may open %s", async (_, mode, path) => {
    await open();
    await chmod(path(), mode);
    await expect(open()).rejects.toThrow(new RegExp(`mode ${mode.toString(8)}.*chmod go=`));
  });

  it.each(["", "{", "null", "[]", '{"service":"a"}'])(
    "are refused where the file holds none: %s",
    async (text) => {
      await mkdir(join(folder.path, "auth"), { mode: 0o700 });
      await writeFile(file(), text, { mode: 0o600 });
      await expect(open()).rejects.toThrow(/holds no keys of tokens: remove it/);
      expect(await readFile(file(), "utf8")).toBe(text);
    },
  );

  it.each<[string, (ring: KeyRing) => object]>([
    ["a key that can't sign", ({ signing }) => ({ signing: { ...signing, d: undefined } })],
    ["a key of no time", ({ signing }) => ({ signing: { ...signing, created: "once" } })],
    ["a retired key that is none", () => ({ retired: [null] })],
    ["a retired key of no time", ({ signing }) => ({ retired: [{ ...signing, retired: "once" }] })],
  ])("are refused where the file holds %s", async (_, damage) => {
    const ring = await open();
    const text = JSON.stringify({ ...ring, ...damage(ring) });
    await writeFile(file(), text);
    await expect(open()).rejects.toThrow(/holds no keys of tokens: remove it/);
    expect(await readFile(file(), "utf8")).toBe(text);
  });

  it("are changed after 90 days, and nobody is logged out by that", async () => {
    const before = await open();
    now += 90 * DAY - 1;
    expect((await open()).signing).toEqual(before.signing);
    const refresh = await (await tokensOf(before)).issueRefresh({ kind: "person", name: "ada" });
    now += 1;
    const after = await open();
    expect(after.signing.kid).not.toBe(before.signing.kid);
    expect(after.service).toBe(before.service);
    now += REFRESH_LIFE * 1000 - 1000;
    expect(await (await tokensOf(await open())).readRefresh(refresh)).toEqual({
      kind: "person",
      name: "ada",
    });
  });

  it("keep of one that signs no more only what verifies, and that no longer than its tokens last", async () => {
    const { signing } = await open();
    now += 90 * DAY;
    const { retired } = await open();
    expect(retired.map(({ kid }) => kid)).toEqual([signing.kid]);
    expect(await readFile(file(), "utf8")).not.toContain(signing.d);
    now += 91 * DAY;
    expect((await open()).retired.map(({ kid }) => kid)).not.toContain(signing.kid);
  });
});
