import { openWriting } from "./compose/writing.ts";

/** Everything of uploads; mounts too, which begin as one. */
export const handler = await openWriting(process.env);
