import { join } from "node:path";
import { checkStore } from "../../support/check-store.ts";
import { afterPowerCut, type DiskState } from "../../support/power-cut-state.ts";
import { newSeen, type Seen } from "../client.ts";
import { differences, factsOf, repoOf, type World } from "../model.ts";
import { observe } from "../observe.ts";
import { withImage } from "./image.ts";
import { type Opened, readImage, serveImage } from "./open-image.ts";
import { REPOS } from "./scenario.ts";

export interface Cut {
  readonly state: DiskState;
  /** decides what of the unsynced survives; without it nothing does */
  readonly chance?: () => number;
  /** what was acknowledged; and what the request that is running would make of it */
  readonly worlds: readonly World[];
  /** all that was ever there, by repository */
  readonly seen: ReadonlyMap<string, Seen>;
  /** with everything that `berth serve` starts, rather than only what reads */
  readonly serves: boolean;
}

/** Cuts the power, opens a registry on what is left and looks for what was acknowledged. Answers what is wrong. */
export async function inspect({ state, chance, serves, ...wanted }: Cut): Promise<string | undefined> {
  return withImage(afterPowerCut(state, chance).root, async (path) => {
    const data = join(path, "data");
    try {
      const opened = await (serves ? serveImage(data) : readImage(data));
      const complaints = await lookAt(opened, wanted);
      await opened.close();
      const { broken } = await checkStore(data);
      return [...complaints, ...broken].slice(0, 3).join("; ") || undefined;
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  });
}

async function lookAt({ connection }: Opened, { worlds, seen }: Pick<Cut, "worlds" | "seen">) {
  const facts = new Map<string, readonly string[]>();
  const wrong: string[] = [];
  for (const repo of REPOS) {
    const observed = await observe(connection, repo, seen.get(repo) ?? newSeen());
    facts.set(repo, observed.facts);
    wrong.push(...observed.wrong);
  }
  const differing = worlds.map((world) =>
    REPOS.flatMap((repo) => differences(factsOf(repoOf(world, repo)), facts.get(repo) ?? [])),
  );
  const isOneOfThem = differing.some((lines) => lines.length === 0);
  return [...wrong, ...(isOneOfThem ? [] : (differing[0] ?? []))];
}
