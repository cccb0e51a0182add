import type { Check } from "../ports/table.ts";

/** What else has to hold for a write to happen, asked anew at each try of it; throws an OciError where it can't hold. */
export type Demand = () => Promise<readonly Check[]>;

export const NOTHING_ELSE: Demand = async () => [];
