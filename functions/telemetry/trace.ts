import { Tracer } from "@aws-lambda-powertools/tracer";
import { errorText } from "./errors.ts";
import { SERVICE } from "./names.ts";
import type { Annotate, Trace } from "./telemetry.ts";

/**
 * Records requests, and the calls of AWS clients within them, for X-Ray. This file is loaded only where tracing is on: it
 * brings more code than most of a function has beside it, and to follow every promise costs each request time.
 */
export function createTrace(): Trace {
  // The clients are watched one by one: patching Node's HTTP as well would record each call twice.
  const tracer = new Tracer({ serviceName: SERVICE, captureHTTPsRequests: false });
  return {
    watch: (client) => tracer.captureAWSv3Client(client),
    record: <Answer>(name: string, work: (annotate: Annotate) => Promise<Answer>): Promise<Answer> => {
      const recorded = tracer.provider.captureAsyncFunc(`## ${name}`, async (segment) => {
        tracer.annotateColdStart();
        try {
          return await work((key, value) => tracer.putAnnotation(key, value));
        } catch (error) {
          const { name: kind, message } = errorText(error);
          segment?.addError(Object.assign(new Error(message), { name: kind }));
          throw error;
        } finally {
          segment?.close();
        }
      });
      return recorded as Promise<Answer>;
    },
  };
}
