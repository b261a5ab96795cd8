import { z } from 'zod';

const secondsPerUnit = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 } as const;
type DurationUnit = keyof typeof secondsPerUnit;

/**
 * A duration as users write it, in seconds.
 *
 * @param text one or more number-unit pairs, units ms, s, m, h, d: `90s`, `1h30m`, `1.5h`
 * @returns seconds ≥ 0, or null when the text is no duration (a bare number has no unit and is none)
 * @example parseDurationSeconds('1h30m') // 5400
 */
export function parseDurationSeconds(text: string): number | null {
  const pairs = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (pairs.length === 0 || pairs.map((pair) => pair[0]).join('') !== text) return null;
  return pairs.reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * secondsPerUnit[unit as DurationUnit],
    0,
  );
}

/** Accepts a duration text and yields seconds; the message shows the value seen and the form expected. */
export const durationSchema = z
  .string({ error: ({ input }) => noDuration(input) })
  .transform((text, context) => {
    const seconds = parseDurationSeconds(text);
    if (seconds !== null) return seconds;
    context.addIssue({ code: 'custom', message: noDuration(text) });
    return z.NEVER;
  });

function noDuration(seen: unknown): string {
  return `${JSON.stringify(seen)} is no duration; write a number with a unit, such as 90s, 10m or 1h30m`;
}
