import { type IMetric, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Duration } from "aws-cdk-lib/core";
import { API_FUNCTIONS, type ApiFunction, type FunctionName } from "./functions.ts";
import type { Storage } from "./storage.ts";

type PerFunction = Readonly<Record<ApiFunction, IMetric>>;

/** What AWS itself counts, over five minutes where nothing else is said; alarms and the dashboard show the same. */
export interface Metrics {
  readonly apiRequests: IMetric;
  readonly apiRefusals: IMetric;
  readonly apiErrors: IMetric;
  readonly apiLatency: (statistic: string) => IMetric;
  readonly invocations: PerFunction;
  readonly errors: PerFunction;
  readonly throttles: PerFunction;
  /** milliseconds, the longest */
  readonly durations: PerFunction;
  readonly tableReads: IMetric;
  readonly tableWrites: IMetric;
  readonly tableReadThrottles: IMetric;
  readonly tableWriteThrottles: IMetric;
  /** bytes and objects, once a day */
  readonly bucketBytes: IMetric;
  readonly bucketObjects: IMetric;
  /** in a day */
  readonly sweepRuns: IMetric;
  readonly sweepErrors: IMetric;
}

interface Sources {
  readonly apiId: string;
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>>;
  readonly table: Storage["table"];
  readonly bucket: Storage["bucket"];
}

const period = Duration.minutes(5);
const day = Duration.days(1);

export function metricsOf({ apiId, functions, table, bucket }: Sources): Metrics {
  const api = (metricName: string, statistic = "Sum") =>
    new Metric({
      namespace: "AWS/ApiGateway",
      metricName,
      dimensionsMap: { ApiId: apiId },
      statistic,
      period,
    });
  const ofTable = (metricName: string) =>
    new Metric({
      namespace: "AWS/DynamoDB",
      metricName,
      dimensionsMap: { TableName: table.tableName },
      statistic: "Sum",
      period,
    });
  const ofBucket = (metricName: string, StorageType: string) =>
    new Metric({
      namespace: "AWS/S3",
      metricName,
      dimensionsMap: { BucketName: bucket.bucketName, StorageType },
      statistic: "Average",
      period: day,
    });
  const perFunction = (metric: (lambda: LambdaFunction) => IMetric) =>
    Object.fromEntries(API_FUNCTIONS.map((name) => [name, metric(functions[name])])) as PerFunction;
  return {
    apiRequests: api("Count"),
    apiRefusals: api("4xx"),
    apiErrors: api("5xx"),
    apiLatency: (statistic) => api("Latency", statistic),
    invocations: perFunction((lambda) => lambda.metricInvocations({ period })),
    errors: perFunction((lambda) => lambda.metricErrors({ period })),
    throttles: perFunction((lambda) => lambda.metricThrottles({ period })),
    durations: perFunction((lambda) => lambda.metricDuration({ period, statistic: "Maximum" })),
    tableReads: ofTable("ConsumedReadCapacityUnits"),
    tableWrites: ofTable("ConsumedWriteCapacityUnits"),
    tableReadThrottles: ofTable("ReadThrottleEvents"),
    tableWriteThrottles: ofTable("WriteThrottleEvents"),
    bucketBytes: ofBucket("BucketSizeBytes", "StandardStorage"),
    bucketObjects: ofBucket("NumberOfObjects", "AllStorageTypes"),
    sweepRuns: functions.sweep.metricInvocations({ period: day }),
    sweepErrors: functions.sweep.metricErrors({ period: day }),
  };
}
