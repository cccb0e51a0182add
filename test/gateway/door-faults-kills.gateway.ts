import { describe, expect, it } from "vitest";
import { useDoor } from "./door-faults/door-stand.ts";
import { atEachCall, summed } from "./door-faults/each-call.ts";
import { useFindings } from "./door-faults/findings.ts";
import { byGoingOn, byPatch, byPut, SMALL_LAYER } from "./door-faults/pushes.ts";

const tell = useFindings("The door killed (kill -9) behind each call of a store");
const door = useDoor();
const MINUTES = 300_000;

describe("a door that is killed between a call of a store and its answer, whichever it is", {
  timeout: MINUTES,
}, () => {
  it.each([
    { name: "PATCH and an empty PUT", push: byPatch },
    { name: "one PUT", push: byPut, size: SMALL_LAYER },
    { name: "status, PATCH of the rest, empty PUT", push: byGoingOn },
  ])("lets the client go on, and begin anew, at the next door: $name", async ({ name, push, size }) => {
    const fault = { kind: "lost", meanwhile: door.kill } as const;
    const struck = await atEachCall({ door, push, seed: `killed: ${name}`, ...(size && { size }), fault });
    for (const [calls, told] of summed(struck)) tell(`${name}: ${calls}`, told);
    expect(struck.map(({ told }) => told.statuses.at(-1))).toEqual(struck.map(() => "cut"));
  });
});
