/** An error as it is logged. */
export interface ErrorText {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly cause?: ErrorText;
}

/** Causes within causes; whoever made more of them has made a ring. */
const DEPTH = 5;

/**
 * An error for the log: what it says, and nothing else that hangs on it, because an SDK's errors carry requests and
 * answers with them. The query of a URL is left out: a signed one opens the object to everyone who reads it.
 */
export function errorText(error: unknown, depth = DEPTH): ErrorText {
  const { name, message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  return {
    name,
    message: withoutQueries(message),
    stack: withoutQueries(stack ?? ""),
    ...(cause !== undefined && depth > 0 && { cause: errorText(cause, depth - 1) }),
  };
}

const withoutQueries = (text: string): string =>
  text.replaceAll(/(\bhttps?:\/\/[^\s"'<>?]*)\?[^\s"'<>]*/gi, "$1?…");
