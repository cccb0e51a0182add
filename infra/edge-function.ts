import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type BehaviorOptions,
  Function as CloudFrontFunction,
  FunctionCode,
  type FunctionEventType,
  FunctionRuntime,
} from "aws-cdk-lib/aws-cloudfront";
import type { Construct } from "constructs";
import { transformSync } from "esbuild";

interface EdgeFunction {
  readonly comment: string;
  /** in `infra/edge` */
  readonly file: string;
  readonly on: FunctionEventType;
  /** what it can't know by itself: values by the names that it has for them */
  readonly filledIn?: Readonly<Record<string, string | number>>;
}

/** A function that CloudFront runs on everything that passes a behaviour. */
export function createEdgeFunction(
  scope: Construct,
  id: string,
  { comment, file, on, filledIn = {} }: EdgeFunction,
): Pick<BehaviorOptions, "functionAssociations"> {
  const created = new CloudFrontFunction(scope, id, {
    comment,
    code: FunctionCode.fromInline(textOf(file, filledIn)),
    runtime: FunctionRuntime.JS_2_0,
  });
  return { functionAssociations: [{ function: created, eventType: on }] };
}

/** For CloudFront, which knows no types, and of newer syntax a part. */
function textOf(file: string, filledIn: NonNullable<EdgeFunction["filledIn"]>): string {
  const source = readFileSync(join(import.meta.dirname, "edge", file), "utf8");
  const define = Object.fromEntries(
    Object.entries(filledIn).map(([name, value]) => [name, JSON.stringify(value)]),
  );
  return transformSync(source, { loader: "ts", target: "es2017", define }).code;
}
