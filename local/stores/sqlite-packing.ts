import { Packr } from "msgpackr";
import type { Attributes } from "../../shared/ports/table.ts";
import type { NumberedAnswer, Operations, PackedRequest } from "./sqlite-messages.ts";

/** Without records, all that is packed stands for itself: no shared structures that could get lost. */
const packr = new Packr({ useRecords: false });

/** An array of bytes of its own, which may change hands: msgpackr's is a part of a larger one. */
const pack = (value: unknown): Uint8Array<ArrayBuffer> => Uint8Array.from(packr.pack(value));

export const packAttributes = (attributes: Attributes): Uint8Array => pack(attributes);
/** Bytes among the attributes are views of `packed`. */
export const unpackAttributes = (packed: Uint8Array): Attributes => packr.unpack(packed);

export const packOperations = (operations: Operations): Uint8Array => pack(operations);
export const unpackOperations = (packed: Uint8Array): Operations => packr.unpack(packed);

export const packRequests = (requests: readonly PackedRequest[]): Uint8Array<ArrayBuffer> => pack(requests);
export const unpackRequests = (packed: Uint8Array): readonly PackedRequest[] => packr.unpack(packed);

export const packAnswers = (answers: readonly NumberedAnswer[]): Uint8Array<ArrayBuffer> => pack(answers);
export const unpackAnswers = (packed: Uint8Array): readonly NumberedAnswer[] => packr.unpack(packed);
