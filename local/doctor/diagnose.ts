import { authorize } from "../../shared/client/auth/authorize.ts";
import type { FindCredentials } from "../../shared/client/auth/credentials.ts";
import type { TrustRealm } from "../../shared/client/auth/realm.ts";
import { createHttpClient } from "../../shared/client/http-client.ts";
import type { HttpClient } from "../../shared/client/messages.ts";
import { demandRegistry } from "../client/demand-registry.ts";
import { systemClock } from "../system-clock.ts";
import type { AwsAtHand } from "./aws.ts";
import type { Check } from "./check.ts";
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
  readonly credentials: FindCredentials;
  readonly trust: TrustRealm;
  readonly aws: AwsAtHand;
}

/** Examines a registry and cleans up. Complaint where there is none to examine. */
export async function diagnose(options: DoctorOptions, surroundings: Surroundings): Promise<Report> {
  const { screen, now, signal, checks } = surroundings;
  const { base, timeout, prefix, largeSize } = options;
  const stranger = createHttpClient({ base, timeout, signal, onMoved: screen.moved });
  const client = withLogin(stranger, surroundings);
  const calmClient = withLogin(createHttpClient({ base, timeout }), surroundings);
  const begun = now();
  try {
    await demandRegistry(stranger);
    const repo = `${prefix}/${systemClock.newId().replaceAll("-", "").slice(0, 12)}`;
    const { credentials, trust, aws } = surroundings;
    const exam = createExam({
      client,
      stranger,
      credentials,
      trust,
      aws,
      clock: systemClock,
      repo,
      largeSize,
    });
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

/** Of a request for a token: the doctor is to say what is wrong, not to wait until it is over. */
const TRIES = 2;

function withLogin(client: HttpClient, { credentials, trust, screen }: Surroundings): HttpClient {
  const { now, random, sleep: pause } = systemClock;
  return authorize({
    client,
    credentials,
    trust,
    waiting: { now, random, pause, say: screen.say, tries: TRIES },
  });
}
