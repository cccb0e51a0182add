import { OciError } from "../oci/errors.ts";

/** Reads one value of a JSON body. REQUEST_INVALID, with the field and the reason, where it is not what it takes. */
export type Field<Value> = (value: unknown, field: string) => Value;
type Fields = Readonly<Record<string, Field<unknown>>>;
type ValuesOf<Shape extends Fields> = { readonly [Name in keyof Shape]: ReturnType<Shape[Name]> };

export function invalid(field: string, reason: string): OciError {
  return new OciError("REQUEST_INVALID", { field: field.slice(0, 300), reason });
}

/** A JSON object of these fields and no others. */
export const object =
  <Shape extends Fields>(shape: Shape): Field<ValuesOf<Shape>> =>
  (value, field) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw invalid(field, "it takes a JSON object");
    }
    const nameOf = (name: string): string => (field === BODY ? name : `${field}.${name}`);
    const values = new Map(Object.entries(value));
    for (const name of values.keys()) {
      if (!Object.hasOwn(shape, name)) {
        throw invalid(nameOf(name), `there is no such field: it takes ${Object.keys(shape).join(", ")}`);
      }
    }
    const read = Object.entries(shape).map(([name, parse]) => [name, parse(values.get(name), nameOf(name))]);
    return Object.fromEntries(read) as ValuesOf<Shape>;
  };

/** How the body itself is called in a refusal. */
export const BODY = "body";

export const optional =
  <Value>(parse: Field<Value>): Field<Value | undefined> =>
  (value, field) =>
    value === undefined ? undefined : parse(value, field);

export const text =
  (isValid: (text: string) => boolean, rule: string): Field<string> =>
  (value, field) => {
    if (typeof value !== "string" || !isValid(value)) throw invalid(field, `it takes ${rule}`);
    return value;
  };

export const flag: Field<boolean> = (value, field) => {
  if (typeof value !== "boolean") throw invalid(field, "it takes true or false");
  return value;
};

export const inSeconds =
  (least: number, most: number): Field<number> =>
  (value, field) => {
    if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most) {
      throw invalid(field, `it takes a whole number of seconds from ${least} to ${most}`);
    }
    return value;
  };

/** From one entry to `most` of them. */
export const list =
  <Value>(entry: Field<Value>, most: number): Field<readonly Value[]> =>
  (value, field) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > most) {
      throw invalid(field, `it takes a list of 1 to ${most} entries`);
    }
    return value.map((each: unknown, at) => entry(each, `${field}[${at}]`));
  };
