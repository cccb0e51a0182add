import { goTool } from "../../tools/go-tool.ts";
import { isZotForgiven, NO_ZOT } from "./zot-here.ts";

/** Builds what is missing before the tests' clocks run, and says what is not run here. */
export default async function setup(): Promise<void> {
  for (const name of ["registry", "crane", "oras"] as const) await goTool(name);
  if (isZotForgiven(process.env)) console.log(`*** NOT RUN here: zot: ${NO_ZOT} ***`);
}
