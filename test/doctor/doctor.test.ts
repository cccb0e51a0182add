import { describe, expect, it } from "vitest";
import { CHECKS } from "../../local/doctor/checks.ts";
import type { Report } from "../../local/doctor/report.ts";
import { guarded } from "../client/support/guards.ts";
import { registry } from "../support/registry.ts";
import { answering, gatewaySays, isChunked, refusing, withHeader } from "./support/breaking.ts";
import { type Breaks, examined, reportOn, startPatient } from "./support/patient.ts";

const ALL = CHECKS.map(({ id }) => id);
const LOGINS = ALL.filter((id) => /^(?:auth|token|aws)\./.test(id));
const idsOf = ({ checks }: Report, status: string) =>
  checks.filter((result) => result.status === status).map(({ id }) => id);
const findingsOf = ({ checks }: Report) => checks.filter(({ status }) => status === "failed");

describe("berth doctor is green", () => {
  const berth = registry();

  it("against the embedded registry, which is open and sends blobs itself", async () => {
    const report = await reportOn(berth.url);
    expect(findingsOf(report)).toEqual([]);
    const inapplicable = idsOf(report, "inapplicable");
    expect(inapplicable).toEqual([...LOGINS, ...ALL.filter((id) => id.startsWith("redirect."))]);
    expect(idsOf(report, "passed")).toEqual(ALL.filter((id) => !inapplicable.includes(id)));
    expect(report).toMatchObject({ version: 1, outcome: "green", url: berth.url });
  });

  it("against a registry that redirects pulls to another host", async () => {
    const report = await examined({ bucket: {} });
    expect(findingsOf(report)).toEqual([]);
    expect(idsOf(report, "inapplicable")).toEqual(LOGINS);
    expect(report.outcome).toBe("green");
  });

  it("against a registry that takes an upload's address only as it was given, to the letter", async () => {
    const report = await examined({ breaks: exacting });
    expect(findingsOf(report)).toEqual([]);
    expect(report.outcome).toBe("green");
  });
});

const STATE = "state=a%20b%2a";
const isUpload = ({ path }: { readonly path: string }) => /\/blobs\/uploads\/./.test(path);

/** Gives uploads a query that reads the same in another form, and knows it in none but its own. */
const exacting: Breaks = (handler) => async (request) => {
  if (isUpload(request) && !request.query.includes(STATE)) return gatewaySays(404, "no such upload");
  const answer = await handler(request);
  const location = answer.headers["Location"];
  if (location === undefined || !isUpload({ path: location })) return answer;
  return withHeader(answer, "Location", `${location}${location.includes("?") ? "&" : "?"}${STATE}`);
};

/** Remembers where everything is that was created. */
function remembering(created: Set<string>): Breaks {
  return (handler) => async (request) => {
    const answer = await handler(request);
    const location = answer.headers["Location"];
    if (answer.status === 201 && location !== undefined) created.add(location);
    return answer;
  };
}

async function statusesOf(url: string, paths: Iterable<string>): Promise<readonly number[]> {
  const answers = [...paths].map(
    async (path) => (await fetch(new URL(path, url), { method: "HEAD" })).status,
  );
  return [...new Set(await Promise.all(answers))];
}

/** Interrupts the run when a request comes, which gets no answer before `released`. */
function hangingAt(path: RegExp, interruption: AbortController, released: Promise<void>): Breaks {
  return (handler) => async (request) => {
    if (path.test(request.path) && !interruption.signal.aborted) {
      interruption.abort();
      await released;
    }
    return handler(request);
  };
}

const both =
  (outer: Breaks, inner: Breaks): Breaks =>
  (handler) =>
    outer(inner(handler));

describe("berth doctor leaves nothing behind", () => {
  it("when it is done: every blob and manifest is gone, and no tag is left", async () => {
    const created = new Set<string>();
    const patient = await startPatient({ breaks: remembering(created) });
    await reportOn(patient.url);
    expect(created.size).toBeGreaterThan(30);
    expect(await statusesOf(patient.url, created)).toEqual([404]);
    const catalog = await (await fetch(`${patient.url}/v2/_catalog`)).json();
    const { repositories } = catalog as { repositories: string[] };
    for (const repo of repositories) {
      expect(repo).toMatch(/^team\/doctor\/[0-9a-f]{12}/);
      const tags = await (await fetch(`${patient.url}/v2/${repo}/tags/list`)).json();
      expect(tags).toMatchObject({ tags: [] });
    }
    await patient.stop();
  });

  it("when it is interrupted: what hangs is given up, what comes after is not begun", async () => {
    const created = new Set<string>();
    const interruption = new AbortController();
    const released = Promise.withResolvers<void>();
    const breaks = both(remembering(created), hangingAt(/\/_catalog$/, interruption, released.promise));
    const patient = await startPatient({ breaks });
    const report = await reportOn(patient.url, { signal: interruption.signal });
    expect(created.size).toBeGreaterThan(20);
    expect(await statusesOf(patient.url, created)).toEqual([404]);
    expect(report.outcome).toBe("incomplete");
    expect(report.checks.at(-1)).toMatchObject({ id: "cleanup.gone", status: "passed" });
    expect(idsOf(report, "passed")).not.toContain("large.put");
    released.resolve();
    await patient.stop();
  });

  it("when a check has a defect: it cleans up, and the defect comes out", async () => {
    const created = new Set<string>();
    const patient = await startPatient({ breaks: remembering(created) });
    const defect = new Error("a defect of a check");
    const checks = CHECKS.map((check) =>
      check.id === "delete.tag" ? { ...check, run: () => Promise.reject(defect) } : check,
    );
    await expect(reportOn(patient.url, { checks })).rejects.toBe(defect);
    expect(await statusesOf(patient.url, created)).toEqual([404]);
    await patient.stop();
  });
});

describe("berth doctor tells what it could not look at", () => {
  const challenge = 'Basic realm="registry"';
  const closedWith = (status: number, headers: Readonly<Record<string, string>>): Breaks =>
    answering({}, (answer) => ({ ...answer, status, headers: { ...answer.headers, ...headers } }));
  const needless = ["base.ping", "base.version", "auth.challenge"];

  it("where the registry asks for a login: the challenge is checked, and nothing else", async () => {
    const report = await examined({ breaks: closedWith(401, { "WWW-Authenticate": challenge }) });
    expect(idsOf(report, "passed")).toEqual([...needless, "cleanup.gone"]);
    expect(findingsOf(report)).toEqual([]);
    expect(report.outcome).toBe("incomplete");
    expect(report.checks).toContainEqual(
      expect.objectContaining({
        id: "push.put",
        status: "blocked",
        why: expect.stringMatching(/asks for a login \(401\)/),
      }),
    );
  });

  it("but all of it with the right login, which its answers to strangers are judged without", async () => {
    const right = `Basic ${Buffer.from("me:s3cr3t").toString("base64")}`;
    const credentials = { kind: "password", name: "me", secret: "s3cr3t" } as const;
    const patient = await startPatient({
      breaks: guarded(
        (shown) => shown === right,
        () => 'Basic realm="here"',
      ),
    });
    const report = await reportOn(patient.url, { credentials });
    expect(findingsOf(report)).toEqual([]);
    expect(report.outcome).toBe("green");
    expect(report.checks).toContainEqual(
      expect.objectContaining({ id: "auth.challenge", status: "passed", note: 'Basic realm="here"' }),
    );
    await patient.stop();
  });

  it("where the challenge is missing as well: that is a finding", async () => {
    const report = await examined({ breaks: closedWith(401, {}) });
    expect(findingsOf(report)).toMatchObject([{ id: "auth.challenge" }]);
    expect(report.outcome).toBe("findings");
  });

  it("where a stack is closed: which switch opens it", async () => {
    const report = await examined({ breaks: closedWith(403, {}) });
    expect(findingsOf(report)).toMatchObject([
      { id: "base.ping", cure: expect.stringMatching(/-c open=true/) },
    ]);
    expect(report.checks).toContainEqual(
      expect.objectContaining({
        id: "push.put",
        status: "blocked",
        why: expect.stringMatching(/-c open=true/),
      }),
    );
  });

  it("where nothing can be pushed: what needs no blob is checked, the rest is not", async () => {
    const unavailable = { status: 503, headers: { "Content-Length": "0" }, body: { kind: "empty" } } as const;
    const report = await examined({ breaks: refusing({ method: "POST" }, unavailable) });
    expect(idsOf(report, "passed")).toEqual(expect.arrayContaining(["errors.form", "referrers.empty"]));
    expect(idsOf(report, "blocked")).toEqual(
      expect.arrayContaining(["manifest.pull", "blob.large", "delete.tag"]),
    );
    expect(report.checks).toContainEqual(
      expect.objectContaining({
        id: "push.put",
        cure: expect.stringMatching(/^look into the registry's log/),
      }),
    );
    expect(report.outcome).toBe("findings");
  });

  it("where a method fails with little in it too: that it is not the size", async () => {
    const breaks = refusing({ method: "PATCH", when: isChunked }, gatewaySays(411, "Length Required"));
    expect(findingsOf(await examined({ breaks }))).toMatchObject([
      { id: "push.stream", cure: expect.stringMatching(/Transfer-Encoding: chunked/) },
      {
        id: "large.stream",
        problem: expect.stringMatching(/^a body of 1 MiB: .* answered 411 .*; 64 KiB do not pass either$/),
        cure: "it is not the size: mend push.stream first",
      },
    ]);
  });

  it("where requests are throttled: which setting allows more", async () => {
    const throttled = { status: 429, headers: { "Content-Length": "0" }, body: { kind: "empty" } } as const;
    const report = await examined({
      breaks: refusing({ method: "PUT", path: /\/manifests\/push$/ }, throttled),
    });
    expect(findingsOf(report)).toMatchObject([
      { id: "manifest.push", cure: expect.stringMatching(/ThrottleRate and ThrottleBurst/) },
    ]);
  });
});
