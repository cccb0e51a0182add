import { createHook } from "node:async_hooks";
import { describe, expect, it } from "vitest";
import { createPasswords } from "../../shared/identities/passwords.ts";
import { GUESS } from "./support.ts";

const SALT = "c2FsdA";
const cheap = { logN: 4, r: 8, p: 1 };

/** How many scrypt calculations `work` has begun. */
async function calculations(work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const hook = createHook({
    init: (_id, type) => {
      if (type === "SCRYPTREQUEST") count += 1;
    },
  }).enable();
  await work();
  hook.disable();
  return count;
}

describe("a stored password", () => {
  it("has its parameters beside it, and goes on to match when the parameters change", async () => {
    const stored = await createPasswords(cheap).hash(GUESS, SALT);
    expect(stored).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$c2FsdA\$[\w-]{43}$/);
    const later = createPasswords({ logN: 5, r: 8, p: 2 });
    expect(await later.matches(GUESS, stored)).toBe(true);
    expect(await later.matches(`${GUESS} `, stored)).toBe(false);
    expect(await later.hash(GUESS, SALT)).toMatch(/ln=5,r=8,p=2/);
  });

  it("costs 16 MiB and five rounds of 2^14 in earnest", async () => {
    expect(await createPasswords().hash(GUESS, SALT)).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
  });

  it("is as much work where there is none as where it is another", async () => {
    const passwords = createPasswords(cheap);
    const stored = await passwords.hash(GUESS, SALT);
    expect(await calculations(() => passwords.matches("another", stored))).toBe(1);
    expect(await calculations(() => passwords.matches("another", undefined))).toBe(1);
    expect(await passwords.matches("another", undefined)).toBe(false);
  });
});
