import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FUNCTION_NAMES } from "../../infra/functions.ts";
import { parseTeamSettings } from "../../infra/settings.ts";
import { resourcesOf, synthesize } from "./support/synth.ts";

const page = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");
const template = synthesize({ settings: { customerKey: true } });
const PARAMETERS = Object.keys(template.Parameters);

/** The cells of the table's rows whose first cell holds nothing but names. */
const rowsOf = (section: string): readonly (readonly string[])[] =>
  (page.split(`\n## ${section}\n`)[1]?.split("\n## ")[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, -1));
const namesIn = (cell = ""): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

describe("docs/deploy.md § Settings", () => {
  const defaults = parseTeamSettings("main", {});
  const rows = rowsOf("Settings");

  it("has a row for every setting, and for no other", () => {
    expect(rows.flatMap(([names]) => namesIn(names))).toEqual(Object.keys(defaults));
  });

  it("says of each its parameter and its default", () => {
    for (const [names, parameter, fallback] of rows) {
      const [name = ""] = namesIn(names);
      const inStack = name.replace(/^./, (letter) => letter.toUpperCase());
      expect(namesIn(parameter)).toEqual(PARAMETERS.includes(inStack) ? [inStack] : []);
      const value = Object.entries(defaults).find(([key]) => key === name)?.[1] ?? "";
      const told = typeof value === "object" ? JSON.stringify(value) : String(value);
      expect([name, namesIn(fallback)]).toEqual([name, told === "" ? [] : [told]]);
    }
  });

  it("names in its command for one parameter all the others, which would fall back to their defaults", () => {
    const [, kept = ""] = /\$\(for p in ([\w ]+); do/.exec(page) ?? [];
    expect(["LogLevel", ...kept.split(" ")].toSorted()).toEqual(PARAMETERS.toSorted());
  });
});

describe("docs/deploy.md", () => {
  it("has an answer to every alarm", () => {
    const alarms = Object.entries(template.Resources).flatMap(([id, { Type }]) =>
      Type === "AWS::CloudWatch::Alarm" ? [id.replace(/^Alarms(\w+)[0-9A-F]{8}$/, "$1")] : [],
    );
    const answered = rowsOf("Logs, alarms").flatMap(([names]) => namesIn(names));
    expect(answered.toSorted()).toEqual(alarms.toSorted());
  });

  it("shows every output that a registry without alarms has", () => {
    const outputs = Object.entries(template.Outputs).filter(([, { Condition }]) => Condition === undefined);
    const shown = [...page.matchAll(/^berth-main\.(\w+) = /gm)].map(([, name = ""]) => name);
    expect(["KeyArn", ...shown].toSorted()).toEqual(outputs.map(([name]) => name).toSorted());
  });

  it("counts the functions, the alarms and the metrics that these look at", () => {
    const numbers = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];
    const alarms = resourcesOf(template, "AWS::CloudWatch::Alarm");
    expect(page).toContain(`${numbers[FUNCTION_NAMES.length]} functions`);
    expect(page).toContain(`${numbers[alarms.length]} alarms`);
    const metrics = alarms.reduce((sum, { Properties: { Metrics } }) => {
      const looked = ((Metrics ?? [{ MetricStat: {} }]) as readonly object[]).filter(
        (one) => "MetricStat" in one,
      );
      return sum + looked.length;
    }, 0);
    expect(page).toContain(`${metrics} alarm metrics`);
  });
});
