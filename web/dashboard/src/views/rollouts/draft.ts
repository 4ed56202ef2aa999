import type { NewRollout } from '../../api/types';

export interface Draft {
  name: string;
  selector: string;
  change: string; // a JSON merge patch
  waves: string; // "1, 10%, 100%"
  pauseBetween: string;
  maxUnavailable: string;
  maxFailures: number;
  revertOnFailure: boolean;
}

export const EMPTY_DRAFT: Draft = {
  name: '',
  selector: '',
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

export function toRollout(draft: Draft): NewRollout {
  const waves = draft.waves
    .split(',')
    .map(amount)
    .filter((wave) => wave !== '');
  return {
    ...(draft.name === '' ? {} : { name: draft.name }),
    selector: draft.selector,
    change: { mergePatch: JSON.parse(draft.change) as Record<string, never> },
    ...(waves.length === 0 ? {} : { waves }),
    pauseBetween: draft.pauseBetween,
    ...(draft.maxUnavailable === '' ? {} : { maxUnavailable: amount(draft.maxUnavailable) }),
    maxFailures: draft.maxFailures,
    revertOnFailure: draft.revertOnFailure,
  };
}
