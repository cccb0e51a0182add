import { Complaint } from "../complaint.ts";
import { systemClock } from "../system-clock.ts";
import type { Check } from "./check.ts";
import { type Client, createClient, NoAnswerError } from "./client.ts";
import { createExam } from "./exam.ts";
import { examine } from "./examine.ts";
import type { DoctorOptions } from "./options.ts";
import { type Report, reportOf } from "./report.ts";
import type { Screen } from "./screen.ts";

export interface Surroundings {
  readonly screen: Screen;
  /** milliseconds, from any moment on */
  readonly now: () => number;
  /** ends the checks, but not the cleaning up */
  readonly signal: AbortSignal;
  readonly checks: readonly Check[];
}

/** Examines a registry and cleans up. Complaint where there is none to examine. */
export async function diagnose(options: DoctorOptions, surroundings: Surroundings): Promise<Report> {
  const { screen, now, signal, checks } = surroundings;
  const { base, timeout, prefix, largeSize } = options;
  const client = createClient({ base, timeout, signal, onMoved: screen.moved });
  const calmClient = createClient({ base, timeout });
  const begun = now();
  try {
    await demandRegistry(client);
    const repo = `${prefix}/${systemClock.newId().replaceAll("-", "").slice(0, 12)}`;
    const exam = createExam({ client, repo, largeSize, newId: systemClock.newId });
    const results = await examine({
      exam,
      calmClient,
      checks,
      signal,
      now,
      onBegin: screen.begin,
      onEnd: screen.end,
    });
    return reportOf({
      url: base.origin,
      repository: repo,
      milliseconds: Math.round(now() - begun),
      checks: results,
      interrupted: signal.aborted,
    });
  } finally {
    client.close();
    calmClient.close();
  }
}

/** Something must answer at /v2/ that may be a registry; all the rest is for the checks. */
async function demandRegistry(client: Client): Promise<void> {
  const { host } = client.base;
  const said: string[] = [];
  for (const target of ["/v2/", "/v2"]) {
    try {
      const { status, header } = await client.send({ method: "GET", target });
      if (status === 200 || status === 401 || status === 403) return;
      const location = header("location");
      said.push(location === undefined ? String(status) : `${status} (go to ${location})`);
    } catch (cause) {
      if (!(cause instanceof NoAnswerError)) throw cause;
      throw new Complaint(`${host} does not answer: ${cause.message}${hintFor(cause.message)}`, { cause });
    }
  }
  throw new Complaint(
    `${host} is no registry: GET /v2/ answered ${said[0]}. Give the address that docker push is given, without a path`,
  );
}

function hintFor(message: string): string {
  if (/CERT|SELF_SIGNED|ISSUER/.test(message)) {
    return " (name the certificate authority's file in NODE_EXTRA_CA_CERTS)";
  }
  if (/WRONG_VERSION|EPROTO/.test(message)) return " (try http:// instead of https://)";
  return "";
}
