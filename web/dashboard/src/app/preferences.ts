// What the browser remembers for this user. The API key stays in this browser and goes to the control plane alone.
import { useSyncExternalStore } from 'react';

export type Density = 'comfortable' | 'compact';

export interface Preferences {
  apiKey: string;
  density: Density;
  hiddenColumns: string[];
}

const STORAGE_KEY = 'draas.preferences';
const DEFAULTS: Preferences = {
  apiKey: '',
  density: 'comfortable',
  hiddenColumns: ['id', 'health', 'restartCount', 'created'],
};

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
    return { ...DEFAULTS, ...(stored as Partial<Preferences>) };
  } catch {
    return DEFAULTS; // unreadable, or storage is switched off: what the user had chosen is gone anyway
  }
}

let current = load();
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  localStorage.setItem(STORAGE_KEY, JSON.stringify(current));
  listeners.forEach((listener) => listener());
}

export const usePreferences = (): Preferences => useSyncExternalStore(subscribe, () => current);
export const apiKey = (): string => current.apiKey;
