import type { CountedToken } from "../../test/costs/support/tokens.ts";
import { ASSUMED } from "./assumptions.ts";
import { billOf, totalOf } from "./bill.ts";
import type { TeamMonth } from "./bills-page.ts";
import { billTable } from "./bills-page.ts";
import { dollars, figure, table } from "./markdown.ts";
import { withLogs } from "./month.ts";
import { sum, times, type Usage, usageOfToken } from "./usage.ts";

const THOUSAND = 1000;
/** of a registry that has not rotated its keys yet */
const GENERATIONS = 1;

/** What tokens cost, which only a stack with a policy issues; the other sections are of one without. */
export function tokensSection(
  tokens: readonly CountedToken[],
  teams: readonly TeamMonth[],
): readonly string[] {
  return [
    "## Tokens",
    "",
    'A stack with a policy ([deploy.md](deploy.md#who-may-do-what)) issues tokens; the bills above are of one without (`"policy"` not set).',
    "A thousand of each, counted through what the function `token` is made of, with KMS and DynamoDB counted:",
    "",
    ...table(
      [
        "a thousand times",
        "KMS signatures",
        "DynamoDB requests",
        "read units",
        "US dollars, together",
        "of which KMS",
      ],
      tokens.map((token) => {
        const usage = times(THOUSAND, usageOfToken(token));
        const { calls } = token.request;
        return [
          token.name,
          figure(token.signatures * THOUSAND),
          figure(calls.length * THOUSAND),
          figure(usage.readUnits ?? 0),
          cents(usage),
          cents({ kmsRequests: usage.kmsRequests ?? 0 }),
        ];
      }),
    ),
    "A token is for the repositories that were asked for and lasts five minutes. By the log of `berth serve`, crane and oras take one",
    "for a pull and one for a push, skopeo and regctl one for a pull and two for a push; so does whoever pushes for more than five",
    "minutes, for the manifest. ID tokens and AWS logins cost what a token for strangers does, and the time in which the function",
    "waits for the issuer or STS. A person's password is hashed slowly on purpose, which is not in this. To verify costs nothing but",
    "the functions' own time; each new environment asks KMS once for each public key. What is not counted: a write of the table for",
    "each hundredth of what one caller may ask in ten seconds ([authentication.md](authentication.md#too-many-requests)). With a token for",
    "each push and pull, by docker's refresh token, the teams pay in addition:",
    "",
    ...billTable(
      ["an idle stack", ...teams.map(({ team }) => team.name)],
      [{ kmsKeys: GENERATIONS }, ...teams.map((month) => loginsOf(month, tokens))],
    ),
  ];
}

/** What a team's month costs more where everyone logs in. */
function loginsOf({ team, month }: TeamMonth, tokens: readonly CountedToken[]): Usage {
  const [usual] = tokens.slice(-1);
  if (usual === undefined) throw new Error("no token was counted");
  const many = times(team.pushes + team.pulls, usageOfToken(usual));
  const requests = (month.usage.lambdaRequests ?? 0) + (many.lambdaRequests ?? 0);
  const publicKeys = requests * ASSUMED.coldShare * GENERATIONS;
  return withLogs(sum(many, { kmsKeys: GENERATIONS, kmsRequests: publicKeys }));
}

/** Of small sums, what there is of them. */
const cents = (usage: Usage): string => {
  const { usd } = totalOf(billOf(usage));
  return usd > 0 && usd < 1 ? figure(usd) : dollars(usd);
};
