import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { CLIENTS, type ClientOrigin, GO_TOOLS } from "../../tools/versions.ts";
import { clientsPage, type Finding } from "./table.ts";

const PAGE = "docs/clients.md";

/** Writes docs/clients.md after a run of the full tier, of all clients, against Berth. Any other run leaves it alone. */
export default class ClientsPageReporter implements Reporter {
  /** of the start: others may commit while a long run goes on */
  #revision = "";

  onInit(): void {
    this.#revision = output("git", "rev-parse", "--short", "HEAD");
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const { BERTH_TEST_TIER, BERTH_TEST_URL } = process.env;
    const findings = modules.flatMap((module) => [...module.children.allTests()].map(findingOf));
    const order = Object.keys(CLIENTS);
    const isComplete = order.every((name) => findings.some(({ client }) => client === name));
    if (BERTH_TEST_TIER !== "full" || BERTH_TEST_URL !== undefined || !isComplete) return;
    const page = clientsPage({
      findings: findings.toSorted((one, other) => order.indexOf(one.client) - order.indexOf(other.client)),
      versions: new Map(Object.entries(CLIENTS).map(([name, origin]) => [name, versionOf(origin)])),
      revision: this.#revision,
      date: new Date().toISOString().slice(0, 10),
    });
    writeFileSync(PAGE, page);
    console.log(`wrote ${PAGE}`);
  }
}

const findingOf = (test: TestCase): Finding => ({
  client: test.parent.type === "suite" ? test.parent.name : test.name,
  tags: test.tags,
  sentence: test.name,
  passed: test.result().state === "passed",
});

function versionOf(origin: ClientOrigin): string {
  if (origin.kind === "go") return GO_TOOLS[origin.tool].version.replace("v", "");
  const version = output("dpkg-query", "--show", "--showformat=${source:Upstream-Version}", origin.package);
  return `${version.split("+")[0]?.split("~")[0]} (Debian)`;
}

const output = (file: string, ...parameters: string[]): string =>
  execFileSync(file, parameters, { encoding: "utf8" }).trim();
