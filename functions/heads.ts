import { openHeads } from "./compose/heads.ts";

/** HEAD of manifests and blobs, as a server of its own: for where the API loses the length that clients want. */
await openHeads(process.env);
