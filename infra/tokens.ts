import { ArnFormat, type Stack } from "aws-cdk-lib/core";
import type { TeamSettings } from "./settings.ts";
import { TokenKeys } from "./token-keys.ts";

/** What functions need to know callers by tokens. */
export interface Tokens {
  /** of all keys, the newest first */
  readonly keys: readonly string[];
  /** this registry's name in its tokens */
  readonly service: string;
  /** the function that knows people and policy, and signs */
  readonly functionName: string;
  readonly functionArn: string;
  /** what the edge shows to prove that a request came by it; empty without an edge */
  readonly edge: string;
}

/** What a function does with tokens: verify them, issue them, or neither. */
export type UseOfTokens = "verify" | "issue" | "none";

/** A name of its own, so that functions can be told it before there is the function, which begins to sign last. */
const nameOf = (stack: Stack): string => `${stack.stackName}-token`;

export function createTokens(stack: Stack, settings: TeamSettings, ephemeral: boolean): Tokens {
  const generations = settings.tokenKeys;
  const { arns, service, edgeProof } = new TokenKeys(stack, "TokenKeys", { generations, ephemeral });
  const functionName = nameOf(stack);
  const functionArn = stack.formatArn({
    service: "lambda",
    resource: "function",
    resourceName: functionName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  const edge = settings.edge === "on" ? edgeProof : "";
  return { keys: arns, service, functionName, functionArn, edge };
}

/** Whether a function counts who asks it, with all others. */
export const isCounted = (tokens: Tokens | undefined, use: UseOfTokens): tokens is Tokens =>
  tokens !== undefined && use !== "none";

/** Which keys there are is always said: a function that is not told serves nobody. */
export const tokenEnvironment = (tokens: Tokens | undefined, use: UseOfTokens): Record<string, string> => {
  if (use === "none") return {};
  if (tokens === undefined) return { BERTH_TOKEN_KEYS: "none" };
  return {
    BERTH_TOKEN_KEYS: tokens.keys.join(" "),
    BERTH_SERVICE: tokens.service,
    ...(tokens.edge !== "" && { BERTH_EDGE: tokens.edge }),
    ...(use === "verify" && { BERTH_TOKEN_FUNCTION: tokens.functionName }),
  };
};
