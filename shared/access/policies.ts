import type { Clock } from "../ports/clock.ts";
import type { Check, Item, Table } from "../ports/table.ts";
import { numberOf, textOf } from "../registry/attributes.ts";
import { type Demand, NOTHING_ELSE } from "../registry/demand.ts";
import { keys } from "../registry/keyspace.ts";
import { done, untilDone } from "../registry/retry.ts";
import type { IssuerOptions } from "./parse-issuer.ts";
import { parsePolicy } from "./parse-policy.ts";
import type { Policy } from "./policy.ts";

/** Where a policy comes from: that of a registry which was given none, a file's, or one that was set while it ran. */
export type PolicySource =
  | { readonly kind: "built-in" | "file" }
  | {
      readonly kind: "set";
      /** milliseconds since 1970 */
      readonly since: number;
      /** who set it */
      readonly actor: string;
    };

export interface PolicyInForce {
  readonly policy: Policy;
  /** as it was written */
  readonly text: string;
  readonly source: PolicySource;
}

/** The policy in force: one that was set at run time, before the one that the registry was started with. */
export interface Policies {
  /** the one that the registry was started with */
  readonly start: PolicyInForce;
  /** PolicyError, with every complaint */
  readonly parse: (text: string) => Policy;
  /** As it was at most REMEMBERED ago in another process, and at once in this one. */
  readonly inForce: () => Promise<PolicyInForce>;
  /** As it is in this moment in all processes, and what holds as long as no other is. */
  readonly latest: () => Promise<PolicyInForce & { readonly unchanged: Check }>;
  /** Puts a policy in force until `reset`. PolicyError where the text is none; nothing changes then. */
  readonly set: (text: string, actor: string, demand?: Demand) => Promise<PolicyInForce>;
  /** Puts the one in force that the registry was started with. */
  readonly reset: (demand?: Demand) => Promise<PolicyInForce>;
}

export interface PolicyPorts extends IssuerOptions {
  readonly table: Table;
  readonly clock: Clock;
  /** what the registry was started with; absent: BUILT_IN */
  readonly file?: string;
  /** the same, as other `Policies` have read it already */
  readonly start?: PolicyInForce;
}

/** Who makes a registry's first administrator is let do everything, and nobody else anything. */
const BUILT_IN = `version: 1
rules:
  - who: user:admin
    may: [pull, push, delete, admin]
    on: "**"
`;

/** milliseconds for which rights are taken from memory, so that a pull reads no policy */
export const REMEMBERED = 10_000;

/** PolicyError where the file is no policy. */
export function createPolicies({ table, clock, file, start: known, ...options }: PolicyPorts): Policies {
  const start = known ?? startOf(file, options);
  const parse = rememberLast((text) => parsePolicy(text, options));
  let memory: { readonly until: number; readonly found: Promise<PolicyInForce> } | undefined;

  const inForceBy = (item: Item | undefined): PolicyInForce => {
    if (!item) return start;
    const text = textOf(item, "text");
    return { policy: parse(text), text, source: sourceOf(item) };
  };
  const read = async () => inForceBy(await table.get(keys.policy, "strong"));
  const readAgain = (): Promise<PolicyInForce> => {
    const found = read();
    const reading = { until: clock.now() + REMEMBERED, found };
    memory = reading;
    const forget = () => {
      if (memory === reading) memory = undefined;
    };
    found.catch(forget);
    return found;
  };
  return {
    start,
    parse,
    inForce: () => (memory && clock.now() < memory.until ? memory.found : readAgain()),
    latest: async () => {
      const item = await table.get(keys.policy, "strong");
      const unchanged: Check = { op: "check", key: keys.policy, only: [asSeen(item)] };
      return { ...inForceBy(item), unchanged };
    },
    set: async (text, actor, demand = NOTHING_ELSE) => {
      parse(text);
      await write(table, clock, { text, actor, demand });
      return readAgain();
    },
    reset: async (demand = NOTHING_ELSE) => {
      await remove(table, clock, demand);
      return readAgain();
    },
  };
}

function startOf(file: string | undefined, options: IssuerOptions): PolicyInForce {
  const text = file ?? BUILT_IN;
  const kind = file === undefined ? "built-in" : "file";
  return { policy: parsePolicy(text, options), text, source: { kind } };
}

const sourceOf = (item: Item): PolicySource => ({
  kind: "set",
  since: numberOf(item, "created"),
  actor: textOf(item, "actor"),
});

/** Of two that set one at once, the later wins whole. A try whose answer was lost is written again. */
function write(
  table: Table,
  clock: Clock,
  { text, actor, demand }: { readonly text: string; readonly actor: string; readonly demand: Demand },
): Promise<void> {
  const attributes = { text, actor, created: clock.now(), stamp: clock.newId() };
  return untilDone<void>(clock, async () => {
    const item = await table.get(keys.policy, "strong");
    const put = { op: "put", key: keys.policy, attributes, only: [asSeen(item)] } as const;
    const result = await table.transact([put, ...(await demand())]);
    return result.outcome === "written" ? done(undefined) : result;
  });
}

function remove(table: Table, clock: Clock, demand: Demand): Promise<void> {
  return untilDone<void>(clock, async () => {
    const also = await demand();
    const item = await table.get(keys.policy, "strong");
    if (!item) return done(undefined);
    const result = await table.transact([{ op: "delete", key: keys.policy, only: [asSeen(item)] }, ...also]);
    return result.outcome === "written" ? done(undefined) : result;
  });
}

const asSeen = (item: Item | undefined) =>
  item
    ? ({ kind: "equals", attribute: "stamp", value: textOf(item, "stamp") } as const)
    : ({ kind: "absent" } as const);

function rememberLast<Value>(make: (text: string) => Value): (text: string) => Value {
  let last: { readonly text: string; readonly value: Value } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, value: make(text) };
    return last.value;
  };
}
