import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase } from "vitest/node";
import { type Cell, merged, readCells, writeCells } from "./cells.ts";
import { CLIENTS } from "./clients.ts";
import { doorClientsPage } from "./page.ts";
import { wordsOf } from "./words.ts";

const PAGE = "docs/door-clients.md";

/** Takes each cell that the full tier has tried into the results and into docs/door-clients.md: also of a part of the run. */
export default class DoorClientsReporter implements Reporter {
  /** of the start: others may commit while a long run goes on */
  #revision = "";

  onInit(): void {
    this.#revision = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  }

  onTestCaseResult(test: TestCase): void {
    const cell = cellOf(test);
    if (process.env["BERTH_TEST_TIER"] !== "full" || cell === undefined) return;
    const about = { date: new Date().toISOString().slice(0, 10), revision: this.#revision };
    const cells = merged(readCells(), [{ ...cell, ...about }]);
    writeCells(cells);
    writeFileSync(PAGE, doorClientsPage(CLIENTS, cells));
  }
}

/** undefined for what was left out */
function cellOf(test: TestCase): Cell | undefined {
  const { cell } = test.meta();
  const result = test.result();
  if (cell === undefined || result.state === "passed") return cell;
  return { ...cell, kind: "failed", words: wordsOf(result.errors?.[0]?.message ?? result.state) };
}
