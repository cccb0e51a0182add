import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import { createJudge, type Identity, type Verdict } from "./identities.ts";
import { claimOf, type Signable } from "./sigv4.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  sessionToken: "token/+=",
};
const identity: Identity = {
  name: "blobs",
  credentials,
  statements: [{ effect: "Allow", actions: ["s3:GetObject"], resources: ["arn:aws:s3:::b/*"] }],
};

async function presigned(): Promise<URL> {
  const client = new S3Client({
    region: "us-east-1",
    endpoint: "http://127.0.0.2:9000",
    forcePathStyle: true,
    credentials,
  });
  return new URL(await getSignedUrl(client, new GetObjectCommand({ Bucket: "b", Key: "blobs/a+b c" })));
}

function judge({ host, pathname, search }: URL, action: string): { verdict: Verdict; denied: string[] } {
  const pairs = search.slice(1).split("&");
  const signature = pairs.find((pair) => pair.startsWith("X-Amz-Signature="))?.split("=")[1];
  const query = pairs.filter((pair) => !pair.startsWith("X-Amz-Signature=")).join("&");
  const signable: Signable = { method: "GET", path: pathname, query, headers: { host } };
  const denied: string[] = [];
  const ledger = { denied: (what: string) => void denied.push(what), used: () => {}, decided: () => {} };
  const verdict = createJudge([identity], ledger).judge(signable, claimOf(signable, { signature }), [
    { action, resource: "arn:aws:s3:::b/k" },
  ]);
  return { verdict, denied };
}

describe("AWS Signature Version 4, as the SDK signs", () => {
  it("lets a request pass that its role allows", async () => {
    expect(judge(await presigned(), "s3:GetObject").verdict.kind).toBe("allowed");
  });

  it("refuses a request that was changed after it was signed", async () => {
    const url = await presigned();
    url.searchParams.set("X-Amz-Expires", "604800");
    expect(judge(url, "s3:GetObject").verdict).toMatchObject({ code: "SignatureDoesNotMatch" });
  });

  it("refuses and records what the role does not allow", async () => {
    const { verdict, denied } = judge(await presigned(), "s3:DeleteObject");
    expect(verdict).toMatchObject({ code: "AccessDenied" });
    expect(denied).toEqual(["blobs: s3:DeleteObject on arn:aws:s3:::b/k"]);
  });

  it("refuses a request that is not signed, or by nobody it knows", () => {
    expect(judge(new URL("http://127.0.0.2:9000/b/k"), "s3:GetObject").verdict).toMatchObject({
      code: "AccessDenied",
    });
  });
});
