import { describe, expect, it } from "vitest";
import { createThrottle } from "./throttle.ts";

describe("throttling of a stage: a token bucket", () => {
  it("admits the burst at once, then the rate", () => {
    let now = 0;
    const admits = createThrottle({ rate: 2, burst: 3 }, () => now);
    const admitted = (count: number) => Array.from({ length: count }, admits).filter(Boolean).length;
    expect(admitted(5)).toBe(3);
    now = 500;
    expect(admitted(5)).toBe(1);
    now = 60_000;
    expect(admitted(5)).toBe(3);
  });
});
