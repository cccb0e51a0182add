import type { FindCredentials } from "../../shared/client/auth/credentials.ts";
import type { TrustRealm } from "../../shared/client/auth/realm.ts";
import type { HttpClient } from "../../shared/client/messages.ts";
import type { Clock } from "../../shared/ports/clock.ts";
import type { AwsAtHand } from "./aws.ts";
import { type Content, generated } from "./content.ts";
import { Ledger } from "./ledger.ts";
import { bring, bringManifest, type Manifest, manifestOf } from "./push.ts";

/** What every check gets: the registry, a place of its own in it, and what checks share. */
export interface Exam {
  readonly client: HttpClient;
  /** the same registry for who shows no credentials */
  readonly stranger: HttpClient;
  /** of the doctor's own login */
  readonly credentials: FindCredentials;
  readonly trust: TrustRealm;
  readonly aws: AwsAtHand;
  /** milliseconds since 1970 */
  readonly now: () => number;
  /** the doctor's own repository */
  readonly repo: string;
  /** bytes of a large blob */
  readonly largeSize: number;
  readonly made: Ledger;
  /** a content that nobody ever pushed */
  readonly fresh: (size: number) => Content;
  /** An image with one layer under a tag, pushed when the first check asks for it. Blocked where that fails. */
  readonly image: () => Promise<Image>;
  /** small blobs that checks have pushed into `repo`, by the method that brought each */
  readonly pushed: Map<string, Content>;
  /** likewise, large ones */
  readonly pushedLarge: Map<string, Content>;
}

export interface Image {
  readonly tag: string;
  readonly config: Content;
  readonly layer: Content;
  readonly manifest: Manifest;
}

export interface ExamOptions {
  readonly client: HttpClient;
  readonly stranger: HttpClient;
  readonly credentials: FindCredentials;
  readonly trust: TrustRealm;
  readonly aws: AwsAtHand;
  readonly clock: Pick<Clock, "now" | "newId">;
  readonly repo: string;
  readonly largeSize: number;
}

export function createExam({ clock, ...given }: ExamOptions): Exam {
  const imageOf = oncePerExam(pushImage);
  const exam: Exam = {
    ...given,
    now: clock.now,
    made: new Ledger(),
    fresh: (size) => generated(clock.newId(), size),
    image: () => imageOf(exam),
    pushed: new Map(),
    pushedLarge: new Map(),
  };
  return exam;
}

/** What several checks of one exam share, made when the first one asks for it. */
export function oncePerExam<T>(make: (exam: Exam) => Promise<T>): (exam: Exam) => Promise<T> {
  const made = new WeakMap<Exam, Promise<T>>();
  return (exam) => {
    const found = made.get(exam) ?? make(exam);
    made.set(exam, found);
    return found;
  };
}

const LAYER_BYTES = 100_000;

async function pushImage(exam: Exam): Promise<Image> {
  const { repo } = exam;
  const config = await bring(exam, repo, exam.fresh(100));
  const layer = await bring(exam, repo, exam.fresh(LAYER_BYTES));
  const manifest = manifestOf({ config, layers: [layer] });
  await bringManifest(exam, manifest, { repo, reference: "image" });
  return { tag: "image", config, layer, manifest };
}
