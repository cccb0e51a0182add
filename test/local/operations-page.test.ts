import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { flagOf, SETTING_NAMES, SETTINGS, variableOf } from "../../local/settings.ts";

const page = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const rows = page.split("\n").filter((line) => line.startsWith("| `--"));

describe("docs/operations.md § Settings", () => {
  it("has one row for each setting, in order, as the table in settings.ts has it", () => {
    expect(rows).toEqual(
      SETTING_NAMES.map((name) => {
        const { text, fallback } = SETTINGS[name];
        const cells = [`\`${flagOf(name)}\``, `\`${variableOf(name)}\``, `\`${name}\``];
        return `| ${[...cells, fallback && `\`${fallback}\``].join(" | ")} | ${text} |`.replaceAll(
          "|  |",
          "| |",
        );
      }),
    );
  });
});
