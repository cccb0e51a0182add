import { type Glob, GlobError, parseGlob, parseTagGlob } from "../access/glob.ts";
import { ACTIONS, type Action, type Grant } from "../access/rights.ts";
import type { WantedAccessKey } from "../identities/access-keys.ts";
import type { Rotation } from "../identities/rotate-access-key.ts";
import { type Field, inSeconds, invalid, list, object, optional } from "./fields.ts";
import { name, owner } from "./names.ts";

const SECOND = 1000;
const DAY = 24 * 3600;
const MOST_ENTRIES = 50;

/** Seconds, as all times in requests: whoever asks needs no clock. */
const lifetime = optional(inSeconds(60, 10 * 366 * DAY));
const overlap = inSeconds(0, 30 * DAY);

const glob =
  (parse: (text: string) => Glob): Field<Glob> =>
  (value, field) => {
    if (typeof value !== "string") throw invalid(field, "it takes a glob");
    try {
      return parse(value);
    } catch (cause) {
      if (cause instanceof GlobError) throw invalid(field, cause.message);
      throw cause;
    }
  };

const action: Field<Action> = (value, field) => {
  const found = ACTIONS.find((each) => each === value);
  if (!found) throw invalid(field, `it takes ${ACTIONS.join(", ")}`);
  return found;
};

const GRANT = object({
  repositories: glob(parseGlob),
  actions: list(action, ACTIONS.length),
  tags: optional(list(glob(parseTagGlob), MOST_ENTRIES)),
});
const grant: Field<Grant> = (value, field) => {
  const { tags, ...rest } = GRANT(value, field);
  return { ...rest, ...(tags && { tags }) };
};

const NEW_ACCESS_KEY = object({ owner, name, lifetime, limits: optional(list(grant, MOST_ENTRIES)) });
const ROTATION = object({ overlap, lifetime });

/** What a new access key shall be. */
export const newAccessKey: Field<Omit<WantedAccessKey, "actor">> = (value, field) => {
  const { limits, lifetime: seconds, ...wanted } = NEW_ACCESS_KEY(value, field);
  return { ...wanted, ...inMilliseconds(seconds), ...(limits && { limits }) };
};

export const rotation: Field<Omit<Rotation, "id">> = (value, field) => {
  const turn = ROTATION(value, field);
  return { overlap: turn.overlap * SECOND, ...inMilliseconds(turn.lifetime) };
};

const inMilliseconds = (seconds: number | undefined) =>
  seconds === undefined ? {} : { lifetime: seconds * SECOND };
