import { parse, stringify } from 'yaml';
import type { Configuration } from '../../api/types';

// A configuration as the file of drasi-server spells it, for comparing.
export function toYaml(configuration: Configuration): string {
  const { queries, ...rest } = configuration;
  const spelled = queries?.map(({ queryText, ...query }) =>
    queryText === undefined ? query : { ...query, query: queryText },
  );
  return stringify(spelled ? { ...rest, queries: spelled } : rest, { lineWidth: 0 });
}

export function fromYaml(text: string): Configuration {
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('A configuration is a YAML mapping');
  return value;
}
