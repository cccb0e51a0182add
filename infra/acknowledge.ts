import { Stack, Validations } from "aws-cdk-lib/core";
import type { IConstruct } from "constructs";

/** Findings of cdk-nag that are meant to be so, here and below, each with its reason. */
export function acknowledge(construct: IConstruct, reasons: Readonly<Record<string, string>>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}

/** The finding that a role's rights to this ARN have a wildcard in it; only this ARN's, so that another is still found. */
export const wildcardFinding = (construct: IConstruct, arn: string): string =>
  `AwsSolutions-IAM5[Resource::${flatten(Stack.of(construct).resolve(arn))}]`;

/** A value of a template as cdk-nag writes it: `<Bucket.Arn>/blobs/*`. */
function flatten(value: unknown): string {
  if (typeof value === "string") return value;
  const { "Fn::Join": join, "Fn::Sub": text, "Fn::GetAtt": attribute, Ref: reference } = value as Reference;
  if (join) return join[1].map(flatten).join(join[0]);
  if (text !== undefined) return text.replaceAll(/\$\{([^}]+)\}/g, "<$1>");
  return `<${attribute ? attribute.join(".") : reference}>`;
}

interface Reference {
  readonly "Fn::Join"?: readonly [string, readonly unknown[]];
  readonly "Fn::Sub"?: string;
  readonly "Fn::GetAtt"?: readonly string[];
  readonly Ref?: string;
}
