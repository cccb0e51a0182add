import { isLoopback, listeningAddress } from "./listening-address.ts";
import { openLog } from "./log.ts";
import type { Settings } from "./settings.ts";
import { onSignals } from "./signals.ts";
import { start } from "./start.ts";
import { readTls } from "./tls.ts";
import { welcome } from "./welcome.ts";

/** A defect that nothing caught: no state in memory can be trusted any more. */
const EXIT_DEFECT = 1;

/** Starts to serve and returns; a signal ends the process. Throws a Complaint where it can't start. */
export async function serve(settings: Settings, version: string): Promise<void> {
  const host = await listeningAddress(settings.host);
  const tls = readTls(settings);
  const { log, flush } = openLog(settings.logLevel);
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "a defect that nothing caught: the process ends");
    flush();
    process.exit(EXIT_DEFECT);
  });
  const running = await start(settings, { host, log, ...(tls && { tls }) });
  const end = async (signal: string) => {
    log.info(
      { signal, graceMilliseconds: settings.shutdownGrace },
      "stopping: running requests are finished",
    );
    await running.stop(settings.shutdownGrace);
    log.info("stopped");
    flush();
    process.exit(0);
  };
  onSignals((signal) => void end(signal), running.cut);
  process.stdout.on("error", () => {});
  process.stdout.write(
    welcome({
      version,
      url: running.url,
      data: settings.data,
      audience: running.audience,
      isPublic: !isLoopback(host),
    }),
  );
  log.info({ url: running.url, data: settings.data, version }, "serving");
}
