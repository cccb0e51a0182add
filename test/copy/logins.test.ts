import { describe, expect, it } from "vitest";
import { guarded, json } from "../client/support/guards.ts";
import { workshop } from "../push/support/pushing.ts";
import { runBerth } from "../support/berth-process.ts";
import { makeImage } from "./support.ts";

const { registry, variables } = workshop();

describe("berth copy shows", () => {
  const right = `Basic ${Buffer.from("me:s3cr3t").toString("base64")}`;
  const closed = guarded(
    (shown) => shown === right,
    () => "Basic",
  );
  const withPairs = (source: string, target: string, more: object) =>
    runBerth(["copy", source, target], {
      variables: { ...variables(), DOCKER_CONFIG: "/nonexistent", ...more },
    });

  it("each registry its own credentials, and tells none of them", async () => {
    const [here, there] = [await registry(), await registry(closed)];
    await makeImage(here.url, "app", "1.0");
    const places = [`${here.host}/app:1.0`, `${there.host}/app`] as const;
    const wrong = await withPairs(...places, { BERTH_TARGET_CREDENTIALS: "me:hunter2" });
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/answered 401.*wants a login, or another one/),
    });
    expect(wrong.stdout + wrong.stderr).not.toMatch(/hunter2/);
    expect(await withPairs(...places, { BERTH_TARGET_CREDENTIALS: "me:s3cr3t" })).toMatchObject({ code: 0 });
  });

  it("no token server on another host its credentials, unless that is trusted", async () => {
    const tokens = await registry(() => async () => json(200, { token: "right" }));
    const here = await registry(
      guarded(
        (shown) => shown === "Bearer right",
        () => `Bearer realm="${tokens.url}/token"`,
      ),
    );
    const pair = { BERTH_SOURCE_CREDENTIALS: "me:s3cr3t" };
    const refused = await withPairs(`${here.host}/app:1`, `${here.host}/b`, pair);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/another host: nothing was sent/),
    });
    expect(tokens.seen).toEqual([]);
    const trusted = await runBerth(
      ["copy", "--trust-realm", tokens.host, `${here.host}/app:1`, `${here.host}/b`],
      {
        variables: {
          ...variables(),
          DOCKER_CONFIG: "/nonexistent",
          ...pair,
          BERTH_TARGET_CREDENTIALS: "me:s3cr3t",
        },
      },
    );
    expect(trusted.stderr).toMatch(/manifests\/1 answered 404/);
  });
});
