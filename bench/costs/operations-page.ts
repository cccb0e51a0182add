import type { Call } from "../../test/costs/counting/recorder.ts";
import { sequentialCalls } from "../../test/costs/counting/recorder.ts";
import type { Operation } from "../../test/costs/support/operations.ts";
import { billOf, totalOf } from "./bill.ts";
import { dollars, figure, table } from "./markdown.ts";
import type { PriceName } from "./prices.ts";
import { functionOf, millisecondsOf, times, type Usage, usageOf } from "./usage.ts";

const MILLION = 1_000_000;

/** What each operation asks of the stores, as counted. */
export const callsSection = (operations: readonly Operation[]): readonly string[] => [
  "## Calls of each operation",
  "",
  "Counted by `test/costs/`, through the same HTTP handlers that the functions serve, over stores in memory that count by",
  "DynamoDB's and S3's rules. One call of the Table port's methods is one request to DynamoDB, one of the Blob port's is one to",
  "S3; signing a URL asks nobody. *Round trips* are the calls that wait for each other: of each request in turn, or the sum of all.",
  "`test/aws/requests.aws.ts` compares the calls of many operations with the requests that the adapters send to DynamoDB Local and an S3",
  "server, and the units of single items with what DynamoDB Local says; for transactions there are only DynamoDB's rules.",
  "",
  ...table(
    [
      "operation",
      "requests to the API",
      "DynamoDB requests",
      "round trips",
      "read units",
      "write units",
      "S3 PUT, LIST",
      "S3 GET",
      "S3 DELETE (free)",
    ],
    operations.map(({ name, requests }) => {
      const calls = requests.flatMap((request) => request.calls);
      const { readUnits = 0, writeUnits = 0, s3Puts = 0, s3Gets = 0 } = usageOf(requests);
      const dynamo = calls.filter(({ service }) => service === "DynamoDB").length;
      const deletes = calls.filter(({ operation }) => operation === "DeleteObject").length;
      return [
        name,
        requests.length,
        dynamo,
        tripsOf(requests.map((request) => request.calls)),
        readUnits,
        writeUnits,
        s3Puts,
        s3Gets,
        deletes,
      ];
    }),
  ),
  "The one S3 GET of a blob GET is the client's own, of the URL that it was sent to. A tag list reads whole items, which hold the",
  "manifests of up to 4 KB, also where only their names are wanted: DynamoDB charges for what it reads, not for what it sends.",
  "",
];

/** `1 + 3 + 4`, or their sum where there are many. */
function tripsOf(requests: readonly (readonly Call[])[]): string {
  const trips = requests.map((calls) => sequentialCalls(calls).length);
  const total = trips.reduce((sum, count) => sum + count, 0);
  return trips.length > 1 && trips.length <= 3 ? trips.join(" + ") : String(total);
}

const GROUPS = {
  DynamoDB: ["readUnits", "writeUnits"],
  S3: ["s3Puts", "s3Gets"],
  Lambda: ["lambdaRequests", "lambdaSeconds"],
  "HTTP API": ["apiRequests"],
  logs: ["logs"],
} as const satisfies Record<string, readonly PriceName[]>;

/** What a million of each operation costs, without what is stored and what leaves AWS. */
export const priceSection = (operations: readonly Operation[]): readonly string[] => [
  "## Price of a million of each operation",
  "",
  "US dollars, without what is stored and what leaves AWS. *Milliseconds* of the functions are those of a processor, measured here, and",
  "those of the calls, assumed (both below); the column of Lambda comes from them.",
  "",
  ...table(
    ["operation", ...Object.keys(GROUPS), "together", "milliseconds"],
    operations.map(({ name, requests }) => {
      const usage = times(MILLION, usageOf(requests));
      const groups = Object.values(GROUPS).map((names) => knownUsd(pick(usage, names)));
      const together = groups.reduce((sum, usd) => sum + usd, 0);
      const milliseconds = requests.reduce(
        (sum, { asked, calls }) => sum + millisecondsOf(functionOf(asked), calls, asked.body?.length ?? 0),
        0,
      );
      return [name, ...groups.map(dollars), dollars(together), figure(milliseconds)];
    }),
  ),
];

const pick = (usage: Usage, names: readonly PriceName[]): Usage =>
  Object.fromEntries(names.map((name) => [name, usage[name] ?? 0]));

const knownUsd = (usage: Usage): number => totalOf(billOf(usage)).usd;
