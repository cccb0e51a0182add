import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Fetch } from "../../../shared/identities/bounded-fetch.ts";

/** Whom a pair of keys is of. */
export interface StsAccount {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly arn: string;
}

export interface Sts {
  readonly fetch: Fetch;
  /** what it was asked, in order */
  readonly asked: URL[];
}

const QUARTER_HOUR = 15 * 60 * 1000;

/**
 * A stand-in of AWS STS, as far as a presigned GetCallerIdentity goes: it computes the signature of what it receives
 * anew, with the secret that it knows, and takes no request that is older than it says, or than a quarter of an hour.
 */
export function createSts(accounts: readonly StsAccount[], now: () => number): Sts {
  const asked: URL[] = [];
  const answer = async (url: URL, headers: Readonly<Record<string, string>>): Promise<Response> => {
    const query = Object.fromEntries(url.searchParams);
    const { "X-Amz-Credential": credential = "", "X-Amz-Signature": signature, ...signed } = query;
    const [accessKeyId, , region = "", service] = credential.split("/");
    const account = accounts.find((each) => each.accessKeyId === accessKeyId);
    if (!account || account.sessionToken !== query["X-Amz-Security-Token"]) {
      return refusal("InvalidClientTokenId");
    }
    const signedAt = timeOf(query["X-Amz-Date"]);
    const until = signedAt + Math.min(Number(query["X-Amz-Expires"]) * 1000, QUARTER_HOUR);
    if (now() > until || signedAt > now() + QUARTER_HOUR) return refusal("SignatureDoesNotMatch");
    if (service !== "sts" || !url.hostname.includes(regionOf(region)))
      return refusal("SignatureDoesNotMatch");
    const expected = await signatureOf({ account, region, url, headers, signed, signedAt });
    if (signature !== expected) return refusal("SignatureDoesNotMatch");
    return query["Action"] === "GetCallerIdentity" ? identityOf(account) : refusal("InvalidAction", 400);
  };
  return {
    asked,
    fetch: (url, { headers }) => {
      asked.push(url);
      return answer(url, headers);
    },
  };
}

interface Received {
  readonly account: StsAccount;
  readonly region: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly signed: Readonly<Record<string, string>>;
  readonly signedAt: number;
}

async function signatureOf({ account, region, url, headers, signed, signedAt }: Received) {
  const names = signed["X-Amz-SignedHeaders"]?.split(";") ?? [];
  const received: Readonly<Record<string, string>> = { ...headers, host: url.host };
  const again = await presign({
    account,
    region,
    host: url.host,
    path: url.pathname,
    headers: Object.fromEntries(names.map((name) => [name, received[name] ?? ""])),
    query: signed,
    at: signedAt,
    expiresIn: Number(signed["X-Amz-Expires"]),
  });
  return new URL(again).searchParams.get("X-Amz-Signature");
}

export interface Presigning {
  readonly account: StsAccount;
  readonly region: string;
  readonly host: string;
  readonly path?: string;
  readonly method?: string;
  /** to be signed, beside the host */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** milliseconds since 1970 */
  readonly at: number;
  /** seconds */
  readonly expiresIn: number;
}

/** Any request to any host, signed by AWS's own code. */
export async function presign(presigning: Presigning): Promise<string> {
  const { account, region, host, path = "/", method = "GET", headers, at, expiresIn } = presigning;
  const sha256 = Hash.bind(undefined, "sha256");
  const signer = new SignatureV4({ credentials: account, region, service: "sts", sha256 });
  const request = {
    method,
    protocol: "https:",
    hostname: host,
    path,
    headers: { ...headers, host },
    query: { ...presigning.query },
  };
  const { query = {} } = await signer.presign(request, { signingDate: new Date(at), expiresIn });
  const parameters = Object.entries(query).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  return `https://${host}${path}?${parameters.join("&")}`;
}

const timeOf = (date = ""): number =>
  Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));

/** The one host of all regions takes signatures for us-east-1. */
const regionOf = (region: string): string => (region === "us-east-1" ? "sts" : region);

const identityOf = ({ arn }: StsAccount): Response =>
  new Response(callerIdentity(arn), { headers: { "Content-Type": "text/xml" } });

/** As STS writes it. */
export const callerIdentity = (
  arn: string,
  account = arn.split(":")[4],
): string => `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>${arn}</Arn>
    <UserId>AROAEXAMPLEEXAMPLE:me</UserId>
    <Account>${account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`;

export const refusal = (code: string, status = 403): Response =>
  new Response(
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>${code}</Code>
    <Message>it is not said why</Message>
  </Error>
  <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
</ErrorResponse>
`,
    { status },
  );
