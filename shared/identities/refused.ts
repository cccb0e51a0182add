/** Somebody is not whom they claim to be, as far as can be told. */
export interface Refused {
  readonly kind: "refused";
  /** for the log: it quotes nothing secret */
  readonly reason: string;
}

export const refused = (reason: string): Refused => ({ kind: "refused", reason });
