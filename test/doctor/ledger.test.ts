import { expect, it } from "vitest";
import { Ledger } from "../../local/doctor/ledger.ts";
import { RegistryFailure, RegistryRefusal } from "../../shared/client/failures.ts";
import type { HttpClient } from "../../shared/client/messages.ts";

it.each([
  new RegistryFailure("the token server answers 503"),
  new RegistryRefusal("the token server answers 401", { status: 401, reason: "UNAUTHORIZED" }),
])(
  "what can't be deleted because nobody gives tokens any more is told, all of it: $message",
  async (error) => {
    const failing = async () => {
      throw error;
    };
    const client: HttpClient = {
      base: new URL("http://127.0.0.1"),
      open: failing,
      send: failing,
      close: () => {},
    };
    const made = new Ledger();
    made.manifest("doctor", "sha256:1");
    for (let blob = 0; blob < 20; blob += 1) made.blob("doctor", `sha256:${blob}`);
    const left = await made.cleanUp(client);
    expect(left).toHaveLength(21);
    expect(left[0]).toBe(`no answer: ${error.message}`);
  },
);
