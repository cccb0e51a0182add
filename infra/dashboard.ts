import { Dashboard, GraphWidget, type IMetric, SingleValueWidget } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import type { Metrics } from "./metrics.ts";

const WIDTH = 12;

/** What is asked, how it is answered, what it costs and keeps, from the top to the bottom. */
export function createDashboard(scope: Construct, id: string, metrics: Metrics): void {
  const graph = (title: string, left: readonly IMetric[], right: readonly IMetric[] = []) =>
    new GraphWidget({ title, width: WIDTH, left: [...left], right: [...right] });
  new Dashboard(scope, id).addWidgets(
    graph(
      "Requests, refusals (4xx), and those of who sent too many (429)",
      [metrics.apiRequests, metrics.apiRefusals],
      [metrics.throttled],
    ),
    graph(
      "Failures (5xx)",
      [metrics.apiErrors, ...(metrics.doorErrors ? [metrics.doorErrors] : [])],
      Object.values(metrics.errors),
    ),
    graph("Milliseconds until the answer: half of all, and 99 of 100", [
      metrics.apiLatency("p50"),
      metrics.apiLatency("p99"),
    ]),
    graph("Milliseconds of functions, the longest", Object.values(metrics.durations)),
    graph("Calls of functions", Object.values(metrics.invocations), Object.values(metrics.throttles)),
    graph(
      "Bytes through the functions, and their cold starts",
      [metrics.bytesIn, metrics.bytesOut],
      [metrics.coldStarts],
    ),
    graph(
      "Table: reads and writes",
      [metrics.tableReads, metrics.tableWrites],
      [metrics.tableReadThrottles, metrics.tableWriteThrottles],
    ),
    graph("Sweep: runs, and failures", [metrics.sweepRuns], [metrics.sweepErrors]),
    new SingleValueWidget({
      title: "Bucket: bytes and objects",
      width: WIDTH,
      metrics: [metrics.bucketBytes, metrics.bucketObjects],
    }),
  );
}
