import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { NAMESPACE, SERVICE } from "./names.ts";

/** What a request counts for. */
export interface Counts {
  readonly status: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/**
 * Counts requests in CloudWatch's embedded metric format. The team is the only dimension: CloudWatch takes money for each
 * combination of a metric and its dimensions, and which function it was Lambda's own metrics and the log lines tell.
 */
export function createMetrics(team: string): (counts: Counts) => void {
  const metrics = new Metrics({
    namespace: NAMESPACE,
    serviceName: SERVICE,
    defaultDimensions: { team },
  });
  return ({ status, bytesIn, bytesOut }) => {
    metrics.captureColdStartMetric();
    metrics.addMetric("Requests", MetricUnit.Count, 1);
    metrics.addMetric("Errors", MetricUnit.Count, status >= 500 ? 1 : 0);
    // Where nobody asks too much there is no such metric, and none to pay for.
    if (status === 429) metrics.addMetric("Throttled", MetricUnit.Count, 1);
    metrics.addMetric("BytesIn", MetricUnit.Bytes, bytesIn);
    metrics.addMetric("BytesOut", MetricUnit.Bytes, bytesOut);
    metrics.publishStoredMetrics();
  };
}
