import { countOperations } from "../../test/costs/support/operations.ts";
import { countSweeps } from "../../test/costs/support/sweeps.ts";
import { countTokens } from "../../test/costs/support/tokens.ts";
import { countImage, monthOf } from "./month.ts";
import type { Counts } from "./page.ts";
import { sweepModel } from "./sweeping.ts";
import { TEAMS } from "./teams.ts";

/** Runs everything that the page tells of, on registries in memory. */
export async function count(): Promise<Counts> {
  const sweeps = sweepModel(await countSweeps());
  const image = await countImage();
  const teams = TEAMS.map((team) => ({ team, month: monthOf(team, image, sweeps) }));
  return { operations: await countOperations(), tokens: await countTokens(), teams, sweeps };
}
