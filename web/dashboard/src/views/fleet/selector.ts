// Selectors over the labels (metadata) of instances, as the API has them: `env=prod,tier in (web,api),!draft`.

export type Labels = Readonly<Record<string, string>>;
export type Requirement = (labels: Labels) => boolean;

const TERM =
  /^(?:!\s*(?<absent>[^\s=!,()]+)|(?<key>[^\s=!,()]+)(?:\s*(?<operator>==?|!=)\s*(?<value>[^\s=!,()]*)|\s+(?<set>in|notin)\s*\((?<values>[^()]*)\))?)$/;

// Commas inside parentheses separate values, not terms.
const splitTerms = (text: string): string[] => text.split(/,(?![^()]*\))/).map((term) => term.trim());

function requirement(term: string): Requirement | null {
  const groups = TERM.exec(term)?.groups;
  if (!groups) return null;
  const { absent, key = '', operator, value = '', set, values = '' } = groups;
  if (absent !== undefined) return (labels) => !(absent in labels);
  if (set !== undefined) {
    const wanted = values.split(',').map((each) => each.trim());
    const has = (labels: Labels): boolean => key in labels && wanted.includes(labels[key] ?? '');
    return set === 'in' ? has : (labels) => !has(labels);
  }
  if (operator === undefined) return (labels) => key in labels;
  return operator === '!=' ? (labels) => labels[key] !== value : (labels) => labels[key] === value;
}

// null: not a selector (yet).
export function parseSelector(text: string): Requirement | null {
  if (text.trim() === '') return () => true;
  const requirements: Requirement[] = [];
  for (const term of splitTerms(text)) {
    const one = requirement(term);
    if (!one) return null;
    requirements.push(one);
  }
  return (labels) => requirements.every((holds) => holds(labels));
}
