// Limits of an instance while they are edited: text, "" for none.
import type { Limits } from '../../api/types';

export interface LimitsForm {
  cpuCores: string;
  memory: string;
  openFiles: string;
}

export const NO_LIMITS: LimitsForm = { cpuCores: '', memory: '', openFiles: '' };

const UNITS: Record<string, number> = { '': 1, k: 1 << 10, m: 1 << 20, g: 1 << 30 };

// "512 MiB", "1Gi", "1000000"; null: neither.
export function parseBytes(text: string): number | null {
  const found = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b?)\s*$/i.exec(text);
  return found ? Math.round(Number(found[1]) * (UNITS[(found[2] ?? '').toLowerCase()] ?? 1)) : null;
}

// In the largest unit that tells it exactly.
export function showBytes(count: number): string {
  for (const [unit, size] of [
    ['GiB', 1 << 30],
    ['MiB', 1 << 20],
    ['KiB', 1 << 10],
  ] as const)
    if (count % size === 0) return `${count / size} ${unit}`;
  return String(count);
}

export const limitsFormOf = ({ cpuCores, memoryBytes, openFiles }: Limits = {}): LimitsForm => ({
  cpuCores: cpuCores ? String(cpuCores) : '',
  memory: memoryBytes ? showBytes(memoryBytes) : '',
  openFiles: openFiles ? String(openFiles) : '',
});

export function faultsOfLimits(form: LimitsForm): Partial<Record<keyof LimitsForm, string>> {
  const faults: Partial<Record<keyof LimitsForm, string>> = {};
  if (form.cpuCores !== '' && !(Number(form.cpuCores) > 0)) faults.cpuCores = 'A number of cores, such as 0.5';
  if (form.memory !== '' && parseBytes(form.memory) === null) faults.memory = 'A size, such as 512 MiB';
  if (form.openFiles !== '' && !/^[1-9]\d*$/.test(form.openFiles.trim())) faults.openFiles = 'A number, such as 4096';
  return faults;
}

// undefined: none at all.
export function limitsOf(form: LimitsForm): Limits | undefined {
  const limits: Limits = {
    ...(form.cpuCores === '' ? {} : { cpuCores: Number(form.cpuCores) }),
    ...(form.memory === '' ? {} : { memoryBytes: parseBytes(form.memory) ?? 0 }),
    ...(form.openFiles === '' ? {} : { openFiles: Number(form.openFiles) }),
  };
  return Object.keys(limits).length === 0 ? undefined : limits;
}
