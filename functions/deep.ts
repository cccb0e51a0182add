import { openWriting } from "./compose/writing.ts";

/** Everything of names so deep that the gateway has no route for each family. */
export const handler = await openWriting(process.env);
