/**
 * When a comparison is looked at, and how sure it must be then. Each look is a chance of a false
 * alarm, so the looks share what may go wrong in all: little of it early, most of it at the last
 * (the power family of Kim and DeMets, with the exponent 3). The figures share it too, evenly.
 */

/** Rounds before the first look: fewer say next to nothing about chance. */
export const minRounds = 4;
/** From one look to the next. */
const growth = 1.5;
const spendingExponent = 3;

/** The numbers of rounds after which is looked, up to the last. */
export function looksOf(maxRounds: number): readonly number[] {
  const looks: number[] = [];
  // One just before the last would take its share and add nothing.
  for (let next = minRounds; next * 1.25 < maxRounds; next = Math.ceil(next * growth))
    looks.push(next);
  return [...looks, maxRounds];
}

/** The part of the chance of a false alarm that has been used after so many rounds. */
export function spent(rounds: number, maxRounds: number, alarmShare: number): number {
  return alarmShare * Math.min(1, rounds / maxRounds) ** spendingExponent;
}

/**
 * The part of it that one figure may use at one look.
 * @param before rounds at the look before, or 0
 * @param figures how many share it
 */
export function shareOfLook(
  before: number,
  rounds: number,
  maxRounds: number,
  alarmShare: number,
  figures: number,
): number {
  const share = spent(rounds, maxRounds, alarmShare) - spent(before, maxRounds, alarmShare);
  return share / Math.max(1, figures);
}
