import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import type { WebParts } from "./web-function.ts";

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

export interface DoorParts extends WebParts {
  /** of the API, where blobs are pulled that the door takes */
  readonly apiOrigin: string;
}
