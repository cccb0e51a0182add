import { afterEach, describe, expect, it, vi } from "vitest";
import { createMetrics } from "../../functions/telemetry/metrics.ts";
import { resourceOf, resourcesOf, synthesize } from "./support/synth.ts";

/** CloudWatch's embedded metric format, `_aws`: which of a line's fields are metrics, which their dimensions. */
interface Embedding {
  readonly CloudWatchMetrics: readonly [
    {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    },
  ];
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe("dashboard: what a team sees that sets it", () => {
  const body = JSON.stringify(
    resourceOf(synthesize({ settings: { dashboard: true } }), "AWS::CloudWatch::Dashboard").Properties,
  );

  it("is nothing until then: a dashboard costs money", () => {
    expect(resourcesOf(synthesize(), "AWS::CloudWatch::Dashboard")).toEqual([]);
  });

  it("is of the API, the functions, the table and the bucket", () => {
    for (const part of ["AWS/ApiGateway", "AWS/Lambda", "AWS/DynamoDB", "AWS/S3"])
      expect(body).toContain(part);
  });

  it("is what the functions themselves publish, under the names and dimensions that they publish it under", () => {
    const published = publishedBy("main", 429);
    const shown = [
      ...body.matchAll(/\\"(\w+)\\",\\"(\w+)\\",\\"service\\",\\"(\w+)\\",\\"team\\",\\"(\w+)\\"/g),
    ].map(([, namespace, name, service, team]) => ({ namespace, name, dimensions: { service, team } }));
    expect(shown.map(({ name }) => name)).toEqual(["Throttled", "BytesIn", "BytesOut", "ColdStart"]);
    for (const metric of shown) expect(published).toContainEqual(metric);
  });

  it("has a metric of who sent too many only where somebody does, since each costs by the month", () => {
    const named = (status: number) => publishedBy("main", status).map(({ name }) => name);
    expect(named(200)).not.toContain("Throttled");
    expect(named(429)).toContain("Throttled");
  });
});

/** The metrics that CloudWatch makes of what a function writes for one request. */
function publishedBy(team: string, status: number) {
  const written: string[] = [];
  // Lambda sets it; without it Powertools takes no start for a cold one.
  vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
  vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  createMetrics(team)({ status, bytesIn: 1, bytesOut: 2 });
  vi.restoreAllMocks();
  return written.flatMap((line) => {
    const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const [{ Namespace: namespace, Dimensions, Metrics }] = (fields["_aws"] as Embedding).CloudWatchMetrics;
    const dimensions = Object.fromEntries((Dimensions[0] ?? []).map((name) => [name, fields[name]]));
    return Metrics.map(({ Name: name }) => ({ namespace, name, dimensions }));
  });
}
