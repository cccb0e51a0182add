const LONGEST = 100;

/** A text as a message quotes it. */
export const short = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
