import { contentOf } from "../../../shared/client/content.ts";
import type { HttpAnswer, HttpRequest } from "../../../shared/http/messages.ts";
import { parseRepoName } from "../../../shared/oci/names.ts";
import { patterned } from "../../support/bodies.ts";
import { sha256 } from "../../support/domain.ts";
import { serving } from "../../support/serving.ts";
import { startRegistry } from "./clients.ts";
import { guarded, type Heard, hearing, json, type TokenAsk, tokenServer } from "./guards.ts";

export const NAME = "ci@shop";
export const SECRET = "p:ss wörd";
export const BASIC = `Basic ${Buffer.from(`${NAME}:${SECRET}`).toString("base64")}`;
export const password = { kind: "password", name: NAME, secret: SECRET } as const;
export const trust = () => true;

export const repo = parseRepoName("team/app");
const bytes = patterned(3_000_000, "auth");
/** Large enough for several parts of a MiB. */
export const blob = { digest: sha256(bytes), content: contentOf(bytes) };

/** A registry that wants a bearer token; `realmAt` is where, `valid` what it takes. */
export async function bearer({
  answer,
  realmAt,
  scope = () => "repository:team/app:pull",
  challenges = () => true,
}: {
  readonly answer: (ask: TokenAsk, count: number) => HttpAnswer;
  readonly realmAt?: string;
  readonly scope?: (request: HttpRequest) => string;
  /** whether a 401 has a challenge */
  readonly challenges?: (request: HttpRequest) => boolean;
}) {
  const asks: TokenAsk[] = [];
  const heard: Heard[] = [];
  const valid = new Set<string>();
  const server = await serving(tokenServer(asks, answer));
  const realm = `${realmAt ?? server.url}/token`;
  const registry = await startRegistry((handler) =>
    hearing(heard)(
      guarded(
        (authorization) => valid.has(authorization ?? ""),
        (request) =>
          challenges(request)
            ? `Bearer realm="${realm}",service="reg, \\"quoted\\"",scope="${scope(request)}"`
            : undefined,
      )(handler),
    ),
  );
  return { url: registry.url, server, asks, heard, valid };
}

export const gives =
  (token: string, more: object = {}) =>
  () =>
    json(200, { token, ...more });
