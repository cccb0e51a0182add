import type { Operation } from "../../test/costs/support/operations.ts";
import type { CountedToken } from "../../test/costs/support/tokens.ts";
import { billsSection, type TeamMonth } from "./bills-page.ts";
import { assumptionsSection, formulasSection, pricesSection } from "./notes-page.ts";
import { callsSection, priceSection } from "./operations-page.ts";
import type { SweepModel } from "./sweeping.ts";
import { tokensSection } from "./tokens-page.ts";

export interface Counts {
  readonly operations: readonly Operation[];
  readonly tokens: readonly CountedToken[];
  readonly teams: readonly TeamMonth[];
  readonly sweeps: SweepModel;
}

/** docs/costs.md: the same for the same code, whenever and wherever it is written. */
export const pageOf = ({ operations, tokens, teams, sweeps }: Counts): string =>
  [
    "# What a registry on AWS costs",
    "",
    "Written by `npm run costs`; a test fails while it is not what that writes. Counts are counted, prices are list prices with",
    "their source, and what nobody has measured is marked as assumed.",
    "",
    ...callsSection(operations),
    ...priceSection(operations),
    ...billsSection(teams, sweeps),
    ...tokensSection(tokens, teams),
    ...formulasSection,
    ...assumptionsSection,
    ...pricesSection(),
  ]
    .join("\n")
    .trimEnd()
    .concat("\n");
