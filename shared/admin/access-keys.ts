import { bodiless, json } from "../http/answers.ts";
import type { HttpAnswer } from "../http/messages.ts";
import { parseQuery } from "../http/query.ts";
import type { AccessKey, NewAccessKey } from "../identities/access-key.ts";
import { isAccessKeyId } from "../identities/access-key-secret.ts";
import type { Administrators } from "../identities/administrators.ts";
import type { Identities } from "../identities/identities.ts";
import { OciError } from "../oci/errors.ts";
import type { AccessKeyId } from "../registry/keyspace.ts";
import { newAccessKey, rotation } from "./access-key-body.ts";
import { readBody } from "./body.ts";
import { type AdminCall, administered, type Endpoint, ROOT } from "./endpoint.ts";
import { answerList } from "./lists.ts";
import { owner, ownerText, timeText } from "./names.ts";

/**
 * Access keys: added, listed, rotated, revoked. A secret is only in the answer that made it. The last administrator keeps a
 * way in.
 */
export const accessKeyEndpoints = (
  identities: Identities,
  administrators: Administrators,
): readonly Endpoint[] => [
  administered("GET", "keys", (call) => listKeys(call, identities)),
  administered("POST", "keys", async ({ request, access, isAbout }) => {
    const wanted = await readBody(request, newAccessKey);
    isAbout({ owner: ownerText(wanted.owner), name: wanted.name });
    const made = await identities.addAccessKey({ ...wanted, actor: access.caller.name });
    return json(201, shownOnce(made), { Location: `${ROOT}keys/${made.accessKey.id}` });
  }),
  administered("GET", "keys/:id", async (call) =>
    json(200, shown(await identities.getAccessKey(idIn(call)))),
  ),
  administered("DELETE", "keys/:id", async (call) => {
    const id = idIn(call);
    const revoked = await identities.revokeAccessKey(id, administrators.without({ what: "access key", id }));
    call.isAbout({ owner: ownerText(revoked.owner), name: revoked.name });
    return bodiless(204, {});
  }),
  administered("POST", "keys/:id/rotate", async (call) => {
    const turn = await readBody(call.request, rotation);
    const made = await identities.rotateAccessKey({ id: idIn(call), ...turn });
    call.isAbout({ owner: ownerText(made.accessKey.owner), name: made.accessKey.name });
    return json(200, shownOnce(made));
  }),
];

function listKeys({ request }: AdminCall, { listAccessKeys }: Identities): Promise<HttpAnswer> {
  const asked = parseQuery(request.query).get("owner");
  const whose = asked === null ? undefined : owner(asked, "owner");
  return answerList(request, {
    field: "keys",
    path: `${ROOT}keys`,
    query: whose ? `owner=${encodeURIComponent(ownerText(whose))}&` : "",
    read: (page) => listAccessKeys({ ...page, ...(whose && { owner: whose }) }),
    show: shown,
  });
}

/** ACCESS_KEY_UNKNOWN for what can be no id: no access key has it. */
function idIn({ params: { id = "" } }: AdminCall): AccessKeyId {
  if (!isAccessKeyId(id)) throw new OciError("ACCESS_KEY_UNKNOWN", { id: id.slice(0, 300) });
  return id;
}

const shown = ({ created, expires, oldSecretUntil, owner: whose, ...rest }: AccessKey) => ({
  ...rest,
  owner: ownerText(whose),
  created: timeText(created),
  ...(expires !== undefined && { expires: timeText(expires) }),
  ...(oldSecretUntil !== undefined && { oldSecretUntil: timeText(oldSecretUntil) }),
});

const shownOnce = ({ accessKey, secret }: NewAccessKey) => ({ ...shown(accessKey), secret });
