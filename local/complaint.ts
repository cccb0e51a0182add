/** What the user has to mend before Berth can do its work: one line that names cause and cure, and exit code 2. */
export class Complaint extends Error {
  override readonly name = "Complaint";
}

/** The code of a system error (`EACCES`, …), or what else can be said of it in one line. */
export function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : (error.message.split("\n", 1)[0] ?? error.name);
}
