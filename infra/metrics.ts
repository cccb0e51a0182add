import { type IMetric, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Duration } from "aws-cdk-lib/core";
import { NAMESPACE, SERVICE } from "../functions/telemetry/names.ts";
import {
  API_FUNCTIONS,
  type ApiFunction,
  type FunctionName,
  LOGIN_FUNCTION_NAMES,
  type LoginFunction,
} from "./functions.ts";
import type { Login } from "./login.ts";
import type { Storage } from "./storage.ts";

/** Of all that the API calls. */
type PerFunction = { readonly [name in ApiFunction | LoginFunction]?: IMetric };

/** What AWS and the functions count, over five minutes where nothing else is said; alarms and the dashboard show the same. */
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
  /** answers of the upload door with 5xx, where there is one */
  readonly doorErrors: IMetric | undefined;
  /** bytes of bodies that came to and went from the functions; what S3 sends is not among them */
  readonly bytesIn: IMetric;
  readonly bytesOut: IMetric;
  readonly coldStarts: IMetric;
  /** requests of who had sent too many; published where there are some, so that it costs nothing until then */
  readonly throttled: IMetric;
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
  readonly team: string;
  readonly apiId: string;
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>> & Partial<Login>;
  readonly table: Storage["table"];
  readonly bucket: Storage["bucket"];
  readonly doorErrors: IMetric | undefined;
}

const period = Duration.minutes(5);
const day = Duration.days(1);

const metric =
  (namespace: string, dimensionsMap: Readonly<Record<string, string>>) =>
  (metricName: string, statistic = "Sum", over = period): IMetric =>
    new Metric({ namespace, metricName, dimensionsMap, statistic, period: over });

/** The answers of a Web Function with 5xx, as Lambda documents them. */
export const webFunctionErrors = (functionName: string, endpointName: string): IMetric =>
  metric("AWS/Lambda/Web", { FunctionName: functionName, EndpointName: endpointName })(
    "HTTPResponseStatusClass5XX",
  );

export function metricsOf({ team, apiId, functions, table, bucket, doorErrors }: Sources): Metrics {
  const api = metric("AWS/ApiGateway", { ApiId: apiId });
  const own = metric(NAMESPACE, { service: SERVICE, team });
  const ofTable = metric("AWS/DynamoDB", { TableName: table.tableName });
  const ofBucket = (name: string, StorageType: string) =>
    metric("AWS/S3", { BucketName: bucket.bucketName, StorageType })(name, "Average", day);
  const perFunction = (of: (lambda: LambdaFunction) => IMetric) =>
    Object.fromEntries(
      [...API_FUNCTIONS, ...LOGIN_FUNCTION_NAMES].flatMap((name) => {
        const lambda = functions[name];
        return lambda ? [[name, of(lambda)]] : [];
      }),
    ) as PerFunction;
  return {
    apiRequests: api("Count"),
    apiRefusals: api("4xx"),
    apiErrors: api("5xx"),
    apiLatency: (statistic) => api("Latency", statistic),
    invocations: perFunction((lambda) => lambda.metricInvocations({ period })),
    errors: perFunction((lambda) => lambda.metricErrors({ period })),
    throttles: perFunction((lambda) => lambda.metricThrottles({ period })),
    durations: perFunction((lambda) => lambda.metricDuration({ period, statistic: "Maximum" })),
    doorErrors,
    bytesIn: own("BytesIn"),
    bytesOut: own("BytesOut"),
    coldStarts: own("ColdStart"),
    throttled: own("Throttled"),
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
