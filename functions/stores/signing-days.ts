import { createHmac } from "node:crypto";
import type { Credentials } from "./credentials.ts";

interface Signing {
  readonly region: string;
  /** as AWS calls it in signatures: `s3`, `ssm` */
  readonly service: string;
  readonly credentials: Pick<Credentials, "secretAccessKey">;
}

/** What AWS Signature Version 4 signs with on one day. */
interface SigningDay {
  /** what the signing key is good for */
  readonly scope: string;
  readonly signingKey: Buffer;
}

/** Answers a function of its argument, a moment, alone; it keeps the key of a day, which costs more than a signature. */
export function createSigningDays({ region, service, credentials }: Signing): (moment: string) => SigningDay {
  let latest: (SigningDay & { readonly day: string }) | undefined;
  return (moment) => {
    const day = moment.slice(0, "20260101".length);
    if (latest?.day === day) return latest;
    const steps = [day, region, service, "aws4_request"];
    const signingKey = steps.reduce<string | Buffer>(
      (key, step) => createHmac("sha256", key).update(step).digest(),
      `AWS4${credentials.secretAccessKey}`,
    );
    latest = { day, scope: steps.join("/"), signingKey: Buffer.from(signingKey) };
    return latest;
  };
}

/** `20261124T165400Z`, of milliseconds since 1970 */
export const momentOf = (at: number): string =>
  `${new Date(at).toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`;

/** What a request is to be signed with that was made at `moment`. */
export const SIGNING_ALGORITHM = "AWS4-HMAC-SHA256";
