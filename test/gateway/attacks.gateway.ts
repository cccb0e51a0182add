import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { type Attempt, attacked } from "../attacks/support/attacked.ts";
import { byHead, everything, notByHead } from "../attacks/support/attempts.ts";
import { useAttackedHome } from "../attacks/support/home.ts";
import { attackedStack } from "./support/attacked-stack.ts";

const stack = attackedStack();
useAttackedHome(stack.home);

// Every attack on the embedded registry is one on this stack: whoever adds a file there, adds it here.
const folder = new URL("../attacks/", import.meta.url);
for (const file of await readdir(folder))
  if (file.endsWith(".test.ts")) await import(new URL(file, folder).pathname);

const berth = attacked();
/** The same, of another host. */
const at = (host: string, attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.map((attempt) => ({ ...attempt, path: new URL(attempt.path, host).href }));

describe("a program of the stack that is asked past the edge", () => {
  it("does its one thing and no other, whoever asks: the upload door", async () => {
    const token = await berth.tokenFor(berth.people().ada, "repository:other:pull,push,delete");
    const others = [{ path: "/v2/" }, { path: "/v2/_catalog" }, { path: "/token" }];
    const tried = at(stack.door(), [...everything("other"), ...others]);
    for (const as of [undefined, berth.people().admin, { token }])
      expect(await berth.outcomes(tried, as)).toEqual([404]);
  });

  it("does its one thing and no other, whoever asks: what answers HEAD", async () => {
    const { admin, ben } = berth.people();
    const all = at(stack.heads(), everything("other"));
    expect(await berth.outcomes(notByHead(all), admin)).toEqual([405]);
    expect(await berth.outcomes(byHead(all), admin)).toEqual([200]);
    expect(await berth.outcomes(byHead(all), ben)).toEqual([404]);
    expect(await berth.outcomes(byHead(all))).toEqual([401]);
  });
});

describe("what only who has rights in the account may have of a function", () => {
  it("is not had by HTTP: the first administrator", async () => {
    const body = '{"firstAdmin":true}';
    const headers = { "content-type": "application/json" };
    for (const path of ["/v2/_berth/people", "/v2/_berth/", "/v2/_berth/keys", "/"])
      for (const status of await berth.outcomes([{ path, method: "POST", body, headers }]))
        expect([401, 404, 405]).toContain(status);
  });
});
