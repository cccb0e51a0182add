import { ASSUMED, LOG_MONTHS, MONTH_SWEEPS, OLD_VERSION_MONTHS } from "./assumptions.ts";
import { MEASURED, ONE_PROCESSOR } from "./handler.ts";
import { figure, table } from "./markdown.ts";
import { ALLOWANCES, PRICES, type Price, SOURCES } from "./prices.ts";

export const formulasSection: readonly string[] = [
  "## Formulas",
  "",
  "- *Read units* of a strongly consistent read: size / 4 KB, rounded up, at least 1 (also where the item is absent); of a batch for",
  "  each item, of a query for the sum of its page, whatever it projects. *Write units*: the larger of the item before and after,",
  "  / 1 KB, rounded up, at least 1; in a transaction twice that, and a check counts as a write. A write whose condition does not",
  "  hold is paid for as well. Sizes are those of the items that the domain writes, counted by `shared/stores/table-limits.ts` with",
  "  numbers at their largest. (DynamoDB Developer Guide, Read and write operations; Item sizes and formats. That a failed put on an absent item",
  "  costs what it brings: `calculate_costs.py` in github.com/aws/agent-toolkit-for-aws, which AWS checked against live answers.)",
  "- *Push* = `GET /v2/`; HEAD of every blob; POST, PATCH and PUT of each that is new, a PATCH for every 4 MiB; manifest PUT.",
  "  *Pull* = `GET /v2/`; manifest HEAD by tag; manifest GET by digest; blob GET of the config and of every layer that the client lacks.",
  "- *Line* of a bill = quantity x price, where quantity = pushes x (one push, counted) + pulls x (one pull, counted) + sweeps x (one sweep, counted).",
  "- *HTTP API requests* = for each request, the larger of its two bodies / 512 KB, rounded up, at least 1.",
  "- *Lambda GB-seconds* = memory of the function (`infra/functions.ts`) x milliseconds; milliseconds = handler + calls that wait for each other +",
  "  bytes that pass / speed + cold starts' share.",
  `- *Handler* = ${MEASURED.warmPull} ms of a processor for a warm event (a pull of a manifest, \`npm run bench:functions\`, ${MEASURED.at.slice(0, 10)}) x`,
  `  ${figure(ONE_PROCESSOR)} MB / memory: a function has a processor whole from ${figure(ONE_PROCESSOR)} MB on (AWS Lambda Developer Guide, Configure function memory).`,
  `- *DynamoDB storage* = images kept x growth of the table by one push (counted, 100 bytes more for each item); images kept = GB stored / new bytes of an image.`,
  `- *S3 storage* = GB stored + bytes that one push takes away again x pushes x ${OLD_VERSION_MONTHS} months: the bucket keeps old versions for 45 days, and every`,
  "  second chunk of an upload was an object of its own for a while.",
  `- *Logs kept* = logs taken in x ${LOG_MONTHS} months (\`logRetentionDays\`), as if they were not compressed.`,
  `- A month has ${MONTH_SWEEPS} days and as many sweeps. GB are 2^30 bytes.`,
  "- *Allowances taken off*: what every account has free each month (column *free* below), as if the account did nothing else.",
  "",
];

export const assumptionsSection: readonly string[] = [
  "## Assumed, not measured",
  "",
  "Nothing of this has been measured on AWS yet, nor how long its processors take. The counts above don't depend on it; Lambda's and the logs' lines do.",
  "",
  ...table(
    ["", "assumed"],
    [
      ...Object.entries(ASSUMED.calls).map(([operation, milliseconds]) => [operation, `${milliseconds} ms`]),
      ["Sign, of KMS", `${ASSUMED.signature} ms`],
      ["bodies that pass a function", `${figure((ASSUMED.bytesPerMillisecond * 1000) / 1024 ** 2)} MiB/s`],
      ["cold starts", `${ASSUMED.coldShare * 100} % of requests, ${ASSUMED.coldStart} ms each`],
      [
        "logs of a request at level `info`, of which the function's own lines are 900 to 1,020 (measured here)",
        `${figure(ASSUMED.logBytes)} bytes`,
      ],
      ["headers of an answer", `${figure(ASSUMED.headerBytes)} bytes`],
      ["metrics that a team in use publishes all month", ASSUMED.metrics],
    ],
  ),
  'Teams are made up. The bills are of a stack with `"edge": "off"` and `"door": "none"`: layers above 4 MiB are counted as a',
  "client sends them that chunks, each chunk through a function. The upload door takes a layer as one request instead: fewer",
  "writes of the table, fewer parts, no tails and no old versions of them, and no function's milliseconds.",
  "",
];

export function pricesSection(): readonly string[] {
  return [
    "## Prices",
    "",
    "List prices for us-east-1, in US dollars, the first tier of each, without tax, discounts and the free tier of new accounts. Nobody",
    "asked AWS itself: each is the list price as published in the source that its letter names, seen in the copy that is named there.",
    "",
    "| price | for | free each month | source |",
    "| ---: | --- | ---: | --- |",
    ...Object.values(PRICES).map(
      ({ usd, per, unit, allowance, source }: Price) =>
        `| ${usd} | ${per === 1 ? "" : `${figure(per)} `}${unit} | ${allowance === undefined ? "–" : figure(allowance)} | ${source} |`,
    ),
    "",
    ...Object.entries(SOURCES).map(([letter, source]) => `- ${letter}: ${source}.`),
    `- ${ALLOWANCES}`,
    "",
    "Not in the bills, because they are off unless somebody switches them on: alarms, the dashboard, traces, a key of one's own, pulls at the edge.",
    "Not in them, because no source was found that can be trusted with their prices: what the edge adds (CloudFront's requests and",
    "bytes to the origins; pulls of blobs don't pass it), and the upload door (a Lambda Web Function: processor, memory, requests,",
    "bytes). Both cost nothing while nobody asks. The door on Fargate costs all the time ([deploy.md](deploy.md#the-upload-door)).",
    "Nor, since it comes to nothing where nobody runs wild: with a policy, what environments tell each other of a caller, a write unit",
    "for 40 requests that one of them has of one caller within ten seconds ([deploy.md](deploy.md#too-many-requests)).",
    "Also left out: transfer between regions, restores, whatever the clients' own network costs.",
    "",
  ];
}
