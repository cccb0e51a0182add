import { OciError, type OciErrorName } from "./errors.ts";

declare const brand: unique symbol;
/** A string that was checked once, at the edge, and is trusted from there on. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** Makes the one way from text to a branded string: the text itself, or an error that quotes it. */
export const parser =
  <Name extends string>(isValid: (text: string) => boolean, reason: OciErrorName, what: string) =>
  (text: string): Branded<Name> => {
    if (!isValid(text)) throw new OciError(reason, { [what]: text.slice(0, 300) });
    return text as Branded<Name>;
  };
