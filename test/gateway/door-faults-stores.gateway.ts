import { describe, expect, it } from "vitest";
import { type Fate, useDoor } from "./door-faults/door-stand.ts";
import { expectWell, summed } from "./door-faults/each-call.ts";
import {
  always,
  completedUnheard,
  DYNAMO_CALLS,
  FAULTS,
  isOfDynamo,
  isOfS3,
  once,
} from "./door-faults/fates.ts";
import { useFindings } from "./door-faults/findings.ts";
import {
  byGoingOn,
  byPatch,
  byPut,
  layerOf,
  type Push,
  SMALL_LAYER,
  type Told,
} from "./door-faults/pushes.ts";

const tell = useFindings("A store that is slow, fails, or hangs up");
const door = useDoor();
const MINUTES = 300_000;

interface Trouble {
  readonly what: string;
  readonly fate: () => Fate;
  readonly push?: Push;
}

/** Pushes in trouble, and makes sure that all is well afterwards; answers what the client was told. */
async function suffer({ what, fate, push = byPatch }: Trouble): Promise<Told> {
  const layer = push.begun ? layerOf(what) : layerOf(what, SMALL_LAYER);
  const path = await door.begin();
  await push.begun?.(door, path, layer);
  door.strike(fate());
  const told = await push.run(door, path, layer);
  await door.recover();
  const again = await expectWell(door, { push, path, layer, told });
  for (const [, outcome] of summed([{ call: what, told, again }])) tell(what, outcome);
  return told;
}

const ONCE: readonly Trouble[] = [
  { what: "S3 says SlowDown once at each kind of call", fate: once(isOfS3, FAULTS.slowDown) },
  {
    what: "the same, status, PATCH of the rest, empty PUT",
    fate: once(isOfS3, FAULTS.slowDown),
    push: byGoingOn,
  },
  { what: "S3 says InternalError once at each kind of call", fate: once(isOfS3, FAULTS.internalError) },
  { what: "S3 hangs up in the middle of a request, once at each kind", fate: once(isOfS3, FAULTS.hangUp) },
  { what: "S3 takes a second more for each call", fate: always(isOfS3, FAULTS.slow) },
  { what: "S3 joins the parts, loses the answer, says NoSuchUpload then", fate: completedUnheard },
  { what: "the same, one PUT", fate: completedUnheard, push: byPut },
  { what: "DynamoDB is too busy once at each kind of call", fate: once(isOfDynamo, FAULTS.busy) },
  { what: "DynamoDB hangs up once at each kind of call", fate: once(isOfDynamo, FAULTS.hangUp) },
];

const at = (name: string) => (call: string) => call === name;

const ALWAYS: readonly Trouble[] = [
  ...["CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"].map((name) => ({
    what: `S3 says InternalError at each ${name}`,
    fate: always(at(name), FAULTS.internalError),
  })),
  {
    what: "S3 hangs up at each CompleteMultipartUpload, one PUT",
    fate: always(at("CompleteMultipartUpload"), FAULTS.hangUp),
    push: byPut,
  },
  {
    what: "S3 does each CompleteMultipartUpload and answers none",
    fate: always(at("CompleteMultipartUpload"), FAULTS.lost),
  },
  {
    what: "S3 says InternalError at each GetObject, status, PATCH of the rest, empty PUT",
    fate: always(at("GetObject"), FAULTS.internalError),
    push: byGoingOn,
  },
  ...DYNAMO_CALLS.map((name) => ({
    what: `DynamoDB is too busy at each ${name}`,
    fate: always(at(name), FAULTS.busy),
  })),
];

describe("trouble that passes", { timeout: MINUTES }, () => {
  it.each(ONCE)("is not noticed by a client: $what", async (trouble) => {
    expect(await suffer(trouble)).toMatchObject({ created: true });
  });
});

describe("trouble that stays", { timeout: MINUTES }, () => {
  it.each(ALWAYS)("is told to the client, for whom nothing is lost: $what", async (trouble) => {
    expect((await suffer(trouble)).statuses.at(-1)).toBe(503);
  });
});
