import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnSubscription, Topic } from "aws-cdk-lib/aws-sns";
import { CfnCondition, CfnResource, Duration, Fn, Stack } from "aws-cdk-lib/core";
import { Construct } from "constructs";
import type { Metrics } from "./metrics.ts";

interface AlarmsProps {
  /** where they go; while it is empty, none of them exists, and none costs anything */
  readonly address: string;
  readonly metrics: Metrics;
}

interface AlarmPlan {
  readonly id: string;
  /** what is wrong, and where to look */
  readonly description: string;
  readonly metric: IMetric;
  readonly atLeast: number;
}

/** milliseconds of the 29 s after which a function is ended */
const SLOW = 25_000;

/** What an operator wants to be woken for. All of it stands under the condition that there is an address. */
export class Alarms extends Construct {
  readonly topic: Topic;
  readonly hasAddress: CfnCondition;

  constructor(scope: Construct, id: string, { address, metrics }: AlarmsProps) {
    super(scope, id);
    this.hasAddress = new CfnCondition(this, "HasAddress", {
      expression: Fn.conditionNot(Fn.conditionEquals(address, "")),
    });
    this.topic = this.#createTopic();
    this.#subscribe(address);
    for (const plan of plansOf(metrics)) this.#createAlarm(plan);
    if (metrics.doorErrors) this.#createAlarm(planOfDoor(metrics.doorErrors));
    this.#createSilenceAlarm(metrics);
    for (const construct of this.node.findAll()) {
      if (CfnResource.isCfnResource(construct)) construct.cfnOptions.condition = this.hasAddress;
    }
  }

  #createTopic(): Topic {
    const topic = new Topic(this, "Topic", { enforceSSL: true });
    // A topic with a policy of its own has lost the one that lets everything in the account publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: "LetAlarmsPublish",
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Stack.of(this).account } },
      }),
    );
    return topic;
  }

  #subscribe(address: string): CfnSubscription {
    const { topicArn } = this.topic;
    return new CfnSubscription(this, "Subscription", { topicArn, protocol: "email", endpoint: address });
  }

  #createAlarm({ id, description, metric, atLeast }: AlarmPlan): void {
    new Alarm(this, id, {
      alarmDescription: description,
      metric,
      threshold: atLeast,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }

  #createSilenceAlarm({ sweepRuns }: Metrics): void {
    new Alarm(this, "SweepSilent", {
      alarmDescription: "The sweep has not run for two days: is it disabled (parameter Sweep)?",
      metric: sweepRuns,
      threshold: 1,
      comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 2,
      treatMissingData: TreatMissingData.BREACHING,
    }).addAlarmAction(new SnsAction(this.topic));
  }
}

/** The sum, or another function, of one metric of all functions: an alarm takes ten metrics, and each costs the same alone. */
const together = (metrics: Readonly<Record<string, IMetric>>, combine: "SUM" | "MAX"): MathExpression =>
  new MathExpression({
    expression: `${combine}(METRICS())`,
    usingMetrics: { ...metrics },
    period: Duration.minutes(5),
  });

const planOfDoor = (metric: IMetric): AlarmPlan => ({
  id: "UploadDoorFails",
  description: "The upload door answers 5xx, or ends while it serves: its log has the error",
  metric,
  atLeast: 1,
});

function plansOf(metrics: Metrics): readonly AlarmPlan[] {
  return [
    {
      id: "ApiFails",
      description: "The API answers 5xx: look into the access log for which, then into that function's log",
      metric: metrics.apiErrors,
      atLeast: 10,
    },
    {
      id: "FunctionsFail",
      description: "A function fails or runs into its time limit: its log has the error",
      metric: together(metrics.errors, "SUM"),
      atLeast: 1,
    },
    {
      id: "FunctionsThrottled",
      description: "Functions are throttled: more run at once than the account or reservedConcurrency allows",
      metric: together(metrics.throttles, "SUM"),
      atLeast: 1,
    },
    {
      id: "FunctionsSlow",
      description: "A request took more than 25 s, and is ended after 29 s: look into the traces or logs",
      metric: together(metrics.durations, "MAX"),
      atLeast: SLOW,
    },
    {
      id: "TableThrottled",
      description:
        "DynamoDB throttles: many requests meet on one partition, or the account's quota is used up",
      metric: new MathExpression({
        expression: "SUM(METRICS())",
        usingMetrics: { reads: metrics.tableReadThrottles, writes: metrics.tableWriteThrottles },
        period: Duration.minutes(5),
      }),
      atLeast: 10,
    },
    {
      id: "SweepFails",
      description:
        "The sweep of leftovers fails: its log has the error; nothing is lost, but nothing is removed either",
      metric: metrics.sweepErrors,
      atLeast: 1,
    },
  ];
}
