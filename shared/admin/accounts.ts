import { bodiless, json } from "../http/answers.ts";
import type { Account, AccountInfo } from "../identities/account.ts";
import type { Accounts } from "../identities/accounts.ts";
import type { Administrators } from "../identities/administrators.ts";
import { isPassword, PASSWORD_RULE } from "../identities/passwords.ts";
import { readBody } from "./body.ts";
import { administered, type Endpoint, ROOT } from "./endpoint.ts";
import { object, text } from "./fields.ts";
import { answerList } from "./lists.ts";
import { accountName, accountNameIn, timeText } from "./names.ts";

const NEW_ACCOUNT = object({ name: accountName });
const NEW_PASSWORD = object({ password: text(isPassword, PASSWORD_RULE) });

/** People and robots: added, listed, deleted; and people's passwords. The last administrator keeps a way in. */
export const accountEndpoints = (accounts: Accounts, administrators: Administrators): readonly Endpoint[] => [
  ...endpointsOf("person", "people", { accounts, administrators }),
  ...endpointsOf("robot", "robots", { accounts, administrators }),
  administered("PUT", "people/:name/password", async ({ request, params }) => {
    const { password } = await readBody(request, NEW_PASSWORD);
    await accounts.setPassword(accountNameIn(params), password);
    return bodiless(204, {});
  }),
  administered("DELETE", "people/:name/password", async ({ params }) => {
    const person = { kind: "person", name: accountNameIn(params) } as const;
    await accounts.removePassword(person.name, administrators.without({ what: "password", of: person }));
    return bodiless(204, {});
  }),
];

const endpointsOf = (
  kind: Account["kind"],
  listing: "people" | "robots",
  { accounts, administrators }: { readonly accounts: Accounts; readonly administrators: Administrators },
): readonly Endpoint[] => [
  administered("GET", listing, ({ request }) =>
    answerList(request, {
      field: listing,
      path: `${ROOT}${listing}`,
      read: (page) => accounts.listAccounts({ kind, ...page }),
      show: shown,
    }),
  ),
  administered("POST", listing, async ({ request, access, isAbout }) => {
    const added = await readBody(request, NEW_ACCOUNT);
    isAbout({ name: added.name });
    const info = await accounts.addAccount({ kind, name: added.name, actor: access.caller.name });
    return json(201, shown(info), { Location: `${ROOT}${listing}/${info.name}` });
  }),
  administered("GET", `${listing}/:name`, async ({ params }) =>
    json(200, shown(await accounts.getAccount({ kind, name: accountNameIn(params) }))),
  ),
  administered("DELETE", `${listing}/:name`, async ({ params }) => {
    const account = { kind, name: accountNameIn(params) };
    await accounts.deleteAccount(account, administrators.without({ what: "account", of: account }));
    return bodiless(204, {});
  }),
];

const shown = ({ kind, name: called, created, actor, hasPassword }: AccountInfo) => ({
  name: called,
  created: timeText(created),
  actor,
  ...(kind === "person" && { password: hasPassword }),
});
