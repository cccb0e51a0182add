import type { Ask, HttpClient, OpenAnswer } from "../messages.ts";
import { withSend } from "../send.ts";
import { parseChallenges } from "./challenges.ts";
import { Keyring, type KeyringParts } from "./keyring.ts";
import { scopesOf } from "./scopes.ts";

/**
 * The same client, which shows credentials to its own registry (scheme, host and port) when that asks for them, and to
 * nobody else: what another host asks for is only an answer. A body that goes out once can't be sent again: then the
 * 401 is the answer, and the next request will show the right thing.
 */
export function authorize(parts: KeyringParts): HttpClient {
  const { client } = parts;
  const keyring = new Keyring(parts);
  const open = async (ask: Ask): Promise<OpenAnswer> => {
    const url = new URL(ask.target, client.base);
    if (url.origin !== client.base.origin) return client.open(ask);
    const scopes = scopesOf(ask.method, url);
    const shown = await keyring.authorization(scopes);
    const answer = await client.open(showing(ask, shown));
    if (answer.status !== 401) return answer;
    const challenges = parseChallenges(answer.header("www-authenticate"));
    const authorization = await keyring.answer(challenges, scopes, shown).catch((error: unknown) => {
      answer.close();
      throw error;
    });
    if (authorization === undefined || !canGoAgain(ask)) return answer;
    answer.close();
    return client.open(showing(ask, authorization));
  };
  return withSend({ base: client.base, open, close: client.close });
}

const canGoAgain = ({ body }: Ask): boolean => body === undefined || Array.isArray(body.chunks);

const showing = (ask: Ask, authorization: string | undefined): Ask =>
  authorization === undefined ? ask : { ...ask, headers: { ...ask.headers, Authorization: authorization } };
