import { RegistryFailure } from "../../shared/client/failures.ts";
import { onSignals } from "../signals.ts";

/** Ends a transfer on the first signal in a way that another run can go on from; on the next one, the process with `exitCode`. */
export function interruption(exitCode: number): AbortController {
  const controller = new AbortController();
  onSignals(
    () => controller.abort(new RegistryFailure("interrupted: the same command goes on where this one ended")),
    () => process.exit(exitCode),
  );
  return controller;
}
