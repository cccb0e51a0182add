import { expect, it } from "vitest";
import { Ledger } from "../../local/doctor/ledger.ts";
import { RegistryFailure } from "../../shared/client/failures.ts";
import type { HttpClient } from "../../shared/client/messages.ts";

it("what can't be deleted because nobody gives tokens any more is told, all of it", async () => {
  const failing = async () => {
    throw new RegistryFailure("the token server answers 503");
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
  expect(left[0]).toBe("no answer: the token server answers 503");
});
