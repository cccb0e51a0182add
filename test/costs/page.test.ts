import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { count } from "../../bench/costs/count.ts";
import { pageOf } from "../../bench/costs/page.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/costs.md"), "utf8");

describe("docs/costs.md", () => {
  // Write it anew by `npm run costs`, and look at what has become dearer.
  it("is what the script writes now", { timeout: 120_000 }, async () => {
    expect(pageOf(await count())).toBe(PAGE);
  });
});
