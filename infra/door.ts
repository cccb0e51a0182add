import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";

/** What takes the bodies of uploads, whatever it runs on. */
export interface Door {
  /** without scheme and path */
  readonly host: string;
  /** its origin, as a Location begins */
  readonly url: string;
  /** where `host` is the team's own name: the name that its DNS record has to point at */
  readonly target: string | undefined;
  /** its answers with 5xx */
  readonly errors: IMetric;
}
