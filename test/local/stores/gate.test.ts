import { describe, expect, it } from "vitest";
import { createGate, createShared } from "../../../local/stores/gate.ts";
import { createKeyedLock } from "../../../local/stores/keyed-lock.ts";

/** Work that runs until it is told to end, and a record of what began. */
function controlled() {
  const began: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (name: string) => {
    began.push(name);
    return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
  };
  return { began, run, end: (name: string) => ends.get(name)?.() };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("a gate", () => {
  it("lets only so many through at a time, in the order of asking, also after failures", async () => {
    const gate = createGate(2);
    const { began, run, end } = controlled();
    const failing = gate(() => run("a").then(() => Promise.reject(new Error("a failed"))));
    const others = Promise.all(["b", "c", "d"].map((name) => gate(() => run(name))));
    await turn();
    expect(began).toEqual(["a", "b"]);
    end("a");
    await expect(failing).rejects.toThrow("a failed");
    await turn();
    expect(began).toEqual(["a", "b", "c"]);
    end("b");
    await turn();
    end("c");
    end("d");
    expect(await others).toEqual(["b", "c", "d"]);
  });
});

describe("shared work", () => {
  it("is done once for all who asked before it began, and anew for who comes later", async () => {
    const gate = createGate(1);
    const { began, run, end } = controlled();
    const shared = createShared(run, gate);
    const first = shared("x");
    const later = [shared("x"), shared("x")];
    await turn();
    expect(began).toEqual(["x"]);
    end("x");
    await first;
    await turn();
    expect(began).toEqual(["x", "x"]);
    end("x");
    expect(await Promise.all(later)).toEqual(["x", "x"]);
  });
});

describe("a keyed lock", () => {
  it("runs the work of one key in turn, though the one before failed, and other keys beside it", async () => {
    const locked = createKeyedLock();
    const { began, run, end } = controlled();
    const failing = locked("k", () => run("a").then(() => Promise.reject(new Error("a failed"))));
    const second = locked("k", () => run("b"));
    const other = locked("other", () => run("c"));
    await turn();
    expect(began).toEqual(["a", "c"]);
    end("a");
    await expect(failing).rejects.toThrow("a failed");
    await turn();
    expect(began).toEqual(["a", "c", "b"]);
    end("b");
    end("c");
    expect(await Promise.all([second, other])).toEqual(["b", "c"]);
  });
});
