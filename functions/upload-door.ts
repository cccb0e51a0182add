import { openDoor } from "./compose/door.ts";

/** PATCH and PUT of uploads of any length, their status and their end: a server of its own, as a Web Function. */
await openDoor(process.env);
