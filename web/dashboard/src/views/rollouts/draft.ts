import type { NewRollout } from '../../api/types';

export interface Draft {
  name: string;
  instances: readonly string[]; // none: those that the selector matches
  selector: string;
  change: string; // a JSON merge patch
  strategy: string; // "": as the policies say
  waves: string; // "1, 10%, 100%"
  manualPauses: string; // "2, 3"
  pauseBetween: string;
  maxUnavailable: string;
  maxFailures: number;
  revertOnFailure: boolean;
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  instances: [],
  selector: '',
  strategy: '',
  manualPauses: '',
  change: '{\n  "logLevel": "info"\n}',
  waves: '1, 10%, 50%, 100%',
  pauseBetween: '30s',
  maxUnavailable: '10%',
  maxFailures: 0,
  revertOnFailure: true,
};

type Amount = number | string;

// "3" is a number and "10%" a share; anything else is for the server to refuse by name.
export function amount(text: string): Amount {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : trimmed;
}

// What is wrong with the change, or null.
export function faultOfChange(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? null
      : 'A merge patch is a JSON object';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

// The waves before which somebody has to go on; null: not such a list.
export function pausesOf(text: string): number[] | null {
  const parts = text.split(',').map((part) => part.trim());
  const waves = parts.filter((part) => part !== '');
  return waves.every((wave) => /^[1-9]\d*$/.test(wave)) ? waves.map(Number) : null;
}

export function toRollout(draft: Draft): NewRollout {
  const waves = draft.waves
    .split(',')
    .map(amount)
    .filter((wave) => wave !== '');
  const pauses = pausesOf(draft.manualPauses) ?? [];
  return {
    ...(draft.name === '' ? {} : { name: draft.name }),
    ...(draft.instances.length > 0 ? { instances: [...draft.instances] } : { selector: draft.selector }),
    ...(draft.strategy === '' ? {} : { strategy: draft.strategy }),
    change: { mergePatch: JSON.parse(draft.change) as Record<string, never> },
    ...(waves.length === 0 ? {} : { waves }),
    ...(pauses.length === 0 ? {} : { manualPauses: pauses }),
    pauseBetween: draft.pauseBetween,
    ...(draft.maxUnavailable === '' ? {} : { maxUnavailable: amount(draft.maxUnavailable) }),
    maxFailures: draft.maxFailures,
    revertOnFailure: draft.revertOnFailure,
  };
}
