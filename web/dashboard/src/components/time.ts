const UNITS: [limit: number, seconds: number, name: string][] = [
  [60, 1, 's'],
  [3600, 60, 'min'],
  [86_400, 3600, 'h'],
  [Infinity, 86_400, 'd'],
];

// "12 s", "3 min", "5 h", "9 d": the largest unit alone.
export function span(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  for (const [limit, unit, name] of UNITS) {
    if (seconds < limit) return `${Math.floor(seconds / unit)} ${name}`;
  }
  return '';
}

export const ago = (time: string, now: number): string => {
  const passed = now - Date.parse(time);
  return passed < 2000 ? 'just now' : `${span(passed)} ago`;
};

export const exactTime = (time: string): string =>
  new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function bytes(count: number): string {
  if (count < 1024) return `${count} B`;
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = count / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[unit]}`;
}
