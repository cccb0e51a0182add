import { DamagedError, RegistryFailure, RegistryRefusal } from "../../shared/client/failures.ts";
import { Complaint } from "../complaint.ts";

/** How work with a registry came to nothing. */
export interface Trouble {
  /** failed: another run may go better; refused: something has to be mended first */
  readonly kind: "failed" | "refused";
  readonly message: string;
}

/** Does the work, and tells what stopped it; throws what is a defect. */
export async function troubleOf(work: () => Promise<void>): Promise<Trouble | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof RegistryFailure) return { kind: "failed", message: error.message };
    if (error instanceof Complaint || error instanceof RegistryRefusal || error instanceof DamagedError) {
      return { kind: "refused", message: error.message };
    }
    throw error;
  }
}
