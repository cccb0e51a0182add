import { describe, expect, it } from "vitest";
import { createTurns, type TurnLimits } from "../../shared/identities/turns.ts";

/** Work whose end the test decides, and what became of each, in the order in which it happened. */
function stage(limits: TurnLimits) {
  const inTurn = createTurns(limits);
  const happened: string[] = [];
  const running: (() => void)[] = [];
  const enter = (name: string, lane: string): void => {
    const work = () => {
      happened.push(`${name} runs`);
      const { promise, resolve } = Promise.withResolvers<void>();
      running.push(resolve);
      return promise;
    };
    inTurn(work, lane).catch((error: unknown) => happened.push(`${name}: ${String(error)}`));
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const endOne = async () => {
    await settled();
    running.shift()?.();
    await settled();
  };
  return { enter, endOne, settled, happened };
}
const REFUSED = "OciError: too many requests";

describe("turns", () => {
  it("go from lane to lane, and within one to who came first", async () => {
    const { enter, endOne, happened } = stage({ running: 1, waiting: 10 });
    for (const name of ["a1", "a2", "a3", "b1", "b2", "c1"]) enter(name, name.slice(0, 1));
    for (let count = 0; count < 6; count += 1) await endOne();
    expect(happened).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"].map((name) => `${name} runs`));
  });

  it("are refused to who fills the queue, and nobody else: others take the last places from them", async () => {
    const { enter, settled, happened } = stage({ running: 1, waiting: 4 });
    for (const name of ["a1", "a2", "a3", "a4", "a5", "a6"]) enter(name, "a");
    for (const name of ["b1", "c1"]) enter(name, name);
    await settled();
    expect(happened).toEqual(["a1 runs", ...["a6", "a5", "a4"].map((name) => `${name}: ${REFUSED}`)]);
  });

  it("are refused to newcomers where all lanes are as short as theirs", async () => {
    const { enter, settled, happened } = stage({ running: 1, waiting: 2 });
    for (const name of ["a", "b", "c", "d"]) enter(name, name);
    await settled();
    expect(happened).toEqual(["a runs", `d: ${REFUSED}`]);
  });

  it("are free again after work that fails", async () => {
    const inTurn = createTurns({ running: 1, waiting: 1 });
    await expect(inTurn(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await inTurn(async () => "done")).toBe("done");
  });
});
