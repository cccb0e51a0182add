/** Loaded into the processes of an attacked registry: a byte in the file COUNTED_HASHES for each scrypt that they begin. */
import { createHook } from "node:async_hooks";
import { appendFileSync } from "node:fs";
import { env } from "node:process";

const { COUNTED_HASHES: file = "" } = env;
if (file !== "") {
  createHook({
    init: (_id, type) => {
      if (type === "SCRYPTREQUEST") appendFileSync(file, ".");
    },
  }).enable();
}
