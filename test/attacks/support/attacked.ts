import { randomUUID } from "node:crypto";
import { beforeAll, expect } from "vitest";
import { pushManifest } from "../../spec/support/client.ts";
import { embeddedHome } from "./embedded-home.ts";
import { attackedHome, type Login, type Premises } from "./home.ts";
import { IMAGE, SECRET_BLOB } from "./image.ts";
import { type Outside, outside } from "./outside.ts";
import { furnish, type People } from "./people.ts";

export interface Attempt {
  readonly path: string;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}
/** By name and secret, by a token, or by what else stands in the header; nobody without any. */
export type Sender = Login | { readonly token: string } | { readonly authorization: string } | undefined;

export interface Attacked extends Premises {
  readonly outside: Outside;
  /** `fetch` of a path at the first entrance, or of a whole URL. */
  readonly fetch: (path: string, init?: RequestInit, as?: Sender) => Promise<Response>;
  /** Each attempt at each entrance. */
  readonly answers: (attempts: readonly Attempt[], as?: Sender) => Promise<readonly Response[]>;
  /** The statuses of the answers, each once. Fails where anything that is stored is another afterwards. */
  readonly outcomes: (attempts: readonly Attempt[], as?: Sender) => Promise<readonly number[]>;
  readonly people: () => People;
  /** All that was logged, with what was asked last. */
  readonly logged: () => Promise<string>;
  /** A token for the scopes, as its client gets it. */
  readonly tokenFor: (as: Sender, ...scopes: readonly string[]) => Promise<string>;
}

/** What holds the image: the one that most may use, names that begin the same, and another. */
const REPOSITORIES = ["shop/a", "shop/ab", "shop/a/b", "other"];

/** Where requests take long, it is some of them. */
const FURNISH_MILLISECONDS = 60_000;

let shared: Attacked | undefined;

/** The registry that the tests of this file attack: one, however often it is asked for. */
export function attacked(): Attacked {
  shared ??= open();
  return shared;
}

function open(): Attacked {
  const around = outside();
  const premises = (attackedHome() ?? embeddedHome)(around);
  let people: People | undefined;
  const ask = (entrance: string, { path, ...init }: Attempt, as: Sender): Promise<Response> =>
    fetch(new URL(path, entrance), {
      redirect: "manual",
      ...init,
      headers: { ...init.headers, ...headersOf(as) },
    });
  const everywhere: Attacked["answers"] = async (attempts, as) => {
    const answers: Response[] = [];
    for (const entrance of premises.entrances)
      for (const attempt of attempts) answers.push(await ask(entrance, attempt, as));
    return answers;
  };
  const own: Omit<Attacked, keyof Premises> = {
    outside: around,
    fetch: (path, init = {}, as) =>
      fetch(new URL(path, premises.entrances[0]), {
        redirect: "manual",
        ...init,
        headers: { ...Object.fromEntries(new Headers(init.headers)), ...headersOf(as) },
      }),
    answers: everywhere,
    outcomes: async (attempts, as) => {
      const before = await premises.stored();
      const statuses = new Set<number>();
      for (const answer of await everywhere(attempts, as)) {
        await answer.arrayBuffer();
        statuses.add(answer.status);
      }
      expect(await premises.stored(), "what is stored").toEqual(before);
      return [...statuses].toSorted((a, b) => a - b);
    },
    people: () => {
      if (people === undefined) throw new Error("there are people only while tests run");
      return people;
    },
    logged: async () => {
      const mark = `marked/${randomUUID()}`;
      await (await own.fetch(`/v2/${mark}/tags/list`)).arrayBuffer();
      await expect.poll(premises.output, { timeout: 10_000 }).toContain(mark);
      return premises.output();
    },
    tokenFor: async (as, ...scopes) => {
      const query = new URLSearchParams(scopes.map((scope): [string, string] => ["scope", scope]));
      const answer = await own.fetch(`/token?${query.toString()}`, {}, as);
      expect(answer.status).toBe(200);
      return ((await answer.json()) as { readonly token: string }).token;
    },
  };
  beforeAll(async () => {
    people = await furnish(own.fetch, premises.admin);
    const { ada } = people;
    const asAda = { fetch: (path: string, init?: RequestInit) => own.fetch(path, init, ada) };
    for (const repo of REPOSITORIES) {
      await postBlob(asAda, repo);
      await pushManifest(asAda, repo, IMAGE, "v1");
    }
  }, FURNISH_MILLISECONDS);
  return Object.defineProperties({ ...own }, Object.getOwnPropertyDescriptors(premises)) as Attacked;
}

/** In one request, wherever else uploads go on. */
async function postBlob({ fetch: ask }: Pick<Attacked, "fetch">, repo: string): Promise<void> {
  const path = `/v2/${repo}/blobs/uploads/?digest=${SECRET_BLOB.digest}`;
  expect((await ask(path, { method: "POST", body: SECRET_BLOB.bytes.toString() })).status).toBe(201);
}

function headersOf(as: Sender): Record<string, string> {
  if (as === undefined) return {};
  if ("authorization" in as) return { Authorization: as.authorization };
  if ("token" in as) return { Authorization: `Bearer ${as.token}` };
  return { Authorization: basic(as) };
}

export const basic = ({ name, secret }: Login): string =>
  `Basic ${Buffer.from(`${name}:${secret}`).toString("base64")}`;
