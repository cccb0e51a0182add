import type { ErrorResponse } from "aws-cdk-lib/aws-cloudfront";
import { Duration } from "aws-cdk-lib/core";

/** Those that a distribution can say something about, but for 416, which CloudFront never keeps. */
const STATUSES = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504];

/**
 * CloudFront keeps errors for 10 s, and no document says that CachingDisabled keeps it from that: what was not there before a
 * push, or was nothing to one caller, would be so for the next one as well
 * (https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/custom-error-pages-expiration.html).
 */
export const KEEP_NO_ERROR: ErrorResponse[] = STATUSES.map((httpStatus) => ({
  httpStatus,
  ttl: Duration.seconds(0),
}));
