import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { freshDirectory, randomFile } from "./support/images.ts";
import { uploadRequests } from "./support/recorder.ts";
import { readPushed } from "./support/repository.ts";
import { run } from "./support/run.ts";
import { built } from "./support/tools.ts";

const charts = `${inject("registry")}/clients/helm`;
/** helm refuses a larger file in a chart, and a chart of more than 100 MiB. */
const LARGEST_FILE = 5 * 1024 * 1024;

const helm = (...parameters: string[]): Promise<string> => run([built("helm"), ...parameters]);

/** Packs a chart with a real template and some large random files; returns the package's path. */
async function pack(version: string, files: number): Promise<string> {
  const directory = await freshDirectory("chart");
  const chart = join(directory, "pier");
  await mkdir(join(chart, "templates"), { recursive: true });
  await writeFile(join(chart, "Chart.yaml"), `apiVersion: v2\nname: pier\nversion: ${version}\n`);
  await writeFile(join(chart, "values.yaml"), "greeting: ahoy\n");
  const template =
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: pier}\ndata: {greeting: {{ .Values.greeting }}}\n";
  await writeFile(join(chart, "templates", "greeting.yaml"), template);
  for (let file = 0; file < files; file++) await randomFile(join(chart, `${file}.bin`), LARGEST_FILE);
  await helm("package", chart, "--destination", directory);
  return join(directory, `pier-${version}.tgz`);
}

const push = (chart: string, to: string): Promise<string> =>
  helm("push", "--plain-http", chart, `oci://${to}`);

/** Whether a chart comes back as it went. */
async function returnsWhole(version: string, files: number): Promise<boolean> {
  const chart = await pack(version, files);
  await push(chart, charts);
  const into = await freshDirectory("pulled");
  await helm("pull", "--plain-http", `oci://${charts}/pier`, "--version", version, "--destination", into);
  const pulled = await readFile(join(into, `pier-${version}.tgz`));
  return pulled.equals(await readFile(chart));
}

describe("helm", () => {
  let chart = "";

  beforeAll(async () => {
    chart = await pack("0.1.0", 1);
  });

  it("sends a blob as POST, PUT with a length", { tags: ["upload"] }, async () => {
    const requests = await uploadRequests((host) => push(chart, `${host}/clients/recorded-helm`));
    expect(requests).toBe("POST, PUT (Content-Length)");
  });

  it("pushes a chart of 20 MB and pulls back the same bytes", { tags: ["round-trip"] }, async () => {
    expect(await returnsWhole("1.0.0", 4)).toBe(true);
    expect((await readPushed(`${charts}/pier:1.0.0`)).digests).toHaveLength(3);
  });

  it("pushes the largest chart it takes, 100 MiB, and pulls back the same bytes", {
    tags: ["round-trip"],
  }, async () => {
    expect(await returnsWhole("2.0.0", 19)).toBe(true);
  });

  it("renders a chart from the registry", { tags: ["round-trip"] }, async () => {
    const rendered = await helm(
      "template",
      "pier",
      "--plain-http",
      `oci://${charts}/pier`,
      "--version",
      "1.0.0",
    );
    expect(rendered).toContain("data: {greeting: ahoy}");
  });

  it("finds the newest version in the list of tags", { tags: ["list"] }, async () => {
    expect(await helm("show", "chart", "--plain-http", `oci://${charts}/pier`)).toContain("version: 2.0.0");
    const older = await helm("show", "chart", "--plain-http", `oci://${charts}/pier`, "--version", "^1");
    expect(older).toContain("version: 1.0.0");
  });
});
