// The platform's own settings of an instance while they are edited: YAML, "" for none.
import { parse, stringify } from 'yaml';

type Options = Record<string, never>; // any object, in the words of the OpenAPI document

export const showOptions = (options: object | null | undefined): string =>
  options && Object.keys(options).length > 0 ? stringify(options) : '';

// undefined: none. Throws where the text is no mapping.
export function optionsOf(text: string): Options | undefined {
  if (text.trim() === '') return undefined;
  const value: unknown = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error('Names and values, such as "environment: {MODE: fast}"');
  return value as Options;
}

export function faultOfOptions(text: string): string | undefined {
  try {
    optionsOf(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
}
