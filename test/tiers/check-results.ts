import { readFile } from "node:fs/promises";
import { readResults, staleness } from "./full-results.ts";
import { FULL, type Part } from "./parts.ts";
import { REPORT, RESULTS, ROOT } from "./paths.ts";
import { renderResults } from "./report.ts";
import { hashTested } from "./sources.ts";

/** Fails where the committed results of the full tier are older than the code that they speak of. */

const results = await readResults(RESULTS);
const judge = async (part: Part): Promise<string[]> => {
  if (part.lacks)
    return part.lacks().map((what) => `${part.name}: ${what}: npm run test:full -- --only ${part.name}`);
  const sources = await hashTested(ROOT, part);
  const why = staleness(results[part.name], sources);
  return why === undefined ? [] : [`${part.name} ${why}: npm run test:full -- --only ${part.name}`];
};
const complaints = (await Promise.all(FULL.map(judge))).flat();
const report = await readFile(REPORT, "utf8").catch(() => undefined);
if (report !== renderResults(results))
  complaints.push("docs/test-results.md was not written from test/results/full.json");

for (const complaint of complaints) console.log(complaint);
if (complaints.length === 0) console.log("the results of the full tier speak of this code");
else process.exitCode = 1;
