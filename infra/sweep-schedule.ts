import { CfnRule } from "aws-cdk-lib/aws-events";
import { ServicePrincipal } from "aws-cdk-lib/aws-iam";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { Parameters } from "./parameters.ts";

/**
 * Calls the sweep every day: each one lists 24 days, which costs something although nobody pushes. A run that fails is
 * not repeated: the next one takes over what it left.
 */
export function scheduleSweep(scope: Construct, sweep: LambdaFunction, parameters: Parameters): void {
  const rule = new CfnRule(scope, "Schedule", {
    description: "Removes what broken uploads leave",
    scheduleExpression: "rate(1 day)",
    state: parameters.sweep,
    targets: [{ id: "sweep", arn: sweep.functionArn, retryPolicy: { maximumRetryAttempts: 0 } }],
  });
  sweep.addPermission("Schedule", {
    principal: new ServicePrincipal("events.amazonaws.com"),
    sourceArn: rule.attrArn,
  });
  // The rule's own policy is for events that don't reach Lambda. What fails there, Lambda would run twice more.
  sweep.configureAsyncInvoke({ retryAttempts: 0 });
}
