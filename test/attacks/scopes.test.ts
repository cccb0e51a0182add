import { describe, expect, it } from "vitest";
import { attacked } from "./support/attacked.ts";
import { ADMINISTRATION, DELETE, everything } from "./support/attempts.ts";

const berth = attacked();
const FORBIDDEN = [
  DELETE,
  ...everything("shop/ab"),
  ...everything("other").slice(0, 8),
  ...ADMINISTRATION.slice(0, 4),
];

describe("a scope with an odd name", () => {
  it.each([
    "repository:*:pull",
    "repository:**:pull,push,delete",
    "repository:shop/*:pull",
    "repository:shop/a,shop/ab:pull",
    'repository:shop/a","actions":["*"]:pull',
    "repository:shop/a/../ab:pull",
    "repository:shop/a/../../other:pull",
    "repository:shop%2Fab:pull",
    "repository:shop/a\u0000b:pull",
    "repository:shop/ab\n:pull",
    "repository:SHOP/AB:pull",
    "repository:shop/a:pull repository:shop/ab:pull",
    "registry:catalog:*,registry:berth:admin",
    "repository:shop/a:pull,push,delete,admin,*)(",
    "repository(plugin):shop/ab:pull",
    "(repository):shop/ab:pull",
    "repository:__proto__:pull",
    "*:*:*",
    ":::",
    "",
  ])("opens no more than its caller's rights: %j", async (scope) => {
    const token = await berth.tokenFor(berth.people().ben, scope);
    for (const status of await berth.outcomes(FORBIDDEN, { token })) expect([401, 403]).toContain(status);
  });

  it("is in the token for nobody who has no rights, as often as it is asked for", async () => {
    const scopes = Array.from({ length: 20 }, () => "repository:other:pull,push,delete");
    const token = await berth.tokenFor(undefined, ...scopes);
    expect(await berth.outcomes(everything("other"), { token })).toEqual([401]);
  });
});
