/** How a recorded number is written for people. A format moves the point and rounds; it never calculates. */
export const formats = {
  /** 1,234 */
  integer: (value: number) => grouped(value, 0),
  /** Three significant digits, whole numbers in full. */
  decimal: (value: number) => significant(value),
  /** 0–1 as percent. */
  percent: (value: number) => `${significant(value * 100)} %`,
  milliseconds: (value: number) => `${significant(value)} ms`,
  seconds: (value: number) => `${significant(value)} s`,
  minutes: (value: number) => `${significant(value)} min`,
  perSecond: (value: number) => `${significant(value)} /s`,
  millicores: (value: number) => `${significant(value)} m`,
  /** CPU-milliseconds. */
  cpuMilliseconds: (value: number) => `${significant(value)} ms`,
  mebibytes: (value: number) => `${significant(value / 2 ** 20)} MiB`,
  hours: (value: number) => `${significant(value)} h`,
  /** Seconds since run start as 4:07 or 1:02:30. */
  clock: (value: number) => clock(value),
} as const;
export type NumberFormat = keyof typeof formats;

export function formatNumber(value: number, format: NumberFormat): string {
  return formats[format](value);
}

function significant(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return grouped(value, 0);
  if (size >= 10) return grouped(value, 1);
  if (size >= 1) return grouped(value, 2);
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 }).format(value);
}

function grouped(value: number, digits: number): string {
  return new Intl.NumberFormat('en-US', {
    minimumFractionDigits: 0,
    maximumFractionDigits: digits,
  }).format(value);
}

function clock(value: number): string {
  const whole = Math.round(Math.abs(value));
  const [hours, minutes, seconds] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  const text = hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
  return value < 0 ? `−${text}` : text;
}
