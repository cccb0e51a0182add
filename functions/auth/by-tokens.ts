import { createAuthority } from "../../shared/auth/authority.ts";
import type { Throttle } from "../../shared/auth/throttle/throttle.ts";
import { createTokenReader } from "../../shared/auth/tokens.ts";
import type { Authority } from "../../shared/http/authority.ts";
import type { Credentials, Place } from "../stores/credentials.ts";
import { systemClock } from "../system-clock.ts";
import { byExchange } from "./exchange.ts";
import { createInvoke } from "./invoke.ts";
import { createKms } from "./kms.ts";
import { createKmsVerifier } from "./token-keys.ts";

interface ByTokens {
  readonly region: string;
  readonly credentials: Credentials;
  readonly kms: Pick<Place, "endpoint">;
  readonly lambda: Pick<Place, "endpoint">;
  readonly tokenKeys: readonly [string, ...string[]];
  readonly service: string;
  readonly tokenFunction: string;
  /** what clients speak */
  readonly scheme: "https" | "http";
  /** asked before the token function is */
  readonly throttle: Throttle;
}

/** Knows senders by tokens, of which it has the public keys alone, and others by the token function. */
export function authorityByTokens(settings: ByTokens): Authority {
  const { region, credentials, service, scheme, throttle } = settings;
  const { now } = systemClock;
  const place = { region, credentials, now };
  const kms = createKms({ ...place, ...settings.kms });
  const verifier = createKmsVerifier({ kms, ids: settings.tokenKeys, service, now });
  const tokens = createTokenReader(verifier, systemClock);
  const invoke = createInvoke({ ...place, ...settings.lambda }, settings.tokenFunction);
  const byCredentials = byExchange({ invoke, tokens, clock: systemClock, throttle });
  const address = { kind: "asked", scheme } as const;
  return createAuthority({ service, address, tokens, byCredentials });
}
