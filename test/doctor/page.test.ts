import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import { flagOf, SETTING_NAMES } from "../../local/settings.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/doctor.md");

describe("docs/doctor.md § Checks", () => {
  it("has one row for each check, in order, as the checks have it", () => {
    const rows = page.split("\n").filter((line) => /^\| `[a-z]+\.[a-z-]+` /.test(line));
    const escaped = (text: string) => text.replaceAll("|", "\\|").replaceAll("<", "\\<");
    expect(rows).toEqual(
      CHECKS.map(({ id, title, cure }) => `| \`${id}\` | ${escaped(title)} | ${escaped(cure)} |`),
    );
  });

  it("has ids that are unique", () => {
    expect(new Set(CHECKS.map(({ id }) => id)).size).toBe(CHECKS.length);
  });
});

describe("every setting that a cure names exists", () => {
  const cures = `${CHECKS.map(({ cure }) => cure).join("\n")}\n${read("local/doctor/check.ts")}`;
  const named = (pattern: RegExp) => [...new Set(cures.match(pattern) ?? [])].toSorted();

  it("as a flag of berth serve, of the doctor, or of cdk deploy", () => {
    const flags = ["--large-size", "--no-aws", "--parameters", ...SETTING_NAMES.map(flagOf)];
    expect(named(/--[a-z][a-z-]+/g).filter((flag) => !flags.includes(flag))).toEqual([]);
    expect(named(/--[a-z][a-z-]+/g)).toContain("--upload-expiry");
  });

  it("as a parameter, a setting or a function of the stack", () => {
    const parameters = ["HeadBlob", "HeadBody", "ThrottleBurst", "ThrottleRate", "UploadIdleHours"];
    expect(named(/\b(?:Head[A-Z]\w+|Throttle[A-Z]\w+|Upload[A-Z]\w+)\b/g)).toEqual(parameters);
    for (const name of parameters) expect(read("infra/parameters.ts")).toContain(`"${name}"`);
    for (const name of ["headBody:", "headBlob:"]) expect(read("infra/settings.ts")).toContain(name);
    expect(read("infra/teams.ts")).toContain('"open"');
    for (const name of ["deep", "tags", "referrers"]) {
      expect(cures).toContain(`function '${name}'`);
      expect(read("infra/functions.ts")).toContain(`  ${name}: {`);
    }
  });
});
