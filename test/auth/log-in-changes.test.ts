import { beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../local/system-clock.ts";
import { openLogIn, right } from "./support/log-in.ts";
import { type People, people } from "./support/people.ts";
import { UNTHROTTLED } from "./support/unthrottled.ts";

let everyone: People;
beforeEach(() => {
  everyone = people();
});

describe("a login", () => {
  it("is looked up again once this process has taken a way in away, and not before", async () => {
    let [changes, looked] = [0, 0];
    const again: People["again"] = (identity) => ((looked += 1), everyone.again(identity));
    const told = openLogIn({ ...everyone, again, changes: () => changes }, systemClock, UNTHROTTLED);
    for (let count = 0; count < 3; count += 1) await told(right);
    expect(looked).toBe(0);
    changes += 1;
    for (let count = 0; count < 3; count += 1) expect(await told(right)).not.toBe("unknown");
    expect(looked).toBe(1);
    everyone.revoke("ben");
    changes += 1;
    expect(await told(right)).toBe("unknown");
  });

  it("that was begun before a way in was taken away is not shared with who comes after", async () => {
    let changes = 0;
    const begun = Promise.withResolvers<void>();
    const authenticate: People["authenticate"] = async (login) => {
      const found = await everyone.authenticate(login);
      if (changes === 0) await begun.promise;
      return found;
    };
    const told = openLogIn({ ...everyone, authenticate, changes: () => changes }, systemClock, UNTHROTTLED);
    const before = told(right);
    await vi.waitFor(() => expect(everyone.looked()).toBe(1));
    everyone.revoke("ben");
    changes += 1;
    const after = told(right);
    await vi.waitFor(() => expect(everyone.looked()).toBe(2));
    begun.resolve();
    expect(await before).not.toBe("unknown");
    expect(await after).toBe("unknown");
    expect(await told(right)).toBe("unknown");
  });

  it("is looked up again, too, where a way in went while it was looked up", async () => {
    let [changes, looked] = [0, 0];
    const again: People["again"] = async (identity) => {
      const found = await everyone.again(identity);
      // Revoked just after it was found.
      if ((looked += 1) === 1) everyone.revoke("ben");
      changes += 1;
      return found;
    };
    const told = openLogIn({ ...everyone, again, changes: () => changes }, systemClock, UNTHROTTLED);
    await told(right);
    changes += 1;
    expect(await told(right)).not.toBe("unknown");
    expect(await told(right)).toBe("unknown");
    expect(looked).toBe(2);
  });
});
