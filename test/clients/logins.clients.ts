import { afterAll, beforeAll } from "vitest";
import { startGuarded } from "./support/guarded.ts";
import { LOGIN_CLIENT_NAMES } from "./support/login-clients.ts";
import { loginTests } from "./support/login-tests.ts";

/** Every client, against a Berth in one process. */

let registry: Awaited<ReturnType<typeof startGuarded>>;
beforeAll(async () => {
  registry = await startGuarded();
});
afterAll(() => registry.stop());

loginTests({ home: "one process", clients: LOGIN_CLIENT_NAMES, registry: () => registry });
