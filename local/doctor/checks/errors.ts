import type { Answer } from "../../../shared/client/messages.ts";
import { told } from "../../../shared/client/told.ts";
import { type Check, demand, demandStatus, PASSED } from "../check.ts";

/** What the registry does not have, and how it says so. */
export const ERROR_CHECKS: readonly Check[] = [
  {
    id: "errors.form",
    title: "an unknown manifest is a 404 in the contract's form",
    cure: "let answers from 400 on pass unchanged through the proxy or CDN in front of Berth (no error pages of its own): clients tell people what the registry wrote",
    run: async ({ client, repo, fresh }) => {
      const target = `/v2/${repo}/manifests/${fresh(1).digest}`;
      const answer = demandStatus(await client.send({ method: "GET", target }), 404);
      demandForm(answer, ["MANIFEST_UNKNOWN", "NAME_UNKNOWN"]);
      return PASSED;
    },
  },
  {
    id: "errors.route",
    title: "a path that is no endpoint is a 404 in the contract's form",
    cure: "send every path below /v2/ to Berth: on AWS the stack's $default route does, so deploy the stack again; a proxy in front of the embedded registry must pass all of /v2/",
    run: async ({ client, repo }) => {
      const target = `/v2/${repo}/no/such/endpoint`;
      demandForm(demandStatus(await client.send({ method: "GET", target }), 404));
      return PASSED;
    },
  },
  {
    id: "errors.absent-blob",
    title: "HEAD of an unknown blob is 404 and nothing else",
    cure: "let Berth answer HEAD of blobs by itself: on AWS its functions need s3:ListBucket (without it S3 says 403 of what is not there), so deploy the stack again; a cache in front must not answer. Clients give up a push on anything but 200 and 404",
    run: async ({ client, repo, fresh }) => {
      const target = `/v2/${repo}/blobs/${fresh(1).digest}`;
      const { status, request } = await client.send({ method: "HEAD", target });
      demand(status === 404, `${request} answered ${status}, not 404`);
      return PASSED;
    },
  },
];

/** distribution-spec § Error Codes */
function demandForm(answer: Answer, codes?: readonly string[]): void {
  const code = codeIn(answer.body.toString());
  demand(code !== undefined, `${told(answer)}, which is no {"errors":[{"code":…}]}`);
  demand(!codes || codes.includes(code), `${told(answer)}, and not the code ${codes?.join(" or ")}`);
}

function codeIn(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as { errors?: readonly { code?: unknown }[] } | null;
    const code = value?.errors?.[0]?.code;
    return typeof code === "string" ? code : undefined;
  } catch {
    return undefined;
  }
}
