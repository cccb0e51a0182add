import { expect } from "vitest";
import { ask, offsetOf } from "./door-client.ts";
import type { DoorStand } from "./door-stand.ts";
import type { Fault } from "./fault-proxy.ts";
import { byPut, type Layer, layerOf, type Push, type Told } from "./pushes.ts";

const MOST_CALLS = 60;

export interface EachCall {
  readonly door: DoorStand;
  readonly push: Push;
  /** makes the layers of these pushes others than those of the rest */
  readonly seed: string;
  /** bytes of each layer; two parts where it is not given */
  readonly size?: number;
  /** what befalls the one call */
  readonly fault: Fault;
}

export interface Struck {
  readonly call: string;
  readonly told: Told;
  /** what it was told when it went on, where it was not told of a success */
  readonly again: Told | undefined;
}

/**
 * Runs the push once for each of its calls of a store, and lets the fault befall that one. After each, nothing that was
 * acknowledged is lost, and a client that was told of no success has it when it goes on and when it begins anew.
 */
export async function atEachCall({ door, push, seed, size, fault }: EachCall): Promise<readonly Struck[]> {
  const struck: Struck[] = [];
  for (let turn = 0; turn < MOST_CALLS; turn += 1) {
    const layer = layerOf(`${seed} ${turn}`, size);
    const path = await door.begin();
    await push.begun?.(door, path, layer);
    const calls: string[] = [];
    door.strike((call) => {
      calls.push(call);
      return calls.length === turn + 1 ? fault : undefined;
    });
    const told = await push.run(door, path, layer);
    await door.recover();
    const call = calls[turn];
    if (call === undefined) {
      expect(told.created, "the push that nothing has befallen").toBe(true);
      return struck;
    }
    struck.push({ call, told, again: await expectWell(door, { push, path, layer, told }) });
  }
  throw new Error(`a push of ${MOST_CALLS} calls: are they counted?`);
}

/** Neighbours that came to the same, in one line: the calls, and what the client was told of its push, and again. */
export function summed(struck: readonly Struck[]): readonly (readonly [calls: string, told: string])[] {
  const groups: { readonly calls: Set<string>; readonly told: string }[] = [];
  for (const { call, told, again } of struck) {
    const outcome = [told, ...(again ? [again] : [])]
      .map(({ statuses }) => statuses.join(", "))
      .join("; again: ");
    const last = groups.at(-1);
    if (last?.told === outcome) last.calls.add(call);
    else groups.push({ calls: new Set([call]), told: outcome });
  }
  return groups.map(({ calls, told }) => [[...calls].join(", "), told]);
}

interface Pushed {
  readonly push: Push;
  readonly path: string;
  readonly layer: Layer;
  readonly told: Told;
}

/**
 * Nothing is lost, and the same client succeeds, if it has not yet: when it goes on, and when it begins anew. Answers
 * what it was told when it went on.
 */
export async function expectWell(
  door: DoorStand,
  { push, path, layer, told }: Pushed,
): Promise<Told | undefined> {
  const isThere = await door.isThere(layer.digest);
  if (told.created) {
    expect(isThere, "what was created is there").toBe(true);
    return undefined;
  }
  if (told.acknowledged > 0 && !isThere) {
    const status = await ask(door.port, { method: "GET", path });
    expect(offsetOf(status), "what was acknowledged is there").toBeGreaterThanOrEqual(told.acknowledged);
  }
  const again = await push.again(door, path, layer);
  expect(again, "the same client goes on").toMatchObject({ created: true });
  const anew = await byPut.run(door, await door.begin(), layer);
  expect(anew, "the same client begins anew").toMatchObject({ created: true });
  expect(await door.isThere(layer.digest)).toBe(true);
  return again;
}
