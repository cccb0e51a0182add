import { describe, expect, it } from "vitest";
import { createPartMemory, type PartMemory } from "../../functions/stores/part-memory.ts";

const MIB = 1024 * 1024;

/** Fills the space of a part with one value. */
async function filled(memory: PartMemory, bytes: number, value: number) {
  const space = await memory.take(bytes);
  space.bytes.fill(value);
  return space;
}

describe("memory for the parts of all requests", () => {
  it("is used again by a part of about the same length, once the one before was taken", async () => {
    const memory = createPartMemory(100 * MIB);
    const first = await filled(memory, 21 * MIB, 1);
    const beside = await filled(memory, 21 * MIB, 2);
    first.reuse();
    const next = await memory.take(20 * MIB);
    expect(next.bytes).toHaveLength(20 * MIB);
    expect(next.bytes.buffer).toBe(first.bytes.buffer);
    expect(beside.bytes.every((byte) => byte === 2)).toBe(true);
  });

  it("is not used again where somebody may still read it", async () => {
    const memory = createPartMemory(100 * MIB);
    const first = await filled(memory, 21 * MIB, 1);
    first.drop();
    first.reuse();
    const next = await filled(memory, 21 * MIB, 2);
    expect(next.bytes.buffer).not.toBe(first.bytes.buffer);
    expect(first.bytes[0]).toBe(1);
  });

  it("is never two parts' at a time, however often one is given back", async () => {
    const memory = createPartMemory(100 * MIB);
    const first = await memory.take(MIB);
    first.reuse();
    first.reuse();
    const [one, other] = [await memory.take(MIB), await memory.take(MIB)];
    expect(one.bytes.buffer).not.toBe(other.bytes.buffer);
  });

  it("counts what waits for the next part: that goes before there is more than all", async () => {
    const memory = createPartMemory(48 * MIB);
    const small = [await memory.take(8 * MIB), await memory.take(8 * MIB), await memory.take(8 * MIB)];
    const buffers = new Set(small.map(({ bytes }) => bytes.buffer));
    for (const { reuse } of small) reuse();
    const large = await memory.take(40 * MIB);
    const again = await memory.take(8 * MIB);
    expect(buffers).toContain(again.bytes.buffer);
    again.reuse();
    large.reuse();
    const all = await memory.take(48 * MIB);
    all.drop();
    const fresh = [await memory.take(8 * MIB), await memory.take(8 * MIB)];
    expect(fresh.some(({ bytes }) => buffers.has(bytes.buffer))).toBe(false);
  });

  it("makes a part wait for the next that is given back", async () => {
    const memory = createPartMemory(24 * MIB);
    const order: string[] = [];
    const first = await memory.take(21 * MIB);
    const second = (async () => {
      await memory.take(21 * MIB);
      order.push("taken");
    })();
    order.push("given back");
    first.reuse();
    await second;
    expect(order).toEqual(["given back", "taken"]);
  });
});
