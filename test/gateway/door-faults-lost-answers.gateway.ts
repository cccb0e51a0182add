import { describe, expect, it } from "vitest";
import { useDoor } from "./door-faults/door-stand.ts";
import { atEachCall, summed } from "./door-faults/each-call.ts";
import { useFindings } from "./door-faults/findings.ts";
import { byGoingOn, byPatch, byPut, SMALL_LAYER } from "./door-faults/pushes.ts";

const tell = useFindings("The answer of each call of a store lost once");
const door = useDoor();
const MINUTES = 300_000;

describe("the answer of a call of a store that is lost, whichever it is", { timeout: MINUTES }, () => {
  it.each([
    { name: "PATCH and an empty PUT", push: byPatch },
    { name: "one PUT", push: byPut, size: SMALL_LAYER },
    { name: "status, PATCH of the rest, empty PUT", push: byGoingOn },
  ])("is not noticed by a client: $name", async ({ name, push, size }) => {
    const struck = await atEachCall({
      door,
      push,
      seed: `lost: ${name}`,
      ...(size && { size }),
      fault: { kind: "lost" },
    });
    for (const [calls, told] of summed(struck)) tell(`${name}: ${calls}`, told);
    expect(struck.map(({ told }) => told.created)).not.toContain(false);
  });
});
