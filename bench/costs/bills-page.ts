import { type Allowances, billOf, type Line, totalOf } from "./bill.ts";
import { dollars, figure, table, totalText, unitOf } from "./markdown.ts";
import { ecrUsage, idleUsage, type Month } from "./month.ts";
import { PRICES, type PriceName } from "./prices.ts";
import type { SweepModel } from "./sweeping.ts";
import { sweepMilliseconds } from "./sweeping.ts";
import { IMAGE, type Team } from "./teams.ts";
import type { Usage } from "./usage.ts";

export interface TeamMonth {
  readonly team: Team;
  readonly month: Month;
}

export function billsSection(teams: readonly TeamMonth[], sweeps: SweepModel): readonly string[] {
  const columns = [idleUsage(sweeps), ...teams.map(({ month }) => month.usage)];
  const heads = ["an idle stack", ...teams.map(({ team }) => team.name)];
  return [
    "## A month's bill",
    "",
    `What the teams do, with images of ${IMAGE.newLayers + IMAGE.knownLayers} layers of ${IMAGE.layerMiB} MiB, of which a push brings ${IMAGE.newLayers} that are new and a pull fetches`,
    `${IMAGE.pulledLayers} that the client lacks:`,
    "",
    ...teamsTable(teams),
    "US dollars a month at list prices, nothing taken off:",
    "",
    ...billTable(heads, columns),
    "The same beside ECR, for the same bytes stored and sent:",
    "",
    ...comparison(teams, sweeps),
    ...sweepNote(teams, sweeps),
  ];
}

const teamsTable = (teams: readonly TeamMonth[]): string[] =>
  table(
    ["", ...teams.map(({ team }) => team.name)],
    [
      ["pushes of an image", ...teams.map(({ team }) => figure(team.pushes))],
      ["pulls of an image", ...teams.map(({ team }) => figure(team.pulls))],
      ["GB stored", ...teams.map(({ team }) => figure(team.storedGB))],
      ["GB pushed", ...teams.map(({ month }) => figure(month.pushedGB))],
      ["GB pulled", ...teams.map(({ month }) => figure(month.pulledGB))],
      ["… of which leave AWS", ...teams.map(({ team }) => `${team.internetShare * 100} %`)],
    ],
  );

export function billTable(heads: readonly string[], columns: readonly Usage[]): string[] {
  const bills = columns.map((usage) => billOf(usage));
  const names = (Object.keys(PRICES) as PriceName[]).filter((name) =>
    bills.some((lines) => lines.some((line) => line.name === name)),
  );
  return table(
    ["", ...heads],
    [
      ...names.map((name) => [unitOf(name), ...bills.map((lines) => cell(lines, name))]),
      ["**together**", ...bills.map((lines) => `**${totalText(totalOf(lines))}**`)],
    ],
  );
}

function cell(lines: readonly Line[], name: PriceName): string {
  const line = lines.find((each) => each.name === name);
  return line ? `${figure(line.quantity)} → ${dollars(line.usd)}` : "–";
}

function comparison(teams: readonly TeamMonth[], sweeps: SweepModel): string[] {
  return table(
    ["", "Berth", "ECR", "Berth, allowances taken off", "ECR, allowances taken off"],
    [
      row("an idle stack", idleUsage(sweeps), {}),
      ...teams.map(({ team, month }) => row(team.name, month.usage, ecrUsage(team, month))),
    ],
  );
}

const row = (name: string, usage: Usage, ecr: Usage) => [
  name,
  total(usage, "not taken off"),
  total(ecr, "not taken off"),
  total(usage, "taken off"),
  total(ecr, "taken off"),
];

const total = (usage: Usage, allowances: Allowances): string => totalText(totalOf(billOf(usage, allowances)));

/** seconds that a sweep has: the function's limit, without what is kept for an orderly end */
const SWEEP_SECONDS = 895;

function sweepNote(teams: readonly TeamMonth[], sweeps: SweepModel): string[] {
  const { s3Puts = 0, readUnits = 0 } = sweeps.idle;
  const most = Math.floor((SWEEP_SECONDS * 1000 - sweeps.idleMilliseconds) / sweeps.perObjectMilliseconds);
  return [
    `An idle stack pays for its daily sweep: ${figure(s3Puts)} LIST requests of S3 and ${figure(readUnits)} read units each time. Every object`,
    `that was pushed in the ${sweeps.days} days which a sweep lists costs ${figure(sweeps.perObject.readUnits ?? 0)} read units more, each time; at those milliseconds a sweep takes`,
    `${teams.map(({ team, month }) => `${figure(sweepMilliseconds(sweeps, month.objects) / 1000)} s for the ${team.name.split(" ")[0]} team`).join(", ")}, and more than about ${figure(most)} objects in those days are more than one`,
    "invocation has time for.",
    "",
  ];
}
