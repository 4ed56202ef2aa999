// A policy while it is edited: every field may be left to the next place, and parameters are text.
import { parse, stringify } from 'yaml';
import type { Policy } from '../../api/types';

export type Window = NonNullable<Policy['windows']>[number];
type Day = NonNullable<Window['days']>[number];

export const DAYS: Day[] = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
export const NEW_WINDOW: Window = { days: ['Sat', 'Sun'], from: '22:00', to: '04:00', timeZone: 'UTC' };

export interface Draft {
  policy: Policy;
  parameters: string; // YAML
}

export const draftOf = (policy: Policy): Draft => ({
  policy,
  parameters: policy.parameters ? stringify(policy.parameters) : '',
});

// What is stored: without what is left to the next place. Throws where the parameters are no mapping.
export function policyOf({ policy, parameters }: Draft): Policy {
  const values = parameters.trim() === '' ? null : (parse(parameters) as unknown);
  if (values !== null && (typeof values !== 'object' || Array.isArray(values)))
    throw new Error('The parameters are not of the form "name: value"');
  const said = Object.entries<unknown>({ ...policy, parameters: values }).filter(
    ([, value]) => value !== null && value !== undefined && value !== '',
  );
  return Object.fromEntries(said);
}

// All seven days are what no day means, too.
export const withDays = (window: Window, days: string[]): Window => ({
  ...window,
  days: DAYS.filter((day) => days.includes(day)),
});

// "Sat Sun 22:00–04:00 UTC", "daily 01:00–02:00 +02:00".
export function windowText({ days = [], from, to, timeZone = 'UTC' }: Window): string {
  const when = days.length === 0 || days.length === DAYS.length ? 'daily' : days.join(' ');
  return `${when} ${from}–${to} ${timeZone}`;
}
