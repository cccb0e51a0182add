import { Aws, Fn } from "aws-cdk-lib/core";

/**
 * What the edge shows the functions, so that they believe it where a client is: the end of the stack's ARN, which no client
 * learns, which outlives each deployment, and which costs no secret's rent. It opens nothing (docs/decisions/0013-edge.md).
 */
export const edgeProofOf = (): string => Fn.select(2, Fn.split("/", Aws.STACK_ID));
