import { CfnParameter, type Stack } from "aws-cdk-lib/core";
import { LOG_LEVELS } from "../functions/settings.ts";
import {
  ADDRESS_PATTERN,
  HEAD_BLOBS,
  HEAD_BODIES,
  LONGEST_UPLOAD_HOURS,
  MOST_REQUESTS,
  MOST_THROTTLE,
  SWEEP_STATES,
  type TeamSettings,
} from "./settings.ts";

/** What an operator may change without a synth; each stands for the setting of the same name, which is its default. */
export interface Parameters {
  readonly logLevel: string;
  readonly headBody: string;
  readonly headBlob: string;
  readonly uploadIdleHours: string;
  readonly throttleRate: number;
  readonly throttleBurst: number;
  readonly requestsPerIdentity: string;
  readonly requestsPerNetwork: string;
  readonly sweep: string;
  readonly alarmAddress: string;
}

interface Choice {
  readonly words: readonly string[];
  readonly fallback: string;
}
interface Pattern {
  readonly pattern: string;
  /** what it takes, in words */
  readonly takes: string;
  readonly fallback: string;
}
interface Limit {
  readonly most: number;
  readonly fallback: number;
}

/** CloudFormation's numbers may have a fraction; hours may not. */
const HOURS_PATTERN = "^(?:[1-9][0-9]?|[1-4][0-9]{2}|50[0-4])$";
/** Nor may requests. */
const REQUESTS_PATTERN = "^(?:0|[1-9][0-9]{0,5}|1000000)$";

/** The values are tokens: CloudFormation checks them and fills them in. */
export const createParameters = (stack: Stack, settings: TeamSettings): Parameters => ({
  ...toldToFunctions(stack, settings),
  ...ofCallers(stack, settings),
  ...aroundFunctions(stack, settings),
});

function toldToFunctions(stack: Stack, settings: TeamSettings) {
  return {
    logLevel: choice(stack, "LogLevel", "What the functions log, from the least to the most", {
      words: LOG_LEVELS,
      fallback: settings.logLevel,
    }),
    headBody: choice(stack, "HeadBody", "How HEAD of a manifest is answered: with GET's body, or with none", {
      words: HEAD_BODIES,
      fallback: settings.headBody,
    }),
    headBlob: choice(
      stack,
      "HeadBlob",
      "How HEAD of a blob is answered: here, or by a redirect to the bucket",
      {
        words: HEAD_BLOBS,
        fallback: settings.headBlob,
      },
    ),
    uploadIdleHours: matching(
      stack,
      "UploadIdleHours",
      "After so long an unfinished upload ends to which nothing came",
      {
        pattern: HOURS_PATTERN,
        takes: `a whole number of hours from 1 to ${LONGEST_UPLOAD_HOURS}`,
        fallback: String(settings.uploadIdleHours),
      },
    ),
  };
}

function ofCallers(stack: Stack, settings: TeamSettings) {
  const requests = (id: string, whose: string, fallback: number) =>
    matching(stack, id, `Requests of ${whose} in ten seconds; beyond them the answer is 429; 0: no limit`, {
      pattern: REQUESTS_PATTERN,
      takes: `a whole number from 0 to ${MOST_REQUESTS}`,
      fallback: String(fallback),
    });
  return {
    requestsPerIdentity: requests(
      "RequestsPerIdentity",
      "one who is logged in",
      settings.requestsPerIdentity,
    ),
    requestsPerNetwork: requests(
      "RequestsPerNetwork",
      "all at one address who are not logged in",
      settings.requestsPerNetwork,
    ),
  };
}

function aroundFunctions(stack: Stack, settings: TeamSettings) {
  return {
    throttleRate: number(
      stack,
      "ThrottleRate",
      "Requests in a second, over a longer time; beyond it the answer is 429",
      {
        most: MOST_THROTTLE.rate,
        fallback: settings.throttleRate,
      },
    ),
    throttleBurst: number(stack, "ThrottleBurst", "Requests at once; beyond it the answer is 429", {
      most: MOST_THROTTLE.burst,
      fallback: settings.throttleBurst,
    }),
    sweep: choice(stack, "Sweep", "Whether leftovers of broken uploads are removed every day", {
      words: SWEEP_STATES,
      fallback: settings.sweep,
    }),
    alarmAddress: matching(stack, "AlarmAddress", "Where alarms go; while it is empty, there are none", {
      pattern: ADDRESS_PATTERN,
      takes: "an e-mail address, or nothing",
      fallback: settings.alarmAddress,
    }),
  };
}

const choice = (stack: Stack, id: string, description: string, { words, fallback }: Choice): string =>
  new CfnParameter(stack, id, {
    description,
    allowedValues: [...words],
    constraintDescription: `one of ${words.join(", ")}`,
    default: fallback,
  }).valueAsString;

const matching = (
  stack: Stack,
  id: string,
  description: string,
  { pattern, takes, fallback }: Pattern,
): string =>
  new CfnParameter(stack, id, {
    description,
    allowedPattern: pattern,
    constraintDescription: takes,
    default: fallback,
  }).valueAsString;

const number = (stack: Stack, id: string, description: string, { most, fallback }: Limit): number =>
  new CfnParameter(stack, id, {
    description,
    type: "Number",
    minValue: 1,
    maxValue: most,
    constraintDescription: `a number from 1 to ${most}`,
    default: fallback,
  }).valueAsNumber;
